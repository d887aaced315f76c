/** Samples in memory of which some features are taken from other samples. */
import type { ElementType, Samples, SampleTarget } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import { selectRows } from "../data/selection.ts";
import { newSampleValues, type SampleValues } from "../data/values.ts";
import { labellingOf, newTargets, type TargetArray, type Targets } from "../targets.ts";

/** Features that go together: those that are made of one column. */
export interface FeatureGroup {
  readonly name: string;
  /** The first of them, from 0. */
  readonly at: number;
  /** How many there are, ≥ 1. */
  readonly width: number;
}

/** Which features of which other samples: sample i's are those of sample order[i]. */
interface Permuted {
  readonly group: FeatureGroup;
  readonly order: Uint32Array;
}

/** What is read once, and shared by all permutations. */
interface Content {
  readonly count: number;
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
  readonly targets: Targets | undefined;
  readonly values: SampleValues;
  readonly labels: TargetArray;
  readonly weights: Float64Array | undefined;
}

export class PermutedSamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly elementType: ElementType;
  readonly targets: Targets | undefined;
  readonly weighted: boolean;
  readonly #content: Content;
  readonly #permuted: Permuted | undefined;
  readonly #rows: Uint32Array | undefined;

  private constructor(content: Content, permuted?: Permuted, rows?: Uint32Array) {
    this.#content = content;
    this.#permuted = permuted;
    this.#rows = rows;
    this.features = content.features;
    this.classes = content.classes;
    this.elementType = content.elementType;
    this.targets = content.targets;
    this.weighted = content.weights !== undefined;
  }

  /** Reads samples, whose features are in their places as yet. @throws DatasetError if they are damaged */
  static async of(where: string, samples: Samples): Promise<PermutedSamples> {
    const { count, features, classes, elementType, targets } = samples;
    const labelling = labellingOf(samples);
    const content: Content = {
      ...{ count, features, classes, elementType, targets },
      values: newSampleValues(elementType, count * features),
      labels: newTargets(count, labelling, "float64"),
      weights: labelling.weighted ? new Float64Array(count) : undefined,
    };
    await readSamples(where, samples, content);
    return new PermutedSamples(content);
  }

  /** The same samples with a group's features of others. @param order (count), a permutation of all */
  permuted(group: FeatureGroup, order: Uint32Array): PermutedSamples {
    return new PermutedSamples(this.#content, { group, order });
  }

  get count(): number {
    return this.#rows?.length ?? this.#content.count;
  }

  async read(target: SampleTarget): Promise<void> {
    const { values, labels, weights, features: d } = this.#content;
    const width = this.targets?.width ?? 1;
    const { group, order } = this.#permuted ?? {};
    for (let i = 0; i < this.count; i++) {
      const row = this.#rows?.[i] ?? i;
      target.values.set(values.subarray(row * d, (row + 1) * d), i * d);
      if (group !== undefined) {
        const from = order![row]! * d + group.at;
        target.values.set(values.subarray(from, from + group.width), i * d + group.at);
      }
      for (let j = 0; j < width; j++) target.labels[i * width + j] = labels[row * width + j]!;
      if (weights !== undefined) target.weights![i] = weights[row]!;
    }
  }

  select(rows: Uint32Array): Samples {
    return new PermutedSamples(this.#content, this.#permuted, selectRows(rows, this.#rows, this.count));
  }
}
