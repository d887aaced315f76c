/** Copies of samples that lie in a model's memory, where reading them again would take long. */
import type { Samples } from "../data/dataset.ts";
import type { SampleValues } from "../data/values.ts";
import type { TargetArray } from "../targets.ts";
import { memories } from "./memory.ts";
import type { Model } from "./model.ts";
import { countIn } from "./placements.ts";

export interface CopiedSamples {
  /** (count, features). */
  readonly values: SampleValues;
  /** (count × width). */
  readonly labels: TargetArray;
  readonly weights: Float64Array | undefined;
}

/** The first `most` of the samples; undefined unless a training has them in its memory. */
export function copyResident(model: Model, samples: Samples, most: number): CopiedSamples | undefined {
  const place = memories.get(model)?.workspace?.samples.find(samples);
  if (place === undefined || !place.filled || place.labels === undefined) return undefined;
  const { selection, values, labels, weights } = place;
  const count = Math.min(most, countIn(place));
  const rowsOf = <T extends SampleValues | TargetArray>(data: T, columns: number): T => {
    const Same = data.constructor as new (length: number) => T;
    const copy = new Same(count * columns);
    for (let i = 0; i < count; i++) {
      const row = selection?.[i] ?? i;
      copy.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
    }
    return copy;
  };
  return {
    values: rowsOf(values.data as SampleValues, values.columns),
    labels: rowsOf(labels.data as TargetArray, labels.columns),
    weights: weights && (rowsOf(weights.data, 1) as Float64Array),
  };
}
