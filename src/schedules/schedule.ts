/** A learning rate for every step. It has no state, so that any step can be asked for. */
export interface Schedule {
  /** The rate of update number `step`, counted from 0. */
  at(step: number): number;
}
