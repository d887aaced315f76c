import type { Kind } from "../described.ts";
import type { OptionDeclaration, SharedOption } from "../options.ts";
import type { Optimizer } from "./optimizer.ts";

/** An optimizer by name, and what the command line knows of it. Its schedule is one of its options. */
export interface OptimizerKind extends Kind<Optimizer> {
  readonly options: Readonly<Record<string, OptionDeclaration | SharedOption>>;
  /** The highest rate of its schedule, unless one is given. */
  readonly learningRate: number;
}
