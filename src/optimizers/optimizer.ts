import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar, Tensor } from "../tensor.ts";

/** An optimizer's tensors for one parameter, by name, each of the parameter's shape. */
export type OwnTensors = Readonly<Record<string, Tensor>>;

/** What an optimizer has of its own in a model. */
export interface OptimizerState {
  /** Those that {@link Optimizer.tensors} names, of the parameter at hand. */
  readonly tensors: OwnTensors;
  /** How many updates there have been with these tensors, the present one among them: 1 at first. */
  readonly updates: Scalar;
}

/** How a parameter follows its gradient. */
export interface Optimizer {
  readonly schedule: Schedule;
  /**
   * Tensors that it keeps for every parameter, such as moments, and what they hold before the first update. They belong
   * to the model: it saves them, loads them, and lets them go when it is compiled anew. Default: none.
   */
  readonly tensors?: Readonly<Record<string, number>>;
  /**
   * Writes down the update of one parameter; `learningRate` holds the schedule's value at each step.
   * @param own what changes from step to step besides
   */
  update(kernels: Kernels, parameter: Parameter, learningRate: Scalar, own: OptimizerState): void;
}
