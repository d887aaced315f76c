/** The trials of a study, in their rounds. */
import type { Trial } from "./runningTrial.ts";
import type { FinishedTrial, Sampler } from "./trial.ts";

export interface Round {
  /** The round's index, from 0. */
  readonly round: number;
  /** The number of its first trial. */
  readonly first: number;
  /** How many trials it has. */
  readonly size: number;
}

export class StudyTrials {
  /** The trials that have ended, by number, in the order in which they ended. */
  readonly finished = new Map<number, FinishedTrial>();
  /** The trials under way, by number. */
  readonly running = new Map<number, Trial>();
  readonly #sampler: Sampler;
  readonly #roundSize: number | undefined;
  /** The numbers of the rounds' first trials, for the rounds that were asked for so far. */
  readonly #starts: number[] = [0];

  /** @param roundSize trials in a round where the sampler does not prescribe it */
  constructor(sampler: Sampler, roundSize: number | undefined) {
    this.#sampler = sampler;
    this.#roundSize = roundSize;
  }

  /** The trials that have ended, by number. */
  get ended(): FinishedTrial[] {
    return [...this.finished.values()].sort((a, b) => a.number - b.number);
  }

  /** The trials with numbers below `first` that have ended, by number. */
  endedBefore(first: number): FinishedTrial[] {
    return this.ended.filter(({ number }) => number < first);
  }

  /** The number of the next trial: the lowest that has neither ended nor begun. */
  get next(): number {
    let number = 0;
    while (this.finished.has(number) || this.running.has(number)) number++;
    return number;
  }

  /** The round that a trial is in. */
  roundOf(number: number): Round {
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

  /** The place of a trial in its round, from 0. */
  indexInRound(number: number): number {
    return number - this.roundOf(number).first;
  }

  #sizeOf(round: number): number {
    const asked = this.#sampler.roundSize?.(round);
    // Infinity says that any size suits the sampler. The study's own size goes first, since a pruner may need it.
    return asked !== undefined && asked !== Infinity ? asked : (this.#roundSize ?? asked ?? 1);
  }

  /** The trials of a round that have begun, by number. */
  ofRound(round: number): (Trial | FinishedTrial)[] {
    return [...this.finished.values(), ...this.running.values()]
      .filter((trial) => trial.round === round)
      .sort((a, b) => a.number - b.number);
  }
}
