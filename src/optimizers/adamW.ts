import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar } from "../tensor.ts";
import { ADAM_OPTIONS, type AdamOptions, checkMoments, MOMENTS } from "./adam.ts";
import { checkCommon, describeCommon, type RateFactors } from "./common.ts";
import type { OptimizerKind } from "./kind.ts";
import type { Optimizer, OptimizerState } from "./optimizer.ts";

/** Which parameters decay: weights of shape (in, out) alone, or biases, scales and normalisation as well. */
export type Decayed = "matrices" | "all";

const choices: readonly Decayed[] = ["matrices", "all"];

/** Which rate the decay has: the parameter's own, with its rate factor, or the schedule's. */
export type DecayFollows = "parameter" | "schedule";

const followed = ["parameter", "schedule"] as const satisfies readonly DecayFollows[];

export interface AdamWOptions extends AdamOptions {
  /** λ ≥ 0: each update takes η · λ of a parameter's value off it. Default: 0.01. */
  readonly weightDecay?: number;
  /** Default: "matrices". PyTorch's and Keras's AdamW have "all". */
  readonly decayed?: Decayed;
  /** Default: "parameter". With "schedule" rate factors leave the decay as it is. */
  readonly decayFollows?: DecayFollows;
}

/**
 * AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019): before {@link AdamOptimizer}'s step,
 *
 *   value −= η · λ · value
 *
 * as PyTorch does. η is the parameter's own rate: a rate factor is a factor of its decay, too. With decayFollows "schedule" it is
 * none: where W/√fan_in stands in place of W (Holzmüller et al., 2024), a fan-in is one of Adam's step alone. A parameter of factor
 * 0 stays as it is either way. The decay is no part of the gradient, the cost or the norm by which gradients are clipped.
 */
export class AdamWOptimizer implements Optimizer, Described {
  readonly schedule: Schedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly decayed: Decayed;
  readonly decayFollows: DecayFollows;
  readonly clipNorm?: number;
  readonly rateFactors?: RateFactors;
  readonly tensors = MOMENTS;

  /**
   * @param options.schedule default: the rate 0.001
   * @throws ConfigError if an option is out of its range
   */
  constructor(options: AdamWOptions = {}) {
    const where = "AdamWOptimizer";
    checkOptions(where, options, [...ADAM_OPTIONS, "weightDecay", "decayed", "decayFollows"]);
    const { weightDecay = 0.01, decayed = "matrices", decayFollows = "parameter" } = options;
    if (!(isNumber(weightDecay) && weightDecay >= 0 && weightDecay < Infinity)) {
      throw new ConfigError(`${where}: weightDecay is ${shown(weightDecay)}, expected a finite number ≥ 0.`);
    }
    if (!choices.includes(decayed)) {
      throw new ConfigError(
        `${where}: decayed is ${shown(decayed)}. There are: ${choices.map(shown).join(", ")}.`,
      );
    }
    if (!followed.includes(decayFollows)) {
      throw new ConfigError(
        `${where}: decayFollows is ${shown(decayFollows)}. There are: ${followed.map(shown).join(", ")}.`,
      );
    }
    const { beta1, beta2, epsilon } = checkMoments(where, options);
    const common = checkCommon(where, options, 1e-3);
    this.schedule = common.schedule;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.weightDecay = weightDecay;
    this.decayed = decayed;
    this.decayFollows = decayFollows;
    if (common.clipNorm !== undefined) this.clipNorm = common.clipNorm;
    if (common.rateFactors !== undefined) this.rateFactors = common.rateFactors;
  }

  /** @throws ConfigError if the schedule cannot describe itself */
  describe(): Description {
    const { beta1, beta2, epsilon, weightDecay, decayed, decayFollows } = this;
    const common = describeCommon("AdamWOptimizer", this);
    return {
      name: "adamw",
      options: { ...common, beta1, beta2, epsilon, weightDecay, decayed, decayFollows },
    };
  }

  update({ adam }: Kernels, { value, grad, shape }: Parameter, rate: Scalar, own: OptimizerState): void {
    const { firstMoment, secondMoment } = own.tensors;
    const { beta1, beta2, epsilon } = this;
    const decay = this.decayed === "all" || shape.length === 2 ? this.#decayFor(own) : 0;
    adam.update(
      ...([value, grad, firstMoment!, secondMoment!, 0, decay] as const),
      ...([beta1, beta2, epsilon, rate, own.updates] as const),
    );
  }

  /** The share that the kernel multiplies by the parameter's rate: what the factor makes of it is divided out. */
  #decayFor({ rateFactor = 1 }: OptimizerState): number {
    if (this.decayFollows === "parameter") return this.weightDecay;
    return rateFactor === 0 ? 0 : this.weightDecay / rateFactor;
  }
}

export const adamw = {
  options: {
    beta1: { like: "adam", default: 0.9 },
    beta2: { like: "adam", default: 0.999 },
    epsilon: { like: "adam", default: 1e-8 },
    weightDecay: {
      ...{ kind: "number", flags: "--weight-decay <share>", least: 0, default: 0.01 },
      help: "share of each weight, times the learning rate, that an update takes off it",
      words: { "--weight-decay": "wd decay decoupled-weight-decay" },
    },
    decayFollows: {
      ...{ kind: "choice", flags: "--decay-follows <rate>", choices: followed },
      help: "which learning rate the decay is multiplied by: the parameter's, with its factor, or the schedule's",
      words: { "--decay-follows": "decay-rate wd-factor" },
    },
    clipNorm: { like: "sgd" },
  },
  learningRate: 1e-3,
  parts: { schedule: "schedules" },
  create: (options: AdamWOptions) => new AdamWOptimizer(options),
} as const satisfies OptimizerKind;
