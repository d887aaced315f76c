import type { OptionDeclaration, SharedOption } from "../../options.ts";
import type { Pruner } from "../trial.ts";

/** An option of a pruner, by the name of its flag. */
export type PrunerOption = (OptionDeclaration | SharedOption) & {
  /** The option of the constructor that it sets. Default: the one of the same name. */
  readonly sets?: string;
  /** What is added to the flag's value for it. Default: 0. */
  readonly offset?: number;
};

/** What the command line knows of a pruner. */
export interface PrunerKind {
  /** Whether it decides by the results of earlier rounds. */
  readonly learns: boolean;
  /** Whether it compares the trials of a round with each other. */
  readonly comparesTrials: boolean;
  readonly options: Readonly<Record<string, PrunerOption>>;
  /** @param options may have other pruners' options, too */
  create(options?: object): Pruner;
}
