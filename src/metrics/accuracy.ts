import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Metric } from "./metric.ts";

/** The share of samples whose label has the largest score, 0 to 1. */
export class AccuracyMetrics implements Metric, Described {
  readonly name = "accuracy";

  describe(): Description {
    return { name: this.name, options: {} };
  }

  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: Tensor<"uint8">): void {
    kernels.accuracy.count(sum, scores, labels);
  }
}

export const accuracy: Kind<AccuracyMetrics> = { create: () => new AccuracyMetrics() };
