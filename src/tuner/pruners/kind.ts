import type { OptionDeclaration, SharedOption } from "../../options.ts";
import type { Pruner } from "../trial.ts";

/** An option of a pruner, by the name of its flag. */
export type PrunerOption = (OptionDeclaration | SharedOption) & {
  /** The constructor's option that the flag sets. Default: the one of the same name. */
  readonly sets?: string;
  /** The constructor's option is the flag's value plus this. Default: 0. */
  readonly offset?: number;
};

/** What the command line knows of a pruner. */
export interface PrunerKind {
  /** Whether its decisions depend on the results of earlier rounds. */
  readonly learns: boolean;
  /** Whether it compares the trials of a round with each other. */
  readonly comparesTrials: boolean;
  readonly options: Readonly<Record<string, PrunerOption>>;
  /** @param options may include options of other pruners, which are ignored */
  create(options?: object): Pruner;
}
