import type { Description } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar, Tensor } from "../tensor.ts";
import type { RateFactors } from "./common.ts";

/** An optimizer's tensors for one parameter, by name, each of the parameter's shape. */
export type OwnTensors = Readonly<Record<string, Tensor>>;

/** What an optimizer keeps in a model for one parameter. */
export interface OptimizerState {
  /** The tensors that {@link Optimizer.tensors} names, for the parameter at hand. */
  readonly tensors: OwnTensors;
  /** How many updates there have been with these tensors, the present one among them: 1 at first. */
  readonly updates: Scalar;
  /** What the schedule's rate is multiplied by for the parameter at hand. Default: 1. */
  readonly rateFactor?: number;
}

/** Moves parameters along their gradients. */
export interface Optimizer {
  readonly schedule: Schedule;
  /** What an equal optimizer is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /**
   * The tensors that it keeps for every parameter, such as moments, with the number that fills them before the first
   * update. They belong to the model, which saves and loads them, and drops them when it is compiled anew. Default: none.
   */
  readonly tensors?: Readonly<Record<string, number>>;
  /** The most that the norm of all gradients together may be; the model clips them before the updates. Default: no limit. */
  readonly clipNorm?: number;
  /** What the schedule's rate is multiplied by, by the last part of a parameter's name. Default: 1 for all. */
  readonly rateFactors?: RateFactors;
  /**
   * Writes down the update of one parameter; `learningRate` holds the schedule's value at each step, times the parameter's
   * factor.
   * @param own what the optimizer keeps for this parameter
   */
  update(kernels: Kernels, parameter: Parameter, learningRate: Scalar, own: OptimizerState): void;
}
