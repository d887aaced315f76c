import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar } from "../tensor.ts";
import {
  COMMON_OPTIONS,
  type CommonOptions,
  checkCommon,
  describeCommon,
  type RateFactors,
  requireShare,
} from "./common.ts";
import type { OptimizerKind } from "./kind.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";

export interface AdamOptions extends CommonOptions {
  /** The share of the gradients' moving average that is kept, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number;
  /** That of the squared gradients' moving average. Default: 0.999. */
  readonly beta2?: number;
  /** It keeps the divisor from 0; > 0. Default: 1e-8. */
  readonly epsilon?: number;
}

export const ADAM_OPTIONS = [...COMMON_OPTIONS, "beta1", "beta2", "epsilon"] as const;

/** The tensors of Adam and AdamW: the moving averages of gradients and of their squares. */
export const MOMENTS = { firstMoment: 0, secondMoment: 0 } as const;

/** The options beside the common ones, checked. @throws ConfigError if one is out of its range */
export function checkMoments(
  where: string,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions,
): { readonly beta1: number; readonly beta2: number; readonly epsilon: number } {
  requireShare(`${where}: beta1`, beta1);
  requireShare(`${where}: beta2`, beta2);
  if (!(isNumber(epsilon) && epsilon > 0 && epsilon < Infinity)) {
    throw new ConfigError(`${where}: epsilon is ${shown(epsilon)}, expected a finite number > 0.`);
  }
  return { beta1, beta2, epsilon };
}

/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), in update t with PyTorch's corrections:
 *
 *   m = β1 · m + (1 − β1) · grad      v = β2 · v + (1 − β2) · grad²
 *   value −= η / (1 − β1ᵗ) · m / (√v / √(1 − β2ᵗ) + ε)
 *
 * m and v are 0 at first, and saved as `firstMoment` and `secondMoment`. t is the number of updates that the model saves with
 * them; its powers are made by repeated squaring, so that a training that goes on has the same bits. An L2 penalty is part of
 * grad.
 */
export class AdamOptimizer implements Optimizer, Described {
  readonly schedule: Schedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clipNorm?: number;
  readonly rateFactors?: RateFactors;
  readonly tensors = MOMENTS;

  /**
   * @param options.schedule default: the rate 0.001
   * @throws ConfigError if an option is out of its range
   */
  constructor(options: AdamOptions = {}) {
    const where = "AdamOptimizer";
    checkOptions(where, options, ADAM_OPTIONS);
    const { beta1, beta2, epsilon } = checkMoments(where, options);
    const common = checkCommon(where, options, 1e-3);
    this.schedule = common.schedule;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    if (common.clipNorm !== undefined) this.clipNorm = common.clipNorm;
    if (common.rateFactors !== undefined) this.rateFactors = common.rateFactors;
  }

  /** @throws ConfigError if the schedule cannot describe itself */
  describe(): Description {
    const { beta1, beta2, epsilon } = this;
    return { name: "adam", options: { ...describeCommon("AdamOptimizer", this), beta1, beta2, epsilon } };
  }

  update({ adam }: Kernels, { value, grad }: Parameter, learningRate: Scalar, own: OptimizerState): void {
    const { firstMoment, secondMoment } = own.tensors;
    const { beta1, beta2, epsilon } = this;
    adam.update(
      ...([value, grad, firstMoment!, secondMoment!, 0, 0] as const),
      ...([beta1, beta2, epsilon, learningRate, own.updates] as const),
    );
  }
}

export const adam = {
  options: {
    beta1: {
      ...{ kind: "number", flags: "--beta1 <share>", least: 0, below: 1, default: 0.9 },
      help: "share of the gradients' moving average that is kept",
      words: { "--beta1": "beta-1 b1 adam-beta1 betas" },
    },
    beta2: {
      ...{ kind: "number", flags: "--beta2 <share>", least: 0, below: 1, default: 0.999 },
      help: "share of the squared gradients' moving average that is kept",
      words: { "--beta2": "beta-2 b2 adam-beta2" },
    },
    epsilon: {
      ...{ kind: "number", flags: "--epsilon <x>", above: 0, default: 1e-8 },
      help: "what is added to the divisor, which keeps it from 0",
      words: { "--epsilon": "eps adam-epsilon adam-eps" },
    },
    clipNorm: { like: "sgd" },
  },
  learningRate: 1e-3,
  parts: { schedule: "schedules" },
  create: (options: AdamOptions) => new AdamOptimizer(options),
} as const satisfies OptimizerKind;
