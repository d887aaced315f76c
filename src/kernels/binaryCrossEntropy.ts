/** The cross-entropy of sigmoid with flags, and its gradient by the scores. */
import { sigmoid, sigmoidf, softplus, softplusf } from "../math.ts";
import type { WeightTensor } from "../targets.ts";
import type { Precision, Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { checkElementwise, type ElementLoss, elementwiseLoss } from "./elementwiseLoss.ts";
import { placeOfWeights } from "./sampleWeights.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface BinaryCrossEntropyKernels {
  /**
   * From the margins u[i,j] = flag ? −z[i,j] : z[i,j], so that no exponential overflows and nothing cancels:
   *
   *   loss    = Σ_i w_i · (Σ_j max(u, 0) + log(1 + exp(−|u|))) / c          = −Σ_i w_i · Σ_j log p(flag) / c
   *   dz[i,j] = (σ(z[i,j]) − flag) · w_i / (c · Σ_i w_i)
   *
   * @param loss (1, 1), float64, written
   * @param dz (n, c), written; may be `z`
   * @param z (n, c), the scores before the sigmoid, c ≥ 1
   * @param flags (n, c), each 0 or 1
   * @param weights (n, 1), each ≥ 0; undefined: all are 1. If all are 0, loss and gradient are 0
   * @throws ShapeError if a shape does not follow from z's
   */
  forward(
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    flags: Tensor<"uint8">,
    weights: WeightTensor | undefined,
  ): void;
}

export const signatures = signaturesOf<BinaryCrossEntropyKernels>()({
  forward: "write loss, write dz, read z, read flags, read weights",
});

type Forward = Parameters<BinaryCrossEntropyKernels["forward"]>;

const check = (...[loss, dz, z, flags, weights]: Forward): void =>
  checkElementwise("binaryCrossEntropy.forward", loss, dz, z, flags, "flags", weights);

/** l and l′ of one score. */
function logistic(dtype: Precision): ElementLoss {
  const [cost, slope] = dtype === "float32" ? [softplusf, sigmoidf] : [softplus, sigmoid];
  return (z, flag) => (flag === 1 ? [cost(-z), -slope(-z)] : [cost(z), slope(z)]);
}

/** The definition. */
export const reference: BinaryCrossEntropyKernels = {
  forward(loss, dz, z, flags, weights) {
    check(loss, dz, z, flags, weights);
    elementwiseLoss(loss, dz, z, flags, weights, logistic(z.dtype));
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): BinaryCrossEntropyKernels {
  const forward = calls[`binaryCrossEntropy${suffix}`];
  return {
    forward(loss, dz, z, flags, weights) {
      check(loss, dz, z, flags, weights);
      forward({ loss, dz, z, flags, weights: placeOfWeights(weights), n: z.rows, c: z.columns });
    },
  };
}
