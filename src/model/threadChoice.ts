/**
 * Finds how many threads train fastest. It tries numbers in the steps of the training itself, whose bits do not depend on
 * the number. It tries again from time to time, because other programs come and go. The threads of a small network lose
 * more by waiting for each other than they gain, and so do two threads that share a core with another program.
 */
import type { DeviceTeam } from "../backend/index.ts";

/** Turns that each candidate gets. The best one counts: other programs can only slow a turn down. */
const ROUNDS = 4;
/** A turn ends after so many steps, or with the first step after so many milliseconds. */
const TURN_STEPS = 16;
const TURN_MILLISECONDS = 20;
/** A number of threads is taken instead of a smaller one, or of the present one, if it needs at most this share of time. */
const WORTH = 0.97;
/** Milliseconds of steps until a choice is tried anew. They double every time that the choice is confirmed. */
const FIRST_TRUST = 1000;
const MOST_TRUST = 60_000;

export class ThreadChoice {
  readonly #team: DeviceTeam;
  /** The numbers of threads that can be chosen. */
  readonly #candidates: readonly number[];
  /** The indices of the candidates in this trial, and the milliseconds of a step in the best turn of each. */
  #tried: readonly number[];
  #best: number[];
  /** Whether the candidates take turns. If not, the choice is trusted. */
  #trying = true;
  /** The turn at hand; −1 is the one before the first turn of the first trial. */
  #turn = -1;
  /** Steps of the turn at hand, or since the choice was made; and their milliseconds. */
  #steps = 0;
  #milliseconds = 0;
  #trust = FIRST_TRUST;
  /** Samples in a step that counts. A step on the last batch of an epoch, which may be smaller, does not count. */
  #batch = 0;
  /** The index of the candidate that was chosen. */
  #chosen: number | undefined;

  constructor(team: DeviceTeam) {
    this.#team = team;
    const powers = [1, 2, 4, 8, 16, 32, 64, 128].filter((count) => count < team.threads);
    this.#candidates = [...powers, team.threads];
    this.#tried = this.#candidates.map((_, index) => index);
    this.#best = this.#tried.map(() => Infinity);
  }

  /**
   * Goes on with the turn at hand. If the batches have another size than before, the whole trial begins again. The very
   * first turn does not count, because code is compiled and caches are filled then.
   */
  resume(batch: number): void {
    if (batch !== this.#batch) {
      this.#batch = batch;
      if (this.#trying) this.#beginTrial(this.#tried, Math.min(this.#turn, 0));
    }
    this.#takeTurn();
  }

  #takeTurn(): void {
    if (!this.#trying) return;
    const candidate = this.#tried[this.#turn % this.#tried.length];
    this.#team.use(candidate === undefined ? this.#team.threads : this.#candidates[candidate]!);
  }

  /** Takes the number that was chosen last, for work that is not a step. Before the first choice it takes all threads. */
  pause(): void {
    if (this.#trying) this.#team.use(this.chosen ?? this.#team.threads);
  }

  /** The number that was found to be fastest; undefined until the first trial has ended. */
  get chosen(): number | undefined {
    return this.#chosen === undefined ? undefined : this.#candidates[this.#chosen];
  }

  /**
   * Must be called after every step, with the time that it took and its number of samples.
   * @returns the number of threads, if it differs from now on
   */
  step(milliseconds: number, samples: number): number | undefined {
    if (!this.#trying) {
      this.#milliseconds += milliseconds;
      if (this.#milliseconds >= this.#trust) this.#tryAnew();
      return undefined;
    }
    if (samples !== this.#batch) return undefined;
    this.#steps++;
    this.#milliseconds += milliseconds;
    if (this.#steps < TURN_STEPS && this.#milliseconds < TURN_MILLISECONDS) return undefined;
    const { length } = this.#tried;
    if (this.#turn >= 0) {
      const at = this.#turn % length;
      this.#best[at] = Math.min(this.#best[at]!, this.#milliseconds / this.#steps);
    }
    this.#beginTurn(this.#turn + 1);
    if (this.#turn === ROUNDS * length) return this.#choose();
    this.#takeTurn();
    return undefined;
  }

  #beginTrial(tried: readonly number[], turn: number): void {
    this.#tried = tried;
    this.#best = tried.map(() => Infinity);
    this.#trying = true;
    this.#beginTurn(turn);
  }

  #beginTurn(turn: number): void {
    this.#turn = turn;
    this.#steps = 0;
    this.#milliseconds = 0;
  }

  /** Tries only the next smaller and the next larger number, so that a trial costs little on many cores. */
  #tryAnew(): void {
    const chosen = this.#chosen!;
    const near = [chosen - 1, chosen, chosen + 1].filter((index) => this.#candidates[index] !== undefined);
    this.#beginTrial(near, 0);
    this.#takeTurn();
  }

  /** @returns the number, if it differs from the one before */
  #choose(): number | undefined {
    const before = this.#chosen;
    let winner = before === undefined ? 0 : this.#tried.indexOf(before);
    this.#best.forEach((time, at) => {
      if (time < WORTH * this.#best[winner]!) winner = at;
    });
    this.#chosen = this.#tried[winner]!;
    this.#trust = this.#chosen === before ? Math.min(2 * this.#trust, MOST_TRUST) : FIRST_TRUST;
    this.#trying = false;
    this.#beginTurn(0);
    const threads = this.#candidates[this.#chosen]!;
    this.#team.use(threads);
    return this.#chosen === before ? undefined : threads;
  }
}
