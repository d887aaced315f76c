import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { TargetTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";

/** The part of the cost that training makes small, apart from the penalties. */
export interface Loss {
  /** The kind of layer that must come last. The loss computes that layer as well. */
  readonly outputKind: string;
  /** What an equal loss is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /**
   * Writes down the loss and its gradient by the scores before the output layer.
   * @param loss (1, 1), written: the *sum* over the batch
   * @param dz (n, c), written: the gradient of the *mean* over the batch
   * @param z (n, c), the scores (logits)
   * @param labels (n, 1)
   */
  forward(kernels: Kernels, loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: TargetTensor): void;
}
