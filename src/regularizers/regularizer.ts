import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";

/** A penalty on a parameter: part of the cost, not of the loss. */
export interface Regularizer {
  /** What an equal regularizer is made from. Default: a model with it cannot be saved. */
  describe?(): Description;
  /** Writes down the penalty, which is this parameter's part of the cost. */
  penalty(kernels: Kernels, penalty: Tensor<"float64">, value: Tensor): void;
  /** Writes down that the penalty's gradient is added to `grad`. */
  addGradient(kernels: Kernels, grad: Tensor, value: Tensor): void;
}
