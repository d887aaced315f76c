/**
 * A search: it proposes trials, is told what became of them, and knows the best.
 *
 * Trials come in rounds. A trial is proposed from the results of the rounds before, and from nothing of its own round.
 * So a search gives the same trials with one worker as with eight, whichever trial ends first. With rounds of one
 * trial, the default, a sampler sees every result. A trial of a given number depends on the seed and the rounds before
 * alone: a search that was cut off proposes the missing trials again.
 */
import { ConfigError, StudyError } from "../errors.ts";
import { checkOptions, requireMethods, shown } from "../options.ts";
import { hasValue } from "./failures.ts";
import { type Objective, type OptimizeOptions, optimize } from "./optimize.ts";
import { NopPruner } from "./pruners/none.ts";
import { Pruning } from "./pruning.ts";
import { Trial } from "./runningTrial.ts";
import { RandomSampler } from "./samplers/random.ts";
import {
  checkSpace,
  type Distribution,
  isActive,
  type Params,
  type ParamValue,
  paramsIn,
  type SearchSpace,
} from "./searchSpace.ts";
import { StudyTrials } from "./studyTrials.ts";
import { checkTold, finishedTrial, type Told } from "./told.ts";
import type { Direction, FinishedTrial, Pruner, Sampler, SamplerContext } from "./trial.ts";
import { trialOfBefore } from "./trialsOfBefore.ts";

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
   * Trials in a round, if the sampler does not prescribe it. Default: 1, so that every result is seen. With a sampler
   * that looks at no results, all trials are one round.
   */
  readonly roundSize?: number;
  /**
   * Parameters of the first trials, which the sampler does not choose: settings that are known to be good, as a rule. It sees
   * their values as those of others. Default: none.
   */
  readonly starts?: readonly Params[];
  /** Trials that have ended before: the search goes on after them. Default: none. */
  readonly trials?: readonly FinishedTrial[];
  /** Called for every trial that ends, before anything is proposed that depends on it. A log keeps the trial here. */
  readonly onFinished?: (trial: FinishedTrial) => void | Promise<void>;
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
  readonly #onFinished: NonNullable<StudyOptions["onFinished"]>;
  readonly #trials: StudyTrials;
  readonly #pruning: Pruning;
  readonly #telling = new Set<Trial>();
  readonly #starts: readonly Params[];

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
      starts = [],
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
    this.#starts = checkStarts(starts, space, sampler);
    this.sampler = sampler;
    this.pruner = pruner;
    this.direction = direction;
    this.seed = seed;
    this.space = space;
    this.#onFinished = onFinished;
    this.#trials = new StudyTrials(sampler, roundSize);
    this.#pruning = new Pruning(pruner, direction, this.#trials);
    for (const trial of trials.map(trialOfBefore)) this.#takeUp(trial);
  }

  /** @throws ConfigError if a trial of before was in another round, or is given twice */
  #takeUp(trial: FinishedTrial): void {
    const { number, round } = trial;
    const place = this.roundOf(number).round;
    if (round !== place || this.#trials.finished.has(number)) {
      throw new ConfigError(
        `Trial ${number} of before ${round === place ? "is there twice" : `was in round ${round}, expected ${place}`}. ` +
          "Go on with the sampler and the round size that the study began with.",
      );
    }
    this.#trials.finished.set(number, trial);
  }

  /** The trials that have ended, by number. */
  get trials(): FinishedTrial[] {
    return this.#trials.ended;
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

  /** The round that a trial is in: its index from 0, the number of its first trial, and how many it has. */
  roundOf(number: number): { round: number; first: number; size: number } {
    return this.#trials.roundOf(number);
  }

  /** The number of the next trial: the lowest that has neither ended nor begun. */
  get next(): number {
    return this.#trials.next;
  }

  /**
   * Proposes the next trial.
   * @throws StudyError if trials of an earlier round are still under way
   */
  ask(): Trial {
    const number = this.next;
    const { round, first } = this.roundOf(number);
    const { finished, running } = this.#trials;
    for (let earlier = 0; earlier < first; earlier++) {
      if (!finished.has(earlier)) {
        throw new StudyError(
          `Trial ${number} is of round ${round} and trial ${earlier}, of an earlier one, has not ended. Tell its value first.`,
        );
      }
    }
    const history = this.#trials.endedBefore(first);
    const pending = Array.from({ length: number - first }, (_, i) => {
      const earlier = (running.get(first + i) ?? finished.get(first + i))!;
      return { number: earlier.number, params: earlier.params };
    });
    const { seed, direction } = this;
    const indexInRound = number - first;
    const context: SamplerContext = { seed, direction, number, round, indexInRound, history, pending };
    const params = this.#starts[number] ?? this.#propose(context);
    const distributions: Record<string, Distribution> = {};
    for (const name of Object.keys(params)) {
      const { when: _, ...distribution } = this.space[name]!;
      distributions[name] = distribution;
    }
    const trial = new Trial(this, context, params, distributions);
    running.set(number, trial);
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
   * Tells what became of a trial: a value, or that it was pruned, or failed. One whose value is not a finite number has
   * failed.
   * @param told default: nothing, which is a failure
   * @throws StudyError if it is not under way; ConfigError if the state is none
   */
  async tell(trial: Trial, told: Told = {}): Promise<FinishedTrial> {
    checkTold(told);
    if (!(trial instanceof Trial)) {
      throw new StudyError(`tell: the trial is ${shown(trial)}, expected what ask() gave.`);
    }
    const { finished, running } = this.#trials;
    if (running.get(trial.number) !== trial || this.#telling.has(trial)) {
      throw new StudyError(`Trial ${trial.number} is not under way. Tell once what ask() gave.`);
    }
    const ended = finishedTrial(trial, told);
    this.#telling.add(trial);
    try {
      await this.#onFinished(ended);
    } finally {
      this.#telling.delete(trial);
    }
    running.delete(trial.number);
    finished.set(trial.number, ended);
    this.#pruning.answerWaiting(trial.round);
    return ended;
  }

  /** Gives a trial up as if it had never begun; its number will be proposed again. */
  forget(trial: Trial): void {
    const { running } = this.#trials;
    if (running.get(trial.number) === trial) running.delete(trial.number);
    this.#pruning.forget(trial.number);
  }

  /** The pruner's answer for a trial after its last report; see {@link Trial.shouldPrune}. */
  decide(trial: Trial): Promise<boolean> {
    return this.#pruning.decide(trial);
  }

  /**
   * Runs trials until there are so many. An error of the objective is a failed trial, not the end.
   * @throws StudyError if too many fail in a row; the signal's reason if it is aborted
   */
  async optimize(objective: Objective, options: OptimizeOptions): Promise<this> {
    await optimize(this, { trials: this.#trials, pruning: this.#pruning }, objective, options);
    return this;
  }
}

/** @throws ConfigError unless they are trials of the space, and the sampler leaves room for them */
function checkStarts(starts: readonly Params[], space: SearchSpace, sampler: Sampler): readonly Params[] {
  if (!Array.isArray(starts)) {
    throw new ConfigError(`Study: starts is ${shown(starts)}, expected an array of parameters.`);
  }
  if (starts.length > 0 && sampler.enumerates === true) {
    throw new ConfigError(
      `Study: starts, and ${sampler.name} goes through the whole space by itself. Leave them out, or take another sampler.`,
    );
  }
  return starts.map((params, i) => paramsIn(space, params, `Study: starts[${i}]`));
}

const STUDY_OPTIONS = [
  ...["sampler", "pruner", "direction", "seed", "space", "roundSize", "starts", "trials", "onFinished"],
];
const PRUNER_METHODS = ["group", "decidesAt", "shouldPrune"];
