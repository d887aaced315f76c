/** Measures, after a training, how far a model of numbers is off on rows that it was not trained on: what intervals.ts makes ranges of. */
import type { Samples } from "../data/dataset.ts";
import { intervalsOf } from "../ensemble/intervals.ts";
import { labelsOf } from "../ensemble/labels.ts";
import { type Combination, type CombineOptions, labelsOfRows } from "../ensemble/members.ts";
import { scaleOfTargets } from "../preprocessing/scaleOfTargets.ts";
import { memories } from "./memory.ts";
import type { Model } from "./model.ts";

/**
 * Measures a trained model on rows that it was not trained on, and keeps how far off it is.
 * @param heldOut undefined: there are none, and nothing is kept
 * @param preprocessing of the data, or its description. If it is not of a table with numbers to predict, nothing is kept
 */
export async function measureIntervals(
  model: Model,
  heldOut: Samples | undefined,
  preprocessing: object | undefined,
): Promise<void> {
  const scale = scaleOfTargets(preprocessing);
  if (heldOut === undefined || scale === undefined) return;
  const { targets, weights } = await labelsOf(heldOut);
  memories.get(model)!.intervals = intervalsOf(await model.predict(heldOut), targets, scale, weights);
}

/** The same of an ensemble, by what its members have answered to rows that they were not trained on. */
export function keepIntervals(
  model: Model,
  { rows, predictions }: Pick<Combination, "rows" | "predictions">,
  labels: CombineOptions,
  preprocessing: object | undefined,
): void {
  const scale = scaleOfTargets(preprocessing);
  if (scale === undefined) return;
  const { targets, weights } = labelsOfRows(rows, labels);
  memories.get(model)!.intervals = intervalsOf(predictions, targets, scale, weights);
}
