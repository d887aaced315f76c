import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";
import type { LossKind } from "./kind.ts";
import type { Loss } from "./loss.ts";

export interface HuberOptions {
  /** δ > 0, finite: the error from which on it counts by its size and not by its square. Default: 1. */
  readonly delta?: number;
}

/**
 * For numbers: l_i = (1/c) · Σ_j h(z_ij − t_ij), z being the last layer's c outputs as they are, with
 *
 *   h(r) = r² / 2 if |r| ≤ δ, else δ · (|r| − δ / 2)
 *
 * as in PyTorch's HuberLoss (Huber 1964).
 */
export class HuberLoss implements Loss, Described {
  readonly outputKind = undefined;
  readonly targets = ["numbers"] as const;
  readonly delta: number;
  /** There the second derivative jumps. */
  readonly kinks: readonly number[];

  /** @throws ConfigError if delta is not a finite number > 0, or there is another option */
  constructor(options: HuberOptions = {}) {
    const where = "HuberLoss";
    checkOptions(where, options, ["delta"]);
    const { delta = 1 } = options;
    // Below it, a float32 would be 0, or infinite above.
    if (!(isNumber(delta) && Math.fround(delta) > 0 && Math.fround(delta) < Infinity)) {
      throw new ConfigError(`${where}: delta is ${shown(delta)}, expected a finite number > 0, such as 1.`);
    }
    this.delta = delta;
    this.kinks = [-delta, delta];
  }

  describe(): Description {
    return { name: "huber", options: { delta: this.delta } };
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
    kernels.regression.huber(loss, dz, z, targets as Tensor, weights, this.delta);
  }
}

export const huber = {
  options: {
    delta: {
      // In float32 a smaller one would be 0, and a larger one infinite.
      ...{ kind: "number", flags: "--delta <error>", least: 1e-38, most: 1e38, default: 1 },
      help: "the error from which on it counts by its size and not by its square; a table's numbers are standardised",
      words: { "--delta": "huber-delta huber-beta" },
    },
  },
  create: (options) => new HuberLoss(options),
} as const satisfies LossKind<HuberLoss>;
