import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions } from "../options.ts";
import type { TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./loss.ts";

/**
 * For flags, one or many: l_i = −(1/c) · Σ_j (y_ij · log p_ij + (1 − y_ij) · log(1 − p_ij)), p being the sigmoid of the last
 * layer's c scores, as in PyTorch's BCEWithLogitsLoss. The last layer must be a sigmoid, which the loss computes as well:
 * from the scores, so that neither overflows.
 */
export class BinaryCrossEntropyLoss implements Loss, Described {
  readonly outputKind = "sigmoid";
  readonly targets = ["flags"] as const;

  /** @param options default: none, and there are none. @throws ConfigError if there is one */
  constructor(options: object = {}) {
    checkOptions("BinaryCrossEntropyLoss", options, []);
  }

  describe(): Description {
    return { name: "binaryCrossEntropy", options: {} };
  }

  /** @param weights default: every sample counts once */
  forward(
    kernels: Kernels,
    loss: Tensor<"float64">,
    dz: Tensor,
    z: Tensor,
    targets: TargetTensor,
    weights?: WeightTensor,
  ): void {
    kernels.binaryCrossEntropy.forward(loss, dz, z, targets as Tensor<"uint8">, weights);
  }
}

export const binaryCrossEntropy: Kind<BinaryCrossEntropyLoss> = {
  create: (options) => new BinaryCrossEntropyLoss(options),
};
