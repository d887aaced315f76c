import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { TargetKind, TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";

/**
 * The part of the cost that training makes small, apart from the penalties: the weighted mean of the samples' losses,
 *
 *   L = Σ_i w_i · l_i / Σ_i w_i
 *
 * where l_i, if a sample has several outputs, is the mean over its outputs. Without weights, every w_i is 1. If all weights
 * are 0, L and its gradient are 0.
 */
export interface Loss {
  /** What an equal loss is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /**
   * The kind of layer that must come last. The loss computes that layer as well: it takes the scores before it. Undefined:
   * any layer may come last, and the loss takes its outputs as they are.
   */
  readonly outputKind: string | undefined;
  /**
   * The kinds of targets that it takes. A loss that states them takes weights as well. Default: classes, and no weights.
   */
  readonly targets?: readonly TargetKind[] | undefined;
  /**
   * The differences output − target at which a derivative of the loss jumps, as that of |z − t| does at 0. The gradient
   * check leaves out differences over one of them. Default: there are none.
   */
  readonly kinks?: readonly number[] | undefined;
  /**
   * Writes down the loss and its gradient by the scores.
   * @param loss (1, 1), written: the *sum* Σ_i w_i · l_i over the batch
   * @param dz (n, c), written: the gradient of the *mean* L over the batch
   * @param z (n, c), the scores (logits) before the output layer, or the last layer's outputs
   * @param targets (n, 1) for classes, (n, c) for numbers and flags
   * @param weights (n, 1), each ≥ 0 and finite; undefined: all are 1
   */
  forward(
    kernels: Kernels,
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: TargetTensor,
    weights?: WeightTensor,
  ): void;
}
