/** The optimizers by name, for `--optimizer`. */
import { AdamOptimizer, adam } from "./adam.ts";
import { AdamWOptimizer, adamw } from "./adamW.ts";
import type { OptimizerKind } from "./kind.ts";
import { SGDOptimizer, sgd } from "./sgd.ts";

export type { AdamOptions } from "./adam.ts";
export type { AdamWOptions, Decayed, DecayFollows } from "./adamW.ts";
export type { CommonOptions, RateFactor, RateFactors } from "./common.ts";
export { checkChanges } from "./common.ts";
export type { OptimizerKind } from "./kind.ts";
export type { Optimizer, OptimizerState, OwnTensors } from "./optimizer.ts";
export type { SGDOptions } from "./sgd.ts";
export { AdamOptimizer, AdamWOptimizer, SGDOptimizer };

export const optimizers = { sgd, adam, adamw } as const satisfies Readonly<Record<string, OptimizerKind>>;
