import type { Collector, MetricTask } from "./metric.ts";
import { weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/**
 * A mean over outputs of what follows from the weighted mean of something of the errors, for each output.
 * @param of what is taken of an error, prediction − target
 * @param after what is done to its mean, for an output
 */
export function meanOverOutputs(
  { outputs }: MetricTask,
  of: (error: number) => number,
  after: (mean: number, output: number) => number,
  saved: unknown,
): Collector {
  // At the end stands the sum of the weights.
  const { sums: found, save } = sums(outputs + 1, saved);
  return {
    add(batch) {
      const { count, predictions, targets } = batch;
      for (let i = 0; i < count; i++) {
        const weight = weightOf(batch, i);
        found[outputs]! += weight;
        for (let j = 0; j < outputs; j++) {
          found[j]! += weight * of(predictions[i * outputs + j]! - targets[i * outputs + j]!);
        }
      }
    },
    result() {
      let sum = 0;
      for (let j = 0; j < outputs; j++) sum += after(found[j]! / found[outputs]!, j);
      return sum / outputs;
    },
    save,
  };
}
