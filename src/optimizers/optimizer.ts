import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar } from "../tensor.ts";

/** How a parameter follows its gradient. */
export interface Optimizer {
  readonly schedule: Schedule;
  /** Writes down the update of one parameter; `learningRate` holds the schedule's value at each step. */
  update(kernels: Kernels, parameter: Parameter, learningRate: Scalar): void;
}
