import type { Collector, MetricTask } from "./metric.ts";
import { weightOf } from "./predicted.ts";

/**
 * A mean over outputs of what follows from the weighted mean of something of the errors, for each output.
 * @param of what is taken of an error, prediction − target
 * @param after what is done to its mean
 */
export function meanOverOutputs(
  { outputs }: MetricTask,
  of: (error: number) => number,
  after: (mean: number) => number,
): Collector {
  const sums = new Float64Array(outputs);
  let all = 0;
  return {
    add(batch) {
      const { count, predictions, targets } = batch;
      for (let i = 0; i < count; i++) {
        const weight = weightOf(batch, i);
        all += weight;
        for (let j = 0; j < outputs; j++) {
          sums[j]! += weight * of(predictions[i * outputs + j]! - targets[i * outputs + j]!);
        }
      }
    },
    result: () => sums.reduce((sum, each) => sum + after(each / all), 0) / outputs,
  };
}
