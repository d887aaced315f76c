import type { Description } from "../described.ts";
import { log } from "../math.ts";
import type { Precision } from "../tensor.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/** The machine epsilon of each type: the distance from 1 to the next number. */
export const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 } satisfies Record<Precision, number>;

/**
 * The mean of −log p, p being the probability of what is the case, clipped to [ε, 1 − ε] with the machine epsilon of the
 * predictions' type, as scikit-learn's log_loss. Of several flags it is the mean over them. The loss that is trained is not
 * clipped, and may have label smoothing in it.
 */
export class LogLossMetrics implements Metric {
  readonly name = "logLoss";
  readonly targets = ["classes", "flags"] as const;
  readonly better = "less";

  begin({ targets, outputs, precision }: MetricTask, saved?: unknown): Collector {
    const least = EPSILON[precision];
    const clip = (p: number) => (p < least ? least : Math.min(p, 1 - least));
    const { sums: found, save } = sums(2, saved);
    return {
      add(batch) {
        const { count, predictions, targets: given } = batch;
        for (let i = 0; i < count; i++) {
          const weight = weightOf(batch, i);
          let loss = 0;
          if (targets === "classes") loss = -log(clip(predictions[i * outputs + given[i]!]!));
          else {
            for (let j = i * outputs; j < (i + 1) * outputs; j++) {
              const p = clip(predictions[j]!);
              loss -= log(given[j] === 0 ? 1 - p : p);
            }
            loss /= outputs;
          }
          found[0]! += weight * loss;
          found[1]! += weight;
        }
      },
      result: () => found[0]! / found[1]!,
      save,
    };
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const logLoss = {
  title: "Log loss",
  inWords: "Mean −log of the probability of what is the case",
  usualFor: [],
  create: () => new LogLossMetrics(),
} as const satisfies MetricKind;
