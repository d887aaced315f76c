/** What predictions say, and how much a sample counts. */
import type { FloatArray } from "../tensor.ts";
import type { MetricBatch } from "./metric.ts";

/** The class with the largest of a row's numbers; the first of equals. */
export function largest(predictions: FloatArray, row: number, outputs: number): number {
  const first = row * outputs;
  let best = 0;
  for (let j = 1; j < outputs; j++) if (predictions[first + j]! > predictions[first + best]!) best = j;
  return best;
}

/** Whether a flag is predicted: its probability is above one half. */
export const isSet = (probability: number): boolean => probability > 0.5;

/** How much sample `row` of the batch counts. */
export const weightOf = ({ weights }: MetricBatch, row: number): number =>
  weights === undefined ? 1 : weights[row]!;
