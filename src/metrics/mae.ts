import type { Description } from "../described.ts";
import { meanOverOutputs } from "./errorsByOutput.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";

/** The mean absolute error, in the unit of the targets: Σ w·|y − t| / Σ w. Of several outputs it is the mean over them. */
export class MaeMetrics implements Metric {
  readonly name = "mae";
  readonly targets = ["numbers"] as const;
  readonly better = "less";

  begin(task: MetricTask, saved?: unknown): Collector {
    return meanOverOutputs(task, Math.abs, (mean) => mean, saved);
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const mae = {
  title: "MAE",
  inWords: "Mean absolute error",
  usualFor: ["numbers"],
  create: () => new MaeMetrics(),
} as const satisfies MetricKind;
