/** Runs an objective until a study has so many trials. */
import { ConfigError, StudyError } from "../errors.ts";
import { checkOptions, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import type { Pruning } from "./pruning.ts";
import type { Trial } from "./runningTrial.ts";
import type { Study } from "./study.ts";
import type { StudyTrials } from "./studyTrials.ts";
import { messageOf, type Told } from "./told.ts";

/** Computes the value of a trial; raises TrialPruned if `trial.shouldPrune()` says so. */
export type Objective = (trial: Trial) => number | Promise<number>;

export interface OptimizeOptions {
  /** How many trials the study shall have in the end, those of before included. */
  readonly trials: number;
  /**
   * Objectives that run at once, ≥ 1. Default: 1. With a pruner that waits for a round, all trials of the round run at
   * once, however many.
   */
  readonly parallel?: number;
  /** So many failed trials in a row end the study, ≥ 1. Default: 5. */
  readonly maxConsecutiveFailures?: number;
  /** Ends the study; trials under way are not kept. Objectives should look at it too. */
  readonly signal?: Signal | undefined;
}

const OPTIMIZE_OPTIONS = ["trials", "parallel", "maxConsecutiveFailures", "signal"];

/** What a study and its runner share. */
export interface StudyParts {
  readonly trials: StudyTrials;
  readonly pruning: Pruning;
}

/** Does what {@link Study.optimize} says. */
export async function optimize(
  study: Study,
  parts: StudyParts,
  objective: Objective,
  options: OptimizeOptions,
): Promise<void> {
  if (typeof objective !== "function") {
    throw new ConfigError(`optimize: the objective is ${shown(objective)}, expected a function of a trial.`);
  }
  checkOptions("optimize", options, OPTIMIZE_OPTIONS);
  const { trials, parallel = 1, maxConsecutiveFailures = 5, signal } = options ?? {};
  requireSignal("optimize", signal);
  requireCount("trials", trials);
  requireCount("parallel", parallel);
  requireCount("maxConsecutiveFailures", maxConsecutiveFailures);
  const limit = Math.min(trials, study.sampler.limit?.(study.space) ?? Infinity);
  while (study.next < limit) {
    signal?.throwIfAborted();
    const { first, size } = study.roundOf(study.next);
    const end = Math.min(first + size, limit);
    await runRound(study, parts, { objective, end, parallel, maxConsecutiveFailures, signal });
  }
}

interface RoundOptions extends Required<Omit<OptimizeOptions, "trials">> {
  readonly objective: Objective;
  /** The number after that of its last trial. */
  readonly end: number;
}

/** Runs the trials of a round that are missing. */
async function runRound(
  study: Study,
  { trials, pruning }: StudyParts,
  { objective, end, parallel, maxConsecutiveFailures, signal }: RoundOptions,
): Promise<void> {
  pruning.resume();
  const run = async (trial: Trial) => {
    const told = await outcome(objective, trial);
    // The study ended this trial, or made it give up. That says nothing of its parameters.
    if (signal?.aborted || (pruning.isHalted && told.state === "failed")) return study.forget(trial);
    const { state } = await study.tell(trial, told);
    if (state === "failed") checkFailures(trials, trial.number, maxConsecutiveFailures);
  };
  const worker = async () => {
    while (!pruning.isHalted && !signal?.aborted && study.next < end) await run(study.ask());
  };
  const missing = Array.from({ length: end }, (_, i) => i).filter((n) => !trials.finished.has(n)).length;
  // Before any objective runs: one may abort at once, and others would wait for its trial.
  const abort = () => pruning.halt(signal!.reason);
  signal?.addEventListener("abort", abort);
  try {
    // Trials that wait for each other must all be known before one of them runs.
    const work = study.pruner.waits
      ? Array.from({ length: missing }, () => study.ask()).map(run)
      : Array.from({ length: Math.min(parallel, missing) }, worker);
    await Promise.all(work.map((part) => part.catch((reason) => pruning.halt(reason))));
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  signal?.throwIfAborted();
  pruning.throwIfHalted();
}

async function outcome(objective: Objective, trial: Trial): Promise<Told> {
  try {
    return { value: await objective(trial) };
  } catch (error) {
    // The class is known by its name, because a program can have two copies of nnwasm.
    if ((error as Error | undefined)?.name === "TrialPruned") return { state: "pruned" };
    return { state: "failed", error: messageOf(error) };
  }
}

/**
 * Counts the failed trials around a failed one. Only an unbroken row counts: once the cause is mended, other trials end
 * in between.
 * @throws StudyError if there are `most`
 */
function checkFailures({ finished }: StudyTrials, number: number, most: number): void {
  const failed = (n: number) => finished.get(n)?.state === "failed";
  let [first, last] = [number, number];
  while (failed(first - 1)) first--;
  while (failed(last + 1)) last++;
  if (last - first + 1 < most) return;
  throw new StudyError(
    `${last - first + 1} trials in a row have failed, ${first} to ${last}; the last one said: ${finished.get(last)!.error} ` +
      "Mend the cause, narrow the search space, or allow more.",
  );
}

/** @throws ConfigError unless it is an AbortSignal, or undefined */
export function requireSignal(where: string, signal: unknown): void {
  if (signal === undefined) return;
  const methods = ["throwIfAborted", "addEventListener", "removeEventListener"];
  requireMethods(`${where}: signal`, signal, methods, "an AbortSignal");
}

function requireCount(name: string, value: number): void {
  if (!(value === Infinity || Number.isInteger(value)) || value < 1) {
    throw new ConfigError(`${name} is ${shown(value)}, expected an integer ≥ 1.`);
  }
}
