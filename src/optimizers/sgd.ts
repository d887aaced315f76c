import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import { checkOptions, requireBoolean } from "../options.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar } from "../tensor.ts";
import {
  COMMON_OPTIONS,
  type CommonOptions,
  checkCommon,
  clipNorm,
  describeCommon,
  type RateFactors,
  requireShare,
} from "./common.ts";
import type { OptimizerKind } from "./kind.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";

export interface SGDOptions extends CommonOptions {
  /** The share of the velocity that is kept, from 0 (no momentum, the default) to below 1. */
  readonly momentum?: number;
  /** Whether a step looks ahead (Nesterov's momentum). It needs a momentum. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * Mini-batch gradient descent, with PyTorch's momentum (Sutskever and others, "On the importance of initialization and momentum
 * in deep learning", 2013, where η is within the velocity):
 *
 *   value −= η · grad                                                    without momentum
 *   velocity = momentum · velocity + grad      value −= η · velocity     with it; velocity is 0 at first
 *                                              value −= η · (grad + momentum · velocity)     and nesterov
 */
export class SGDOptimizer implements Optimizer, Described {
  readonly schedule: Schedule;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly clipNorm?: number;
  readonly rateFactors?: RateFactors;
  readonly tensors: Readonly<Record<string, number>>;

  /**
   * @param options.schedule default: the rate 0.01
   * @throws ConfigError if an option is out of its range
   */
  constructor(options: SGDOptions = {}) {
    const where = "SGDOptimizer";
    checkOptions(where, options, [...COMMON_OPTIONS, "momentum", "nesterov"]);
    const { momentum = 0, nesterov = false } = options;
    requireShare(`${where}: momentum`, momentum);
    requireBoolean(`${where}: nesterov`, nesterov);
    if (nesterov && momentum === 0) {
      throw new ConfigError(`${where}: nesterov needs a momentum. Give one, such as 0.9.`);
    }
    const common = checkCommon(where, options, 0.01);
    this.schedule = common.schedule;
    this.momentum = momentum;
    this.nesterov = nesterov;
    if (common.clipNorm !== undefined) this.clipNorm = common.clipNorm;
    if (common.rateFactors !== undefined) this.rateFactors = common.rateFactors;
    this.tensors = momentum === 0 ? {} : { velocity: 0 };
  }

  /** @throws ConfigError if the schedule cannot describe itself */
  describe(): Description {
    const { momentum, nesterov } = this;
    return { name: "sgd", options: { ...describeCommon("SGDOptimizer", this), momentum, nesterov } };
  }

  /** @param own the velocity, which only momentum needs. Default: none */
  update({ sgd }: Kernels, { value, grad }: Parameter, learningRate: Scalar, own?: OptimizerState): void {
    const velocity = own?.tensors.velocity;
    if (velocity === undefined) sgd.update(value, grad, learningRate);
    else sgd.updateMomentum(value, grad, velocity, 0, this.momentum, this.nesterov, learningRate);
  }
}

export const sgd = {
  options: {
    momentum: {
      ...{ kind: "number", flags: "--momentum <share>", least: 0, below: 1, default: 0 },
      help: "share of the velocity that is kept",
      words: { "--momentum": "mom mu heavy-ball" },
    },
    nesterov: {
      ...{ kind: "switch", flags: "--nesterov" },
      help: "let momentum look ahead",
      words: { "--nesterov": "nag nesterov-momentum nesterovs-momentum use-nesterov" },
    },
    clipNorm,
  },
  learningRate: 1e-1,
  parts: { schedule: "schedules" },
  create: (options: SGDOptions) => new SGDOptimizer(options),
} as const satisfies OptimizerKind;
