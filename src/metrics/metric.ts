import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { TargetTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";

/** A number that is watched beside the loss: a mean over samples. */
export interface Metric {
  /** The key in History's rows: "accuracy". */
  readonly name: string;
  /** What an equal metric is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /**
   * Writes down the metric's sum over a batch.
   * @param sum (1, 1), written
   * @param scores (n, c)
   * @param labels (n, 1)
   */
  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: TargetTensor): void;
}
