/**
 * The one way of samples into memory: they are read, converted where the memory stores numbers in another precision,
 * and checked. A kernel takes a label for an index and passes a NaN on, so that neither may get that far.
 */
import { DatasetError } from "../errors.ts";
import type { ReadOptions, Samples } from "./dataset.ts";
import { elementTypeOf, newSampleValues, type SampleValues } from "./values.ts";

/** Where samples are to lie. */
export interface ReadTarget {
  /** (count, features), bytes where the samples are bytes, else in whichever precision they are to be stored. */
  readonly values: SampleValues;
  /** (count). */
  readonly labels: Uint8Array;
}

/** Samples that are converted at once. */
const BLOCK = 1024;

/**
 * Reads all samples into `target`.
 * @param where what is called, for errors
 * @param first the number of the first of these samples, for errors: a caller that reads block by block counts through
 * @throws DatasetError that names the sample, counted from 0, if a label is not less than the classes, or a number is
 *   not finite or too large for the target's precision
 */
export async function readSamples(
  where: string,
  samples: Samples,
  target: ReadTarget,
  { first = 0, ...options }: ReadOptions & { readonly first?: number } = {},
): Promise<void> {
  const { count, elementType } = samples;
  const check = (part: ReadTarget, at: number) => {
    checkNumbers(where, part.values, samples.features, first + at);
    checkLabels(where, part.labels, samples.classes, first + at);
  };
  if (elementTypeOf(target.values) === elementType) {
    await samples.read(target, options);
    return check(target, 0);
  }
  const { features } = samples;
  for (let start = 0; start < count; start += BLOCK) {
    options.signal?.throwIfAborted();
    const n = Math.min(BLOCK, count - start);
    const rows = new Uint32Array(n).map((_, i) => start + i);
    const read = {
      values: newSampleValues(elementType, n * features),
      labels: target.labels.subarray(start, start + n),
    };
    await samples.select(rows).read(read, options.signal && { signal: options.signal });
    check(read, start);
    const stored = target.values.subarray(start * features, (start + n) * features);
    stored.set(read.values);
    checkStored(where, stored, read.values, features, first + start);
    options.onProgress?.(start + n, count);
  }
}

function checkLabels(where: string, labels: Uint8Array, classes: number, first: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < classes) continue;
    throw new DatasetError(
      `${where}: sample ${first + i} has label ${labels[i]}, expected less than ${classes}, the number of classes.`,
    );
  }
}

/**
 * @param first the number of the first sample
 * @throws DatasetError if a number is NaN or infinite
 */
export function checkNumbers(where: string, values: SampleValues, features: number, first = 0): void {
  if (elementTypeOf(values) === "uint8") return;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new DatasetError(
      `${where}: ${place(i, features, first)} is ${values[i]}, expected a finite number. ` +
        "Put a number there, or leave the sample out.",
    );
  }
}

/** @throws DatasetError if a number has become infinite where it is stored */
export function checkStored(
  where: string,
  stored: SampleValues,
  values: SampleValues,
  features: number,
  first = 0,
): void {
  for (let i = 0; i < stored.length; i++) {
    if (Number.isFinite(stored[i])) continue;
    throw new DatasetError(
      `${where}: ${place(i, features, first)} is ${values[i]}, too large for float32. ` +
        'Make a model of dtype "float64", or divide the feature by a constant.',
    );
  }
}

const place = (i: number, features: number, first: number) =>
  `sample ${first + Math.floor(i / features)}, feature ${i % features}`;
