import type { Description } from "../described.ts";
import { meanOverOutputs } from "./errorsByOutput.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";
import { resolveScale, type ScaleOptions, scaleFor } from "./targetScale.ts";

/**
 * The root of the mean squared error, in the unit of the targets: scale · √(Σ w·(y − t)² / Σ w). Of several outputs it is
 * the mean of their roots, as scikit-learn's root_mean_squared_error.
 */
export class RmseMetrics implements Metric {
  readonly name = "rmse";
  readonly targets = ["numbers"] as const;
  readonly better = "less";
  readonly scale: number | readonly number[] | undefined;

  /** @throws ConfigError if the scale is no number > 0, nor an array of such */
  constructor(options: ScaleOptions = {}) {
    this.scale = resolveScale("RmseMetrics", options);
  }

  begin(task: MetricTask, saved?: unknown): Collector {
    const scale = scaleFor("RmseMetrics", this.scale, task.outputs);
    return meanOverOutputs(
      task,
      (error) => error * error,
      (mean, j) => scale(j) * Math.sqrt(mean),
      saved,
    );
  }

  describe(): Description {
    const { name, scale } = this;
    return { name, options: scale === undefined ? {} : { scale } };
  }
}

export const rmse = {
  title: "RMSE",
  inWords: "Root of the mean squared error",
  usualFor: ["numbers"],
  inUnitOfTargets: true,
  create: (options?: ScaleOptions) => new RmseMetrics(options),
} as const satisfies MetricKind;
