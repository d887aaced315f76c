import type { Description } from "../described.ts";

/** A learning rate for every step. It has no state, so that any step can be asked for. */
export interface Schedule {
  /** What an equal schedule is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /** The rate of update number `step`, counted from 0. */
  at(step: number): number;
}
