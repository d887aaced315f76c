/** Samples from arrays that are in memory already. */
import { DatasetError } from "../errors.ts";
import type { Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

export interface ArraySamplesOptions {
  /** (count, features), row-major; bytes stand for v / 255. */
  readonly values: Uint8Array | Float32Array;
  /** (count), the classes. */
  readonly labels: ArrayLike<number>;
  readonly features: number;
  /** Default: the largest label + 1. */
  readonly classes?: number;
}

/**
 * Samples from arrays; nothing is copied before a training reads them.
 * @throws DatasetError if the sizes do not go together or a label is not an integer from 0 to classes − 1
 */
export function samplesFromArrays({ values, labels, features, classes }: ArraySamplesOptions): Samples {
  const count = labels.length;
  if (!Number.isInteger(features) || features < 1 || values.length !== count * features) {
    throw new DatasetError(
      `samplesFromArrays: values has ${values.length} numbers, expected ${count} labels × ${features} features.`,
    );
  }
  const bytes = new Uint8Array(count);
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= (classes ?? 256)) {
      throw new DatasetError(
        `samplesFromArrays: label ${i} is ${label}, expected an integer from 0 to ${(classes ?? 256) - 1}.`,
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
  readonly #values: Uint8Array | Float32Array;
  readonly #labels: Uint8Array;
  readonly #rows: Uint32Array | undefined;

  constructor(
    values: Uint8Array | Float32Array,
    labels: Uint8Array,
    features: number,
    classes: number,
    rows?: Uint32Array,
  ) {
    this.#values = values;
    this.#labels = labels;
    this.#rows = rows;
    this.features = features;
    this.classes = classes;
  }

  get count(): number {
    return this.#rows?.length ?? this.#labels.length;
  }

  get elementType(): "uint8" | "float32" {
    return this.#values instanceof Uint8Array ? "uint8" : "float32";
  }

  async read(target: SampleTarget): Promise<void> {
    const d = this.features;
    for (let i = 0; i < this.count; i++) {
      const row = this.#rows?.[i] ?? i;
      target.values.set(this.#values.subarray(row * d, (row + 1) * d), i * d);
      target.labels[i] = this.#labels[row]!;
    }
  }

  select(rows: Uint32Array): Samples {
    const own = selectRows(rows, this.#rows, this.count);
    return new ArraySamples(this.#values, this.#labels, this.features, this.classes, own);
  }
}
