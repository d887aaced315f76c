/**
 * Reading samples into memory. All samples come this way: they are read, converted to the precision of the memory, and
 * checked. A kernel would use a wrong label as an index and pass a NaN on, so both are refused here.
 */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import { type Labelling, labellingOf, type TargetArray } from "../targets.ts";
import type { ReadOptions, Samples } from "./dataset.ts";
import { checkLabels, markUnread } from "./labels.ts";
import { elementTypeOf, kindOf, newSampleValues, type SampleValues } from "./values.ts";

/** The memory that samples are read into. */
export interface ReadTarget {
  /** (count, features), bytes where the samples are bytes, else in whichever precision they are to be stored. */
  readonly values: SampleValues;
  /** (count × width), as the samples' targets are stored. */
  readonly labels: TargetArray;
  /** (count), if the samples are weighted. */
  readonly weights?: Float64Array | undefined;
}

/** What samples must stay like while they are read. */
type Kept = Pick<Samples, "features" | "classes" | "elementType" | "targets" | "weighted">;

/** How many samples are converted at once. */
const BLOCK = 1024;

/**
 * Reads all samples into `target`.
 * @param where what is called, for errors
 * @param first the number of the first of these samples, for errors: a caller that reads block by block counts through
 * @throws DatasetError if the samples are not those that `target` has room for, if they leave a label or a number of it
 *   unread or put another array in its place; or, with the sample, counted from 0, if a label is not less than the
 *   classes, or a number is not finite or too large for the target's precision
 */
export async function readSamples(
  where: string,
  samples: Samples,
  target: ReadTarget,
  { first = 0, ...options }: ReadOptions & { readonly first?: number } = {},
): Promise<void> {
  const { values, labels, weights } = target;
  // Asked once: samples of another caller may answer otherwise later, and would then be read too far.
  const { elementType, features } = samples;
  const labelling = labellingOf(samples);
  const { kind, width, classes, weighted } = labelling;
  const count = labels.length / width;
  const expected = {
    ...{ count, features: count === 0 ? features : values.length / count, classes, elementType },
    ...{ targets: { kind, width }, weighted },
  };
  requireSame(where, samples, expected);
  if (elementTypeOf(values) === elementType) {
    return await readInto(where, samples, target, labelling, features, first, options);
  }
  if (kindOf(elementTypeOf(values)) !== kindOf(elementType)) {
    throw new DatasetError(
      `${where}: the samples' elementType is ${shown(elementType)} now, expected ${shown(elementTypeOf(values))}. ` +
        "Samples must stay as they are while they are read.",
    );
  }
  for (let start = 0; start < count; start += BLOCK) {
    const n = Math.min(BLOCK, count - start);
    const rows = new Uint32Array(n).map((_, i) => start + i);
    const read = {
      values: newSampleValues(elementType, n * features),
      labels: labels.subarray(start * width, (start + n) * width),
      weights: weights?.subarray(start, start + n),
    };
    const part = selectPart(where, samples, rows, expected);
    const signal = options.signal && { signal: options.signal };
    await readInto(where, part, read, labelling, features, first + start, signal);
    const stored = values.subarray(start * features, (start + n) * features);
    stored.set(read.values);
    checkStored(where, stored, read.values, features, first + start);
    options.onProgress?.(start + n, count);
  }
}

/**
 * Those of the samples with these numbers.
 * @throws DatasetError if what `select` gives is something else
 */
export function selectPart(where: string, samples: Samples, rows: Uint32Array, kept: Kept): Samples {
  const part: unknown = samples.select(rows);
  if (typeof part !== "object" || part === null || typeof (part as Partial<Samples>).read !== "function") {
    throw new DatasetError(
      `${where}: the samples' select gives ${shown(part)}, expected samples of the ${rows.length} rows that it was given.`,
    );
  }
  requireSame(`${where}, select`, part as Samples, { ...kept, count: rows.length });
  return part as Samples;
}

/** @throws DatasetError if the samples' sizes or types are not the expected ones */
function requireSame(where: string, samples: Samples, expected: Kept & Pick<Samples, "count">): void {
  for (const name of ["count", "features", "elementType", "classes"] as const) {
    const value = samples[name];
    if (value === expected[name]) continue;
    throw new DatasetError(
      `${where}: the samples' ${name} is ${shown(value)}, expected ${shown(expected[name])}. ` +
        "Samples must stay as they are, and those that are selected be of the same kind.",
    );
  }
  const [now, before] = [labellingOf(samples), labellingOf(expected)];
  for (const name of ["kind", "width", "weighted"] as const) {
    if (now[name] === before[name]) continue;
    const what = name === "weighted" ? name : `targets.${name}`;
    throw new DatasetError(
      `${where}: the samples' ${what} is ${shown(now[name])}, expected ${shown(before[name])}. ` +
        "Samples must stay as they are, and those that are selected be of the same kind.",
    );
  }
}

/** What samples must stay like. It is asked once, as samples of another caller may answer otherwise later. */
export const keptOf = ({ features, classes, elementType, targets, weighted }: Samples): Kept => ({
  ...{ features, classes, elementType, targets, weighted },
});

async function readInto(
  where: string,
  samples: Samples,
  { values, labels, weights }: ReadTarget,
  labelling: Labelling,
  features: number,
  first: number,
  options: ReadOptions | undefined,
): Promise<void> {
  // Marks what is unread, so that old content is not taken for samples. A byte cannot be marked; its sample's label can.
  if (elementTypeOf(values) !== "uint8") values.fill(Number.NaN);
  markUnread({ labels, weights }, labelling);
  const target = weights === undefined ? { values, labels } : { values, labels, weights };
  await samples.read(target, options);
  if (target.values !== values || target.labels !== labels || target.weights !== weights) {
    throw new DatasetError(
      `${where}: read has put other arrays into its target. Write into those that are there: target.values.set(…).`,
    );
  }
  checkLabels(where, { labels, weights }, labelling, first);
  checkNumbers(where, values, features, first);
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
