/** Samples from arrays that are in memory already. */
import { DatasetError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";
import type { TargetArray } from "../targets.ts";
import type { ElementType, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";
import { elementTypeOf, type NumbersOrRows, type SampleValues, toSampleValues } from "./values.ts";

export interface ArraySamplesOptions {
  /**
   * (count, features), row-major, or an array for each sample. A Uint8Array or a Uint8ClampedArray (of an ImageData,
   * say) holds bytes, which stand for v / 255; all other arrays hold numbers, which stand for themselves. A model of
   * dtype "float64" keeps every bit of a Float64Array or a plain array; one of "float32" rounds them.
   */
  readonly values: NumbersOrRows;
  /** (count), the classes: integers from 0 to classes − 1. */
  readonly labels: ArrayLike<number>;
  /** Numbers in a sample, ≥ 1. Default, if values has an array for each sample: their length. */
  readonly features?: number;
  /** From 1 to 256. Default: the largest label + 1. */
  readonly classes?: number;
}

/** Labels are kept as bytes. */
export const MOST_CLASSES = 256;

/**
 * Samples from arrays. The values are not copied before a training reads them, unless they must be converted; the
 * labels are.
 * @throws ConfigError if there is no such option
 * @throws DatasetError if the sizes do not go together or a label is not an integer from 0 to classes − 1
 */
export function samplesFromArrays(options: ArraySamplesOptions): Samples {
  const where = "samplesFromArrays";
  checkOptions(where, options, ["values", "labels", "features", "classes"]);
  const { labels, classes } = options ?? {};
  const { values, rowLength } = toSampleValues(where, options?.values);
  const { features = rowLength } = options;
  if (typeof labels !== "object" || labels === null || !Number.isSafeInteger(labels.length)) {
    throw new DatasetError(`${where}: labels is ${shown(labels)}, expected an array of integers.`);
  }
  const count = labels.length;
  if (classes !== undefined && !(Number.isInteger(classes) && classes >= 1 && classes <= MOST_CLASSES)) {
    throw new DatasetError(
      `${where}: classes is ${shown(classes)}, expected an integer from 1 to ${MOST_CLASSES}.`,
    );
  }
  if (rowLength !== undefined && (features !== rowLength || rowLength === 0)) {
    throw new DatasetError(
      `${where}: values[0] has ${rowLength} numbers, expected ${rowLength === 0 ? "at least 1" : `${shown(features)}, as features says`}.`,
    );
  }
  if (features === undefined) {
    throw new DatasetError(
      `${where}: features is undefined, expected the numbers in a sample, as values has them one after another. ` +
        "Or give values an array for each sample.",
    );
  }
  if (!Number.isInteger(features) || features < 1 || values.length !== count * features) {
    throw new DatasetError(
      `${where}: values has ${values.length} numbers, expected ${count} labels × ${shown(features)} features.`,
    );
  }
  const bytes = new Uint8Array(count);
  let largest = 0;
  const most = classes ?? MOST_CLASSES;
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= most) {
      throw new DatasetError(
        `${where}: label ${i} is ${shown(label)}, expected an integer from 0 to ${most - 1}.`,
      );
    }
    bytes[i] = label;
    largest = Math.max(largest, label);
  }
  return new ArraySamples(values, bytes, features, classes ?? largest + 1);
}

class ArraySamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
  readonly #values: SampleValues;
  readonly #labels: TargetArray;
  readonly #rows: Uint32Array | undefined;

  constructor(
    values: SampleValues,
    labels: TargetArray,
    features: number,
    classes: number,
    rows?: Uint32Array,
  ) {
    this.#values = values;
    this.#labels = labels;
    this.#rows = rows;
    this.features = features;
    this.classes = classes;
    this.elementType = elementTypeOf(values);
  }

  get count(): number {
    return this.#rows?.length ?? this.#labels.length;
  }

  /** @throws DatasetError if the array that they were made from has fewer numbers now */
  async read(target: SampleTarget): Promise<void> {
    const d = this.features;
    const expected = this.#labels.length * d;
    if (this.#values.length < expected) {
      throw new DatasetError(
        `samplesFromArrays: values has ${this.#values.length} numbers now, expected ${expected} as before: its buffer ` +
          "was transferred or made smaller. Keep it as it is until the training has read it.",
      );
    }
    for (let i = 0; i < this.count; i++) {
      const row = this.#rows?.[i] ?? i;
      target.values.set(this.#values.subarray(row * d, (row + 1) * d), i * d);
      target.labels[i] = this.#labels[row]!;
    }
  }

  labels(): ArrayLike<number> {
    const rows = this.#rows;
    return rows === undefined ? this.#labels : Uint32Array.from(rows, (row) => this.#labels[row]!);
  }

  select(rows: Uint32Array): Samples {
    const own = selectRows(rows, this.#rows, this.count);
    return new ArraySamples(this.#values, this.#labels, this.features, this.classes, own);
  }
}
