/** What a study is told of a trial that has ended. */
import { ConfigError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";
import type { Trial } from "./runningTrial.ts";
import { type FinishedTrial, TRIAL_STATES, type TrialState } from "./trial.ts";

export interface Told {
  /** The value, if the trial has one. Default for a pruned one: the last that it reported. */
  readonly value?: number | undefined;
  /** Default: "complete". */
  readonly state?: TrialState;
  readonly error?: string | undefined;
}

/** @throws ConfigError if an option or the state is unknown */
export function checkTold(told: Told): void {
  checkOptions("tell", told, ["value", "state", "error"]);
  const { state = "complete" } = told;
  if (!TRIAL_STATES.includes(state)) {
    throw new ConfigError(`tell: no state ${shown(state)}. There are: ${TRIAL_STATES.join(", ")}.`);
  }
}

/** The trial as it has ended. If its value is not a finite number, it has failed. */
export function finishedTrial(trial: Trial, told: Told): FinishedTrial {
  const { state = "complete", error } = told;
  const value = told.value ?? (state === "pruned" ? trial.reports.at(-1)?.value : undefined);
  // A trial that was pruned before its first report has no value.
  const fits = Number.isFinite(value) || (state === "pruned" && value === undefined);
  const ended = fits ? state : "failed";
  const reason = ended === state ? error : notFinite(told.value);
  return {
    number: trial.number,
    round: trial.round,
    params: trial.params,
    distributions: trial.distributions,
    state: ended,
    ...(ended !== "failed" && value !== undefined && { value }),
    reports: trial.reports,
    ...(reason !== undefined && { error: messageOf(reason) }),
    seconds: trial.secondsSpent,
    attributes: trial.attributes,
  };
}

export const notFinite = (value: unknown): string =>
  `The value is ${shown(value)}, expected a finite number.`;

/** The message of what was thrown. */
export function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  const message = (error as Error | undefined)?.message;
  return typeof message === "string" ? message : shown(error);
}
