/** Samples from arrays that are in memory already. */
import { DatasetError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";
import type { Targets } from "../targets.ts";
import { type ArrayTargets, type KeptTargets, toTargets, toWeights } from "./arrayTargets.ts";
import type { ElementType, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";
import { elementTypeOf, type NumbersOrRows, type SampleValues, toSampleValues } from "./values.ts";

/** Values, and one kind of targets: labels, numbers or flags. */
export interface ArraySamplesOptions extends ArrayTargets {
  /**
   * (count, features), row-major, or an array for each sample. A Uint8Array or a Uint8ClampedArray (of an ImageData,
   * say) holds bytes, which stand for v / 255; all other arrays hold numbers, which stand for themselves. A model of
   * dtype "float64" keeps every bit of a Float64Array or a plain array; one of "float32" rounds them.
   */
  readonly values: NumbersOrRows;
  /** Numbers in a sample, ≥ 1. Default, if values has an array for each sample: their length. */
  readonly features?: number;
  /** (count), how much each sample counts in losses and metrics, ≥ 0. Default: each counts once. */
  readonly weights?: ArrayLike<number>;
}

const OPTIONS = {
  values: true,
  labels: true,
  numbers: true,
  flags: true,
  weights: true,
  features: true,
  outputs: true,
  classes: true,
  classNames: true,
} satisfies Record<keyof ArraySamplesOptions, true>;

/**
 * Samples from arrays. The values are not copied before a training reads them, unless they must be converted; targets and
 * weights are.
 *
 *     samplesFromArrays({ values, labels: ["cat", "dog", "cat"] });           // classes 0 = "cat", 1 = "dog"
 *     samplesFromArrays({ values, numbers: [[0.5, 2], [1, 3], [0, 1]] });     // two numbers for each sample
 *     samplesFromArrays({ values, flags: [true, false, true], weights: [1, 2, 1] });
 *
 * @throws ConfigError if there is no such option
 * @throws DatasetError if the sizes do not go together; if there is not exactly one of labels, numbers and flags; or with
 *   its place, if a label is not an integer from 0 to classes − 1 or no known name, a number is not finite, a flag is not
 *   true, false, 1 or 0, or a weight is negative or not finite
 */
export function samplesFromArrays(options: ArraySamplesOptions): Samples {
  const where = "samplesFromArrays";
  checkOptions(where, options, Object.keys(OPTIONS));
  const { values, rowLength } = toSampleValues(where, options?.values);
  const targets = toTargets(where, options);
  const { count } = targets;
  const { features = rowLength } = options;
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
    const { kind, width } = targets.targets ?? { kind: "labels", width: 1 };
    throw new DatasetError(
      `${where}: values has ${values.length} numbers, expected ${count} ${width === 1 ? kind : `rows of ${kind}`} × ${shown(features)} features.`,
    );
  }
  return new ArraySamples({
    ...targets,
    values,
    features,
    weights: toWeights(where, options.weights, count),
  });
}

/** What all selections of samples share. */
interface Kept extends KeptTargets {
  readonly values: SampleValues;
  readonly features: number;
  readonly weights: Float64Array | undefined;
}

class ArraySamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
  readonly targets: Targets | undefined;
  readonly weighted: boolean;
  readonly classNames: readonly string[] | undefined;
  readonly #kept: Kept;
  readonly #rows: Uint32Array | undefined;

  constructor(kept: Kept, rows?: Uint32Array) {
    this.#kept = kept;
    this.#rows = rows;
    this.features = kept.features;
    this.classes = kept.classes;
    this.elementType = elementTypeOf(kept.values);
    this.targets = kept.targets;
    this.weighted = kept.weights !== undefined;
    this.classNames = kept.classNames;
  }

  get count(): number {
    return this.#rows?.length ?? this.#kept.count;
  }

  /** @throws DatasetError if the array that they were made from has fewer numbers now */
  async read(target: SampleTarget): Promise<void> {
    const { values, labels, weights, targets, count } = this.#kept;
    const d = this.features;
    const width = targets?.width ?? 1;
    const expected = count * d;
    if (values.length < expected) {
      throw new DatasetError(
        `samplesFromArrays: values has ${values.length} numbers now, expected ${expected} as before: its buffer ` +
          "was transferred or made smaller. Keep it as it is until the training has read it.",
      );
    }
    for (let i = 0; i < this.count; i++) {
      const row = this.#rows?.[i] ?? i;
      target.values.set(values.subarray(row * d, (row + 1) * d), i * d);
      for (let j = 0; j < width; j++) target.labels[i * width + j] = labels[row * width + j]!;
      if (weights !== undefined) target.weights![i] = weights[row]!;
    }
  }

  labels(): ArrayLike<number> {
    const rows = this.#rows;
    const { labels } = this.#kept;
    return rows === undefined ? labels : Float64Array.from(rows, (row) => labels[row]!);
  }

  select(rows: Uint32Array): Samples {
    return new ArraySamples(this.#kept, selectRows(rows, this.#rows, this.count));
  }
}
