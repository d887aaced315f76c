import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { isSet, largest } from "./predicted.ts";
import { shareOf } from "./share.ts";

/**
 * The share of samples that are right, 0 to 1. Of classes, a sample is right if its label has the largest score (the first
 * of equal ones counts). Of flags, it is right if all its flags are, each being set where its probability is above 0.5:
 * the subset accuracy, as scikit-learn's accuracy_score.
 */
export class AccuracyMetrics implements Metric {
  readonly name = "accuracy";
  readonly targets = ["classes", "flags"] as const;
  readonly better = "more";

  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: Tensor<"uint8">): void {
    kernels.accuracy.count(sum, scores, labels);
  }

  begin({ targets, outputs }: MetricTask, saved?: unknown): Collector {
    if (targets === "classes")
      return shareOf((batch, i) => largest(batch.predictions, i, outputs) === batch.targets[i], saved);
    return shareOf((batch, i) => {
      for (let j = i * outputs; j < (i + 1) * outputs; j++) {
        if (isSet(batch.predictions[j]!) !== (batch.targets[j] !== 0)) return false;
      }
      return true;
    }, saved);
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const accuracy = {
  title: "Accuracy",
  inWords: "Share of samples classified correctly",
  most: 1,
  usualFor: ["classes", "flags"],
  create: () => new AccuracyMetrics(),
} as const satisfies MetricKind;
