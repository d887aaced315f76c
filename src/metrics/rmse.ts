import type { Description } from "../described.ts";
import { meanOverOutputs } from "./errorsByOutput.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";

/**
 * The root of the mean squared error, in the unit of the targets: √(Σ w·(y − t)² / Σ w). Of several outputs it is the mean
 * of their roots, as scikit-learn's root_mean_squared_error.
 */
export class RmseMetrics implements Metric {
  readonly name = "rmse";
  readonly targets = ["numbers"] as const;
  readonly better = "less";

  begin(task: MetricTask, saved?: unknown): Collector {
    return meanOverOutputs(task, (error) => error * error, Math.sqrt, saved);
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const rmse = {
  title: "RMSE",
  inWords: "Root of the mean squared error",
  usualFor: ["numbers"],
  create: () => new RmseMetrics(),
} as const satisfies MetricKind;
