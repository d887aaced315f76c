import type { Kernels } from "../kernels/index.ts";
import type { TargetTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { Metric } from "./metric.ts";

/** The share of samples whose label has the largest score, 0 to 1. */
export class AccuracyMetrics implements Metric {
  readonly name = "accuracy";

  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: TargetTensor): void {
    kernels.accuracy.count(sum, scores, labels);
  }
}
