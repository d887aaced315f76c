/** The optimizers by name, for `--optimizer`. */
import type { Kind } from "../described.ts";
import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Optimizer } from "./optimizer.ts";
import { SGDOptimizer } from "./sgd.ts";

export type { Optimizer, OptimizerState, OwnTensors } from "./optimizer.ts";
export { SGDOptimizer };

/** An optimizer by name, and what the command line knows of it. Its schedule is one of its options. */
export interface OptimizerKind extends Kind<Optimizer> {
  readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>>;
}

export const optimizers = {
  sgd: {
    options: {},
    parts: { schedule: "schedules" },
    create: (options) => new SGDOptimizer(options),
  },
} as const satisfies Readonly<Record<string, OptimizerKind>>;
