import type { Pruner } from "../trial.ts";

/** Lets every trial run to its end. */
export class NopPruner implements Pruner {
  readonly name = "none";
  readonly waits = false;

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
