/**
 * A search: it proposes trials, hears what became of them, and knows the best.
 *
 * Trials come in rounds. Those of a round are proposed knowing the results of the rounds before and nothing of each
 * other, so a search gives the same trials with one worker as with eight, and whoever ends first. (With rounds of one
 * trial, the default, a sampler sees every result.) A trial of a given number depends on the seed and on the rounds
 * before alone: a search that was cut off proposes the missing ones again.
 */
import { ConfigError, StudyError } from "../errors.ts";
import { checkOptions, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { now } from "../runtime.ts";
import { hasValue } from "./failures.ts";
import { NopPruner } from "./pruners/none.ts";
import { RandomSampler } from "./samplers/random.ts";
import {
  categorical,
  checkName,
  checkSpace,
  contains,
  type Distribution,
  float,
  int,
  isActive,
  isParamValue,
  type NumberOptions,
  type Params,
  type ParamValue,
  type SearchSpace,
} from "./searchSpace.ts";
import type {
  Direction,
  FinishedTrial,
  Pruner,
  Report,
  Sampler,
  SamplerContext,
  TrialState,
} from "./trial.ts";
import { TRIAL_STATES } from "./trial.ts";

export interface StudyOptions {
  /** Default: random. */
  readonly sampler?: Sampler;
  /** Default: none. */
  readonly pruner?: Pruner;
  /** Default: "maximize". */
  readonly direction?: Direction;
  /** Decides, with the results, what is proposed. Default: 1. */
  readonly seed?: number;
  /** Parameters that every trial has from the start; an objective can suggest others. Default: none. */
  readonly space?: SearchSpace;
  /**
   * Trials in a round, if the sampler does not prescribe it. Default: 1, so that every result is seen; of a sampler
   * that looks at no results, all.
   */
  readonly roundSize?: number;
  /** Trials that have ended before: the search goes on after them. Default: none. */
  readonly trials?: readonly FinishedTrial[];
  /** Called for every trial that ends, before anything is proposed that depends on it: keep it. */
  readonly onFinished?: (trial: FinishedTrial) => void | Promise<void>;
}

/** Computes the value of a trial; raises TrialPruned if `trial.shouldPrune()` says so. */
export type Objective = (trial: Trial) => number | Promise<number>;

export interface OptimizeOptions {
  /** How many trials the study shall have in the end, those of before included. */
  readonly trials: number;
  /**
   * Objectives that run at once, ≥ 1. Default: 1. A pruner that waits for a round runs all of the round, whatever
   * this says.
   */
  readonly parallel?: number;
  /** So many failed trials in a row end the study, ≥ 1. Default: 5. */
  readonly maxConsecutiveFailures?: number;
  /** Ends the study; trials under way are not kept. Objectives should look at it too. */
  readonly signal?: Signal | undefined;
}

export interface Told {
  /** The value, if the trial has one. Default for a pruned one: the last that it reported. */
  readonly value?: number | undefined;
  /** Default: "complete". */
  readonly state?: TrialState;
  readonly error?: string | undefined;
}

/** A trial under way. */
export class Trial {
  readonly number: number;
  readonly round: number;
  readonly indexInRound: number;
  readonly reports: Report[] = [];
  readonly attributes: Record<string, unknown> = {};
  /** What it took, if that is not the time from its beginning to its end: one that waits for others spends nothing. */
  seconds: number | undefined;
  readonly #begin: number = now();
  readonly #study: Study;
  readonly #context: SamplerContext;
  readonly #params: Record<string, ParamValue>;
  readonly #distributions: Record<string, Distribution>;

  /** Made by {@link Study.ask}. */
  constructor(
    study: Study,
    context: SamplerContext,
    params: Params,
    distributions: Record<string, Distribution>,
  ) {
    this.#study = study;
    this.#context = context;
    this.number = context.number;
    this.round = context.round;
    this.indexInRound = context.indexInRound;
    this.#params = { ...params };
    this.#distributions = { ...distributions };
  }

  /** What has been chosen so far. */
  get params(): Params {
    return this.#params;
  }

  get distributions(): Readonly<Record<string, Distribution>> {
    return this.#distributions;
  }

  /** A real number, low ≤ value ≤ high. The same name gives the same value again. */
  suggestFloat(name: string, low: number, high: number, options: NumberOptions = {}): number {
    return this.#suggest(name, () => float(low, high, options)) as number;
  }

  /** An integer, low ≤ value ≤ high. */
  suggestInt(name: string, low: number, high: number, options: NumberOptions = {}): number {
    return this.#suggest(name, () => int(low, high, options)) as number;
  }

  /** One of the choices. */
  suggestCategorical<T extends ParamValue>(name: string, choices: readonly T[]): T {
    return this.#suggest(name, () => categorical(choices)) as T;
  }

  #suggest(name: string, make: () => Distribution): ParamValue {
    checkName("a parameter", name);
    let distribution: Distribution;
    try {
      distribution = make();
    } catch (error) {
      throw error instanceof ConfigError
        ? new ConfigError(`Trial ${this.number}, ${name}: ${error.message}`)
        : error;
    }
    if (Object.hasOwn(this.#params, name)) {
      const value = this.#params[name]!;
      if (!contains(distribution, value)) {
        throw new ConfigError(
          `Trial ${this.number}: ${name} is ${JSON.stringify(value)} already, which the distribution asked for now does ` +
            "not hold. Ask for one name with one distribution.",
        );
      }
      return value;
    }
    const value = this.#study.sampler.sample(name, distribution, this.#context);
    this.#params[name] = value;
    this.#distributions[name] = distribution;
    return value;
  }

  /**
   * Says what the value is after `step` steps (epochs, as a rule), from 1, rising.
   * @throws StudyError if the value is not finite, or the step not above the last one
   */
  report(value: number, step: number): void {
    if (!Number.isFinite(value)) {
      throw new StudyError(
        `Trial ${this.number}: the value after step ${shown(step)} is ${shown(value)}, expected a finite number.`,
      );
    }
    const last = this.reports.at(-1)?.step ?? 0;
    if (!Number.isInteger(step) || step <= last) {
      throw new StudyError(
        `Trial ${this.number}: step ${shown(step)} was reported after ${last}, expected a larger integer.`,
      );
    }
    this.reports.push({ step, value });
  }

  /**
   * Whether the trial shall end, after the last report; before the first, false. A pruner that compares the trials of a
   * round answers when the others have come as far.
   */
  async shouldPrune(): Promise<boolean> {
    return await this.#study.decide(this);
  }

  /** What it has taken so far. */
  get secondsSpent(): number {
    return this.seconds ?? (now() - this.#begin) / 1000;
  }

  /** Keeps something of the trial beside its value, which JSON can say. */
  setAttribute(name: string, value: unknown): void {
    checkName("an attribute", name);
    this.attributes[name] = value;
  }
}

interface Waiting {
  readonly step: number;
  readonly resolve: (prune: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 *     const study = new Study({ sampler: new TPESampler(), space: { l2: float(1e-5, 1e-1, { log: true }) } });
 *     await study.optimize((trial) => accuracyWith(trial.params.l2), { trials: 30 });
 *     study.best; // { number: 17, params: { l2: 0.0047… }, value: 0.534, … }
 *
 * or, ask and tell: `const trial = study.ask(); …; await study.tell(trial, { value })`.
 */
export class Study {
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly direction: Direction;
  readonly seed: number;
  readonly space: SearchSpace;
  readonly #roundSize: number | undefined;
  /** The numbers of the rounds' first trials, as far as they were asked for. */
  readonly #starts: number[] = [0];
  readonly #onFinished: NonNullable<StudyOptions["onFinished"]>;
  readonly #finished = new Map<number, FinishedTrial>();
  readonly #running = new Map<number, Trial>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #telling = new Set<Trial>();
  /** Why no further trial of the round begins. */
  #stop: { readonly reason: unknown } | undefined;

  /** @throws ConfigError if an option is out of range, or trials do not fit the space */
  constructor(options: StudyOptions = {}) {
    checkOptions("Study", options, STUDY_OPTIONS);
    const {
      sampler = new RandomSampler(),
      pruner = new NopPruner(),
      direction = "maximize",
      seed = 1,
      space = {},
      roundSize,
      trials = [],
      onFinished = () => {},
    } = options;
    requireMethods("Study: the sampler", sampler, ["sample"], "a sampler, such as new TPESampler()");
    requireMethods("Study: the pruner", pruner, PRUNER_METHODS, "a pruner, such as new MedianPruner()");
    if (typeof onFinished !== "function") {
      throw new ConfigError(`Study: onFinished is ${shown(onFinished)}, expected a function.`);
    }
    if (!Array.isArray(trials)) {
      throw new ConfigError(`Study: the trials of before are ${shown(trials)}, expected an array.`);
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ConfigError(`Study: the seed is ${shown(seed)}, expected an integer from 0 to 2^53 − 1.`);
    }
    if (direction !== "maximize" && direction !== "minimize") {
      throw new ConfigError(`No direction ${shown(direction)}. There are: maximize, minimize.`);
    }
    if (
      roundSize !== undefined &&
      !(roundSize >= 1 && (Number.isInteger(roundSize) || roundSize === Infinity))
    ) {
      throw new ConfigError(`The round size is ${shown(roundSize)}, expected an integer ≥ 1, or Infinity.`);
    }
    checkSpace(space);
    this.sampler = sampler;
    this.pruner = pruner;
    this.direction = direction;
    this.seed = seed;
    this.space = space;
    this.#roundSize = roundSize;
    this.#onFinished = onFinished;
    for (const trial of trials.map(trialOfBefore)) {
      const place = this.roundOf(trial.number).round;
      if (trial.round !== place || this.#finished.has(trial.number)) {
        throw new ConfigError(
          `Trial ${trial.number} of before ${trial.round === place ? "is there twice" : `was in round ${trial.round}, expected ${place}`}. ` +
            "Go on with the sampler and the round size that the study began with.",
        );
      }
      this.#finished.set(trial.number, trial);
    }
  }

  /** The trials that have ended, by number. */
  get trials(): FinishedTrial[] {
    return [...this.#finished.values()].sort((a, b) => a.number - b.number);
  }

  /** Whether a value is better than another. */
  isBetter(value: number, than: number): boolean {
    return this.direction === "maximize" ? value > than : value < than;
  }

  /** The complete trial with the best value, the earliest of equals. */
  get best(): FinishedTrial | undefined {
    return this.ranked.find(({ state }) => state === "complete");
  }

  /** The trials that have ended: complete ones from best to worst, pruned ones (the longest first), failed ones. */
  get ranked(): FinishedTrial[] {
    const order = { complete: 0, pruned: 1, failed: 2 };
    const sign = this.direction === "maximize" ? -1 : 1;
    return this.trials.sort(
      (a, b) =>
        order[a.state] - order[b.state] ||
        (a.state === "pruned" ? b.reports.length - a.reports.length : 0) ||
        Number(hasValue(b)) - Number(hasValue(a)) ||
        sign * ((a.value ?? 0) - (b.value ?? 0)) ||
        a.number - b.number,
    );
  }

  /** In which round a trial is, and where it begins. */
  roundOf(number: number): { round: number; first: number; size: number } {
    const starts = this.#starts;
    while (starts.at(-1)! <= number) starts.push(starts.at(-1)! + this.#sizeOf(starts.length - 1));
    let [low, high] = [0, starts.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= number) low = middle;
      else high = middle;
    }
    return { round: low, first: starts[low]!, size: starts[low + 1]! - starts[low]! };
  }

  #sizeOf(round: number): number {
    const asked = this.sampler.roundSize?.(round);
    // Infinity: the sampler does not care, but a pruner may.
    return asked !== undefined && asked !== Infinity ? asked : (this.#roundSize ?? asked ?? 1);
  }

  /** The number of the next trial: the lowest that has neither ended nor begun. */
  get next(): number {
    let number = 0;
    while (this.#finished.has(number) || this.#running.has(number)) number++;
    return number;
  }

  /**
   * Proposes the next trial.
   * @throws StudyError if trials of an earlier round are still under way
   */
  ask(): Trial {
    const number = this.next;
    const { round, first } = this.roundOf(number);
    for (let earlier = 0; earlier < first; earlier++) {
      if (!this.#finished.has(earlier)) {
        throw new StudyError(
          `Trial ${number} is of round ${round} and trial ${earlier}, of an earlier one, has not ended. Tell its value first.`,
        );
      }
    }
    const history = this.trials.filter((trial) => trial.number < first);
    const pending = Array.from({ length: number - first }, (_, i) => {
      const earlier = (this.#running.get(first + i) ?? this.#finished.get(first + i))!;
      return { number: earlier.number, params: earlier.params };
    });
    const { seed, direction } = this;
    const indexInRound = number - first;
    const context: SamplerContext = { seed, direction, number, round, indexInRound, history, pending };
    const params = this.#propose(context);
    const distributions: Record<string, Distribution> = {};
    for (const name of Object.keys(params)) {
      const { when: _, ...distribution } = this.space[name]!;
      distributions[name] = distribution;
    }
    const trial = new Trial(this, context, params, distributions);
    this.#running.set(number, trial);
    return trial;
  }

  #propose(context: SamplerContext): Params {
    if (this.sampler.propose !== undefined) return this.sampler.propose(this.space, context);
    const params: Record<string, ParamValue> = {};
    for (const [name, entry] of Object.entries(this.space)) {
      if (isActive(entry, params)) params[name] = this.sampler.sample(name, entry, context);
    }
    return params;
  }

  /**
   * Says what became of a trial: a value, or that it was pruned, or failed. One whose value is not a finite number has
   * failed.
   * @param told default: nothing, which is a failure
   * @throws StudyError if it is not under way; ConfigError if the state is none
   */
  async tell(trial: Trial, told: Told = {}): Promise<FinishedTrial> {
    checkOptions("tell", told, ["value", "state", "error"]);
    const { state = "complete", error } = told;
    if (!TRIAL_STATES.includes(state)) {
      throw new ConfigError(`tell: no state ${shown(state)}. There are: ${TRIAL_STATES.join(", ")}.`);
    }
    if (!(trial instanceof Trial)) {
      throw new StudyError(`tell: the trial is ${shown(trial)}, expected what ask() gave.`);
    }
    if (this.#running.get(trial.number) !== trial || this.#telling.has(trial)) {
      throw new StudyError(`Trial ${trial.number} is not under way. Tell once what ask() gave.`);
    }
    const value = told.value ?? (state === "pruned" ? trial.reports.at(-1)?.value : undefined);
    // Pruned before its first report, it has none.
    const fits = Number.isFinite(value) || (state === "pruned" && value === undefined);
    const ended = fits ? state : "failed";
    const reason = ended === state ? error : notFinite(told.value);
    const finished: FinishedTrial = {
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
    this.#telling.add(trial);
    try {
      await this.#onFinished(finished);
    } finally {
      this.#telling.delete(trial);
    }
    this.#running.delete(trial.number);
    this.#finished.set(trial.number, finished);
    this.#decideWaiting(trial.round);
    return finished;
  }

  /** Gives a trial up as if it had never begun; its number will be proposed again. */
  forget(trial: Trial): void {
    if (this.#running.get(trial.number) === trial) this.#running.delete(trial.number);
    this.#waiting.delete(trial.number);
  }

  /** The pruner's answer for a trial after its last report; see {@link Trial.shouldPrune}. */
  async decide(trial: Trial): Promise<boolean> {
    const step = trial.reports.at(-1)?.step;
    if (step === undefined) return false;
    if (!this.pruner.decidesAt(step, this.pruner.group(trial.indexInRound))) return false;
    if (!this.pruner.waits) return this.#shouldPrune(trial, step);
    this.#throwIfStopped();
    return await new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(trial.number, { step, resolve, reject });
      this.#decideWaiting(trial.round);
    });
  }

  /** The trials of a round that are compared with each other, ended or under way. */
  #group(round: number, group: number): (Trial | FinishedTrial)[] {
    return [...this.#finished.values(), ...this.#running.values()]
      .filter((trial) => trial.round === round)
      .filter(({ number }) => this.pruner.group(number - this.roundOf(number).first) === group)
      .sort((a, b) => a.number - b.number);
  }

  #shouldPrune(trial: Trial, step: number): boolean {
    const { number, round, indexInRound, reports } = trial;
    const { first } = this.roundOf(number);
    const group = this.pruner.group(indexInRound);
    const rungs = reports.map((report) => report.step).filter((step) => this.pruner.decidesAt(step, group));
    const cohort = this.#group(round, group).flatMap((member) => {
      const report = member.reports.find((report) => report.step === step);
      if (report !== undefined) return [{ number: member.number, value: report.value }];
      // One that failed on its way here is the worst of those who come: it takes no place from the others.
      const last = member.reports.at(-1)?.step ?? 0;
      const failedHere =
        "state" in member &&
        !hasValue(member) &&
        last < step &&
        !rungs.some((rung) => rung > last && rung < step);
      const worst = this.direction === "maximize" ? -Infinity : Infinity;
      return failedHere ? [{ number: member.number, value: worst }] : [];
    });
    const history = this.trials.filter((other) => other.number < first);
    const { direction } = this;
    return this.pruner.shouldPrune({
      ...{ direction, number, round, indexInRound, reports, step, history },
      cohort,
    });
  }

  /** Answers the trials of a round that wait, in the groups of which every one waits or has ended. */
  #decideWaiting(round: number): void {
    const groups = new Set<number>();
    for (const number of this.#waiting.keys()) {
      const trial = this.#running.get(number)!;
      if (trial.round === round) groups.add(this.pruner.group(trial.indexInRound));
    }
    for (const group of groups) {
      const running = this.#group(round, group).filter(({ number }) => this.#running.has(number)) as Trial[];
      const steps = running.map(({ number }) => this.#waiting.get(number)?.step);
      // One that is still on its way, or all at different steps (a group has the same steps): wait.
      if (steps.includes(undefined)) continue;
      const step = Math.min(...(steps as number[]));
      const ready = running.filter(({ number }) => this.#waiting.get(number)!.step === step);
      const answers = ready.map((trial) => this.#shouldPrune(trial, step));
      ready.forEach((trial, i) => {
        const { resolve } = this.#waiting.get(trial.number)!;
        this.#waiting.delete(trial.number);
        resolve(answers[i]!);
      });
    }
  }

  /**
   * Runs trials until there are so many. An error of the objective is a failed trial, not the end.
   * @throws StudyError if too many fail in a row; the signal's reason if it is aborted
   */
  async optimize(objective: Objective, options: OptimizeOptions): Promise<this> {
    if (typeof objective !== "function") {
      throw new ConfigError(
        `optimize: the objective is ${shown(objective)}, expected a function of a trial.`,
      );
    }
    checkOptions("optimize", options, OPTIMIZE_OPTIONS);
    const { trials, parallel = 1, maxConsecutiveFailures = 5, signal } = options ?? {};
    requireSignal("optimize", signal);
    requireCount("trials", trials);
    requireCount("parallel", parallel);
    requireCount("maxConsecutiveFailures", maxConsecutiveFailures);
    const limit = Math.min(trials, this.sampler.limit?.(this.space) ?? Infinity);
    while (this.next < limit) {
      signal?.throwIfAborted();
      const { first, size } = this.roundOf(this.next);
      const end = Math.min(first + size, limit);
      await this.#runRound(objective, end, parallel, maxConsecutiveFailures, signal);
    }
    return this;
  }

  async #runRound(
    objective: Objective,
    end: number,
    parallel: number,
    maxFailures: number,
    signal: Signal | undefined,
  ): Promise<void> {
    this.#stop = undefined;
    const halt = (reason: unknown) => {
      this.#stop ??= { reason };
      // Nobody shall wait for a trial that does not come.
      for (const { reject } of this.#waiting.values()) reject(reason);
      this.#waiting.clear();
    };
    const run = async (trial: Trial) => {
      const told = await outcome(objective, trial);
      // Stopped, or given up when the study stopped: that says nothing about the trial.
      if (signal?.aborted || (this.#stop !== undefined && told.state === "failed")) return this.forget(trial);
      const { state } = await this.tell(trial, told);
      if (state === "failed") this.#checkFailures(trial.number, maxFailures);
    };
    const worker = async () => {
      while (this.#stop === undefined && !signal?.aborted && this.next < end) await run(this.ask());
    };
    const missing = Array.from({ length: end }, (_, i) => i).filter((n) => !this.#finished.has(n)).length;
    // Those that wait for each other must know of each other: all of them are asked before one runs.
    const work = this.pruner.waits
      ? Array.from({ length: missing }, () => this.ask()).map(run)
      : Array.from({ length: Math.min(parallel, missing) }, worker);
    const abort = () => halt(signal!.reason);
    signal?.addEventListener("abort", abort);
    await Promise.all(work.map((part) => part.catch(halt)));
    signal?.removeEventListener("abort", abort);
    signal?.throwIfAborted();
    this.#throwIfStopped();
  }

  #throwIfStopped(): void {
    if (this.#stop !== undefined) throw this.#stop.reason;
  }

  /**
   * Whether the failed trial `number` is one of `most` in a row: those of a study that was mended since do not count.
   */
  #checkFailures(number: number, most: number): void {
    const failed = (n: number) => this.#finished.get(n)?.state === "failed";
    let [first, last] = [number, number];
    while (failed(first - 1)) first--;
    while (failed(last + 1)) last++;
    if (last - first + 1 < most) return;
    throw new StudyError(
      `${last - first + 1} trials in a row have failed, ${first} to ${last}; the last one said: ${this.#finished.get(last)!.error} ` +
        "Mend the cause, narrow the search space, or allow more.",
    );
  }
}

async function outcome(objective: Objective, trial: Trial): Promise<Told> {
  try {
    return { value: await objective(trial) };
  } catch (error) {
    // By its name: a program can have two copies of nnwasm.
    if ((error as Error | undefined)?.name === "TrialPruned") return { state: "pruned" };
    return { state: "failed", error: messageOf(error) };
  }
}

const STUDY_OPTIONS = [
  ...["sampler", "pruner", "direction", "seed", "space", "roundSize", "trials", "onFinished"],
];
const OPTIMIZE_OPTIONS = ["trials", "parallel", "maxConsecutiveFailures", "signal"];
const PRUNER_METHODS = ["group", "decidesAt", "shouldPrune"];

const notFinite = (value: unknown): string => `The value is ${shown(value)}, expected a finite number.`;

/** What was thrown, in words. */
function messageOf(error: unknown): string {
  if (typeof error === "string") return error;
  const message = (error as Error | undefined)?.message;
  return typeof message === "string" ? message : shown(error);
}

/**
 * A trial of before, which may come from a file: JSON has no NaN, and writes null in its place.
 * @throws ConfigError if it is no trial
 */
function trialOfBefore(trial: FinishedTrial, place: number): FinishedTrial {
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
  return {
    ...rest,
    ...(state === "complete" || (state === "pruned" && value !== undefined)
      ? Number.isFinite(value)
        ? { value: value! }
        : { state: "failed", error: notFinite(trial.value) }
      : {}),
    reports: lost
      ? reports.map(({ step, value }) => ({ step, value: Number.isFinite(value) ? value : NaN }))
      : reports,
  };
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

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
