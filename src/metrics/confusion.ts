import type { Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Collector, Metric, MetricBatch, MetricKind, MetricTask } from "./metric.ts";
import { isSet, largest, weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/** The most classes: more would make more than 2^24 numbers. */
const MOST_CLASSES = 4096;

/**
 * The confusion matrix. Of classes: row i, column j has the weight of the samples of class i that are said to be of class j
 * (without weights, their number). Of flags: a row for each flag, with four columns: it is not there and not said to be,
 * said but not there, there but not said, there and said (scikit-learn's multilabel_confusion_matrix, a row for each).
 */
export class ConfusionMetrics implements Metric<readonly (readonly number[])[]> {
  readonly name = "confusion";
  readonly targets = ["classes", "flags"] as const;

  /**
   * @param saved what an equal metric's collector saved. Default: nothing
   * @throws ConfigError if there are more than 4,096 classes
   */
  begin({ targets, outputs }: MetricTask, saved?: unknown): Collector<readonly (readonly number[])[]> {
    const columns = targets === "classes" ? outputs : 4;
    if (columns > MOST_CLASSES) {
      throw new ConfigError(
        `confusion: a matrix of ${outputs} classes has ${outputs * outputs} numbers, expected at most ${MOST_CLASSES} classes. Leave it out.`,
      );
    }
    // Without samples there is no memory for them.
    let counts = saved === undefined ? undefined : sums(outputs * columns, saved);
    const add = targets === "classes" ? addClasses : addFlags;
    return {
      add(batch) {
        counts ??= sums(outputs * columns, undefined);
        add(counts.sums, batch, outputs);
      },
      result: () =>
        Array.from({ length: outputs }, (_, i) =>
          Array.from({ length: columns }, (_, j) => counts?.sums[i * columns + j] ?? 0),
        ),
      save: () => (counts ?? sums(outputs * columns, undefined)).save(),
    };
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

function addClasses(counts: Float64Array, batch: MetricBatch, outputs: number): void {
  for (let i = 0; i < batch.count; i++) {
    counts[batch.targets[i]! * outputs + largest(batch.predictions, i, outputs)]! += weightOf(batch, i);
  }
}

function addFlags(counts: Float64Array, batch: MetricBatch, outputs: number): void {
  for (let i = 0; i < batch.count; i++) {
    for (let j = 0; j < outputs; j++) {
      const has = batch.targets[i * outputs + j] === 0 ? 0 : 2;
      const said = isSet(batch.predictions[i * outputs + j]!) ? 1 : 0;
      counts[4 * j + has + said]! += weightOf(batch, i);
    }
  }
}

export const confusion = {
  title: "Confusion matrix",
  inWords: "Samples by class and predicted class",
  usualFor: [],
  create: () => new ConfusionMetrics(),
} as const satisfies MetricKind;
