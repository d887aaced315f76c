/** How far a training is, as it is told to whoever watches. */
import type { StepReport } from "../model/fitOptions.ts";

/** Where a training stands, as it is told some times a second. */
export interface ProgressReport extends StepReport {
  /** The mean of the steps' losses since the last report; `loss` is that of the last step alone. */
  readonly meanLoss: number;
  /** Steps a second, over the last second or so; undefined before anything can be said of it. */
  readonly stepsPerSecond: number | undefined;
}
