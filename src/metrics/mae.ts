import type { Description } from "../described.ts";
import { meanOverOutputs } from "./errorsByOutput.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { resolveScale, type ScaleOptions, scaleFor } from "./targetScale.ts";

/**
 * The mean absolute error, in the unit of the targets: scale · Σ w·|y − t| / Σ w. Of several outputs it is the mean over them.
 */
export class MaeMetrics implements Metric {
  readonly name = "mae";
  readonly targets = ["numbers"] as const;
  readonly better = "less";
  readonly scale: number | readonly number[] | undefined;

  /** @throws ConfigError if the scale is no number > 0, nor an array of such */
  constructor(options: ScaleOptions = {}) {
    this.scale = resolveScale("MaeMetrics", options);
  }

  begin(task: MetricTask, saved?: unknown): Collector {
    const scale = scaleFor("MaeMetrics", this.scale, task.outputs);
    return meanOverOutputs(task, Math.abs, (mean, j) => scale(j) * mean, saved);
  }

  describe(): Description {
    const { name, scale } = this;
    return { name, options: scale === undefined ? {} : { scale } };
  }
}

export const mae = {
  title: "MAE",
  inWords: "Mean absolute error",
  usualFor: ["numbers"],
  inUnitOfTargets: true,
  create: (options?: ScaleOptions) => new MaeMetrics(options),
} as const satisfies MetricKind;
