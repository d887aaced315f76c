/** The optimizers by name, for `--optimizer`. */
import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Schedule } from "../schedules/schedule.ts";
import type { Optimizer } from "./optimizer.ts";
import { SGDOptimizer } from "./sgd.ts";

export type { Optimizer, OptimizerState, OwnTensors } from "./optimizer.ts";
export { SGDOptimizer };

/** What the command line knows of an optimizer. */
export interface OptimizerKind {
  readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>>;
  /** @param options the values of `options` */
  create(schedule: Schedule, options: object): Optimizer;
}

export const optimizers = {
  sgd: { options: {}, create: (schedule) => new SGDOptimizer({ schedule }) },
} as const satisfies Readonly<Record<string, OptimizerKind>>;
