import type { Described, Description, Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import { isNumber, shown } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { Regularizer } from "./regularizer.ts";

/** cost += ½ · lambda · Σ w², gradient lambda · w. (Keras's `l2` has no ½: its number is half of this one.) */
export class L2Regularizer implements Regularizer, Described {
  readonly lambda: number;

  /**
   * @param lambda ≥ 0; default 0.005
   * @throws ConfigError unless lambda is a finite number ≥ 0
   */
  constructor(lambda = 0.005) {
    if (!(isNumber(lambda) && lambda >= 0 && lambda < Infinity)) {
      throw new ConfigError(`L2Regularizer: lambda is ${shown(lambda)}, expected a finite number ≥ 0.`);
    }
    this.lambda = lambda;
  }

  describe(): Description {
    return { name: "l2", options: { lambda: this.lambda } };
  }

  penalty(kernels: Kernels, penalty: Tensor<"float64">, value: Tensor): void {
    kernels.l2.penalty(penalty, value, this.lambda);
  }

  addGradient(kernels: Kernels, grad: Tensor, value: Tensor): void {
    kernels.l2.addGradient(grad, value, this.lambda);
  }
}

export const l2: Kind<L2Regularizer> = {
  create: ({ lambda }: { readonly lambda?: number }) => new L2Regularizer(lambda),
};
