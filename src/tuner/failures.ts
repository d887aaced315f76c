/** Values for trials that have none: some models need one of every trial. */
import type { Direction, FinishedTrial } from "./trial.ts";

/** Whether a trial has a value. A failed one has none, nor has one that was pruned before its first report. */
export const hasValue = ({ state, value }: FinishedTrial): boolean =>
  state !== "failed" && typeof value === "number" && Number.isFinite(value);

/**
 * The trials' values. One that has none counts as worse than the worst, by as much as the best is better than the worst.
 * An infinite value would leave no difference between the others.
 */
export function valuesWithFailures(trials: readonly FinishedTrial[], direction: Direction): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const trial of trials) {
    if (!hasValue(trial)) continue;
    low = Math.min(low, trial.value!);
    high = Math.max(high, trial.value!);
  }
  const [worst, towards] = direction === "maximize" ? [low, -1] : [high, 1];
  const worse = worst + towards * (high - low || Math.abs(worst) || 1);
  const finite = Math.min(Math.max(worse, -Number.MAX_VALUE), Number.MAX_VALUE);
  return trials.map((trial) => (hasValue(trial) ? trial.value! : finite));
}
