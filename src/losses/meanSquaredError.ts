import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions } from "../options.ts";
import type { TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./loss.ts";

/** For numbers: l_i = (1/c) · Σ_j (z_ij − t_ij)², z being the last layer's c outputs as they are. */
export class MeanSquaredErrorLoss implements Loss, Described {
  readonly outputKind = undefined;
  readonly targets = ["numbers"] as const;

  /** @param options default: none, and there are none. @throws ConfigError if there is one */
  constructor(options: object = {}) {
    checkOptions("MeanSquaredErrorLoss", options, []);
  }

  describe(): Description {
    return { name: "meanSquaredError", options: {} };
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
    kernels.regression.squared(loss, dz, z, targets as Tensor, weights);
  }
}

export const meanSquaredError: Kind<MeanSquaredErrorLoss> = {
  create: (options) => new MeanSquaredErrorLoss(options),
};
