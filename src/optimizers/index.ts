/** The optimizers by name, for `--optimizer`. */
import type { Schedule } from "../schedules/schedule.ts";
import type { Optimizer } from "./optimizer.ts";
import { SGDOptimizer } from "./sgd.ts";

export type { Optimizer } from "./optimizer.ts";
export { SGDOptimizer };

export const optimizers: Readonly<Record<string, (schedule: Schedule) => Optimizer>> = {
  sgd: (schedule) => new SGDOptimizer({ schedule }),
};
