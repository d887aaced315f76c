import { type Described, type Description, describeThing } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Parameter } from "../layers/layer.ts";
import { checkOptions, requireMethods } from "../options.ts";
import { ConstantSchedule } from "../schedules/constant.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Scalar } from "../tensor.ts";
import type { Optimizer } from "./optimizer.ts";

/** Mini-batch gradient descent without momentum: value −= η · grad. */
export class SGDOptimizer implements Optimizer, Described {
  readonly schedule: Schedule;

  /**
   * @param options.schedule a schedule, or a number for a constant rate; default 0.01
   * @throws ConfigError if it is neither
   */
  constructor(options: { readonly schedule?: Schedule | number } = {}) {
    checkOptions("SGDOptimizer", options, ["schedule"]);
    const { schedule = 0.01 } = options;
    if (typeof schedule !== "number") {
      const expected = "a number, or a schedule such as new LRCyclingSchedule({ stepSize: 100 })";
      requireMethods("SGDOptimizer: schedule", schedule, ["at"], expected);
    }
    this.schedule = typeof schedule === "number" ? new ConstantSchedule(schedule) : schedule;
  }

  /** @throws ConfigError if the schedule cannot describe itself */
  describe(): Description {
    const schedule = describeThing("SGDOptimizer.describe: schedule", this.schedule);
    return { name: "sgd", options: { schedule } };
  }

  update(kernels: Kernels, parameter: Parameter, learningRate: Scalar): void {
    kernels.sgd.update(parameter.value, parameter.grad, learningRate);
  }
}
