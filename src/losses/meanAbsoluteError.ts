import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions } from "../options.ts";
import type { TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { Loss } from "./loss.ts";

/** For numbers: l_i = (1/c) · Σ_j |z_ij − t_ij|, z being the last layer's c outputs as they are. At 0 its derivative is 0. */
export class MeanAbsoluteErrorLoss implements Loss, Described {
  readonly outputKind = undefined;
  readonly targets = ["numbers"] as const;
  readonly kinks = [0];

  /** @param options default: none, and there are none. @throws ConfigError if there is one */
  constructor(options: object = {}) {
    checkOptions("MeanAbsoluteErrorLoss", options, []);
  }

  describe(): Description {
    return { name: "meanAbsoluteError", options: {} };
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
    kernels.regression.absolute(loss, dz, z, targets as Tensor, weights);
  }
}

export const meanAbsoluteError: Kind<MeanAbsoluteErrorLoss> = {
  create: (options) => new MeanAbsoluteErrorLoss(options),
};
