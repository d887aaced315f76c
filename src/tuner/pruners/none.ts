import { checkOptions } from "../../options.ts";
import type { Pruner } from "../trial.ts";
import type { PrunerKind } from "./kind.ts";

/** Lets every trial run to its end. */
export class NopPruner implements Pruner {
  readonly name = "none";
  readonly waits = false;

  /** @throws ConfigError if it is given an option: it has none */
  constructor(options: Readonly<Record<never, unknown>> = {}) {
    checkOptions("NopPruner", options, []);
  }

  group(): number {
    return 0;
  }

  decidesAt(): boolean {
    return false;
  }

  shouldPrune(): boolean {
    return false;
  }
}

export const none: PrunerKind = {
  ...{ learns: false, comparesTrials: false, options: {} },
  create: () => new NopPruner(),
};
