/**
 * A search: it proposes trials, hears what became of them, and knows the best.
 *
 * Trials come in rounds. Those of a round are proposed knowing the results of the rounds before and nothing of each
 * other, so a search gives the same trials with one worker as with eight, and whoever ends first. (With rounds of one
 * trial, the default, a sampler sees every result.) A trial of a given number depends on the seed and on the rounds
 * before alone: a search that was cut off proposes the missing ones again.
 */
import { ConfigError, StudyError, TrialPruned } from "../errors.ts";
import type { Signal } from "../platform.ts";
import { now } from "../runtime.ts";
import { NopPruner } from "./pruners/none.ts";
import { RandomSampler } from "./samplers/random.ts";
import {
  categorical,
  checkSpace,
  contains,
  type Distribution,
  float,
  int,
  isActive,
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

export interface StudyOptions {
  /** Default: random. */
  readonly sampler?: Sampler;
  /** Default: none. */
  readonly pruner?: Pruner;
  /** Default: "maximize". */
  readonly direction?: Direction;
  readonly seed?: number;
  /** Parameters that every trial has from the start; an objective can suggest others. */
  readonly space?: SearchSpace;
  /**
   * Trials in a round, if the sampler does not prescribe it. Default: 1, so that every result is seen; of a sampler
   * that looks at no results, all.
   */
  readonly roundSize?: number;
  /** Trials that have ended before: the search goes on after them. */
  readonly trials?: readonly FinishedTrial[];
  /** Called for every trial that ends, before anything is proposed that depends on it: keep it. */
  readonly onFinished?: (trial: FinishedTrial) => void | Promise<void>;
}

/** Computes the value of a trial; raises TrialPruned if `trial.shouldPrune()` says so. */
export type Objective = (trial: Trial) => number | Promise<number>;

export interface OptimizeOptions {
  /** How many trials the study shall have in the end, those of before included. */
  readonly trials: number;
  /** Objectives that run at once. A pruner that waits for a round runs all of the round, whatever this says. */
  readonly parallel?: number;
  /** So many failed trials in a row end the study. */
  readonly maxConsecutiveFailures?: number;
  /** Ends the study; trials under way are not kept. Objectives should look at it too. */
  readonly signal?: Signal | undefined;
}

export interface Told {
  /** The value, if the trial has one. */
  readonly value?: number | undefined;
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
    return this.#suggest(name, float(low, high, options)) as number;
  }

  /** An integer, low ≤ value ≤ high. */
  suggestInt(name: string, low: number, high: number, options: NumberOptions = {}): number {
    return this.#suggest(name, int(low, high, options)) as number;
  }

  /** One of the choices. */
  suggestCategorical<T extends ParamValue>(name: string, choices: readonly T[]): T {
    return this.#suggest(name, categorical(choices)) as T;
  }

  #suggest(name: string, distribution: Distribution): ParamValue {
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
        `Trial ${this.number}: the value after step ${step} is ${value}, expected a finite number.`,
      );
    }
    const last = this.reports.at(-1)?.step ?? 0;
    if (!Number.isInteger(step) || step <= last) {
      throw new StudyError(
        `Trial ${this.number}: step ${step} was reported after ${last}, expected a larger integer.`,
      );
    }
    this.reports.push({ step, value });
  }

  /**
   * Whether the trial shall end, after the last report. A pruner that compares the trials of a round answers when the
   * others have come as far.
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
  constructor({
    sampler = new RandomSampler(),
    pruner = new NopPruner(),
    direction = "maximize",
    seed = 1,
    space = {},
    roundSize,
    trials = [],
    onFinished = () => {},
  }: StudyOptions = {}) {
    if (direction !== "maximize" && direction !== "minimize") {
      throw new ConfigError(`No direction "${direction}". There are: maximize, minimize.`);
    }
    if (
      roundSize !== undefined &&
      !(roundSize >= 1 && (Number.isInteger(roundSize) || roundSize === Infinity))
    ) {
      throw new ConfigError(`The round size is ${roundSize}, expected an integer ≥ 1, or Infinity.`);
    }
    checkSpace(space);
    this.sampler = sampler;
    this.pruner = pruner;
    this.direction = direction;
    this.seed = seed;
    this.space = space;
    this.#roundSize = roundSize;
    this.#onFinished = onFinished;
    for (const trial of trials) {
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
   * Says what became of a trial: a value, or that it was pruned, or failed.
   * @throws StudyError if it is not under way
   */
  async tell(trial: Trial, { value, state = "complete", error }: Told): Promise<FinishedTrial> {
    if (this.#running.get(trial.number) !== trial || this.#telling.has(trial)) {
      throw new StudyError(`Trial ${trial.number} is not under way. Tell once what ask() gave.`);
    }
    const finite = value !== undefined && Number.isFinite(value);
    const ended = state !== "failed" && !finite ? "failed" : state;
    const reason = state !== "failed" && !finite ? `The value is ${value}, expected a finite number.` : error;
    const finished: FinishedTrial = {
      number: trial.number,
      round: trial.round,
      params: trial.params,
      distributions: trial.distributions,
      state: ended,
      ...(ended !== "failed" && { value: value! }),
      reports: trial.reports,
      ...(reason !== undefined && { error: reason }),
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
    if (step === undefined) {
      throw new StudyError(`Trial ${trial.number} has reported nothing. Call trial.report() first.`);
    }
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
    const cohort = this.#group(round, this.pruner.group(indexInRound)).flatMap((member) => {
      const report = member.reports.find((report) => report.step === step);
      return report === undefined ? [] : [{ number: member.number, value: report.value }];
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
  async optimize(
    objective: Objective,
    { trials, parallel = 1, maxConsecutiveFailures = 5, signal }: OptimizeOptions,
  ): Promise<this> {
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

  /** Whether the failed trial `number` is one of `most` in a row: those of a study that was mended since do not count. */
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
    if (error instanceof TrialPruned) return { state: "pruned", value: trial.reports.at(-1)?.value };
    return { state: "failed", error: error instanceof Error ? error.message : String(error) };
  }
}

function requireCount(name: string, value: number): void {
  if (!(value === Infinity || Number.isInteger(value)) || value < 1) {
    throw new ConfigError(`${name} is ${value}, expected an integer ≥ 1.`);
  }
}
