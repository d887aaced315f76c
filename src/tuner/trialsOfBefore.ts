/** Checks the trials with which a study goes on. They may come from JSON, which writes null for NaN. */
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
import { checkName, isParamValue } from "./searchSpace.ts";
import { notFinite } from "./told.ts";
import { type FinishedTrial, TRIAL_STATES } from "./trial.ts";

/**
 * A trial of before, as a study keeps it. If it has lost its value, it has failed.
 * @param place its index among the trials of before, from 0
 * @throws ConfigError if it is no trial
 */
export function trialOfBefore(trial: FinishedTrial, place: number): FinishedTrial {
  const fail = (name: string, value: unknown, expected: string) =>
    new ConfigError(
      `Study: of the trials of before, number ${place} from 0: ${name} is ${shown(value)}, expected ${expected}. ` +
        "Give what study.trials gave.",
    );
  if (typeof trial !== "object" || trial === null) throw fail("it", trial, "an object");
  const { number, round, params, state, reports } = trial;
  if (!isCount(number)) throw fail("number", number, "an integer ≥ 0");
  if (!isCount(round)) throw fail("round", round, "an integer ≥ 0");
  if (!TRIAL_STATES.includes(state)) throw fail("state", state, TRIAL_STATES.join(", "));
  if (typeof params !== "object" || params === null) throw fail("params", params, "an object");
  for (const [name, value] of Object.entries(params)) {
    checkName("a parameter", name);
    if (!isParamValue(value))
      throw fail(name, value, "a finite number, a text, true, false, null or an array");
  }
  if (!Array.isArray(reports) || !reports.every((report) => isCount(report?.step))) {
    throw fail("reports", reports, "an array of { step, value }");
  }
  const value = (trial.value ?? undefined) as number | undefined;
  const lost = reports.some((report) => !Number.isFinite(report.value));
  if (Number.isFinite(value) && state !== "failed" && !lost) return trial;
  const { value: _, ...rest } = trial;
  const needsValue = state === "complete" || (state === "pruned" && value !== undefined);
  const outcome = Number.isFinite(value)
    ? { value: value! }
    : { state: "failed" as const, error: notFinite(trial.value) };
  return {
    ...rest,
    ...(needsValue && outcome),
    reports: lost
      ? reports.map(({ step, value }) => ({ step, value: Number.isFinite(value) ? value : NaN }))
      : reports,
  };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
