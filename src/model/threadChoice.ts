/**
 * How many threads train fastest: it is tried out on the first steps of the training itself, whose bits do not depend
 * on it. Small networks lose more by waiting for each other than they gain.
 */
import type { DeviceTeam } from "../backend.ts";

/** Turns that each candidate gets; the best one counts, as other programs only ever slow a turn down. */
const ROUNDS = 4;
/** A turn ends after so many steps, or with the first step after so many milliseconds. */
const TURN_STEPS = 16;
const TURN_MILLISECONDS = 20;
/** What more threads must save to be worth their cores. */
const WORTH = 0.97;

export class ThreadChoice {
  readonly #team: DeviceTeam;
  readonly #candidates: readonly number[];
  readonly #best: number[];
  #turn = -1;
  #steps = 0;
  #milliseconds = 0;
  /** The most samples of a step so far: smaller ones say little. */
  #samples = 0;
  #chosen: number | undefined;

  constructor(team: DeviceTeam) {
    this.#team = team;
    const powers = [1, 2, 4, 8, 16, 32, 64, 128].filter((count) => count < team.threads);
    this.#candidates = [...powers, team.threads];
    this.#best = this.#candidates.map(() => Infinity);
  }

  /** Goes on with the turn at hand. The first one does not count: code is compiled, caches are filled. */
  resume(): void {
    if (this.#chosen !== undefined) return;
    const count = this.#candidates.length;
    this.#team.use(this.#turn < 0 ? this.#team.threads : this.#candidates[this.#turn % count]!);
  }

  /** Takes all threads for what is not tried out. */
  pause(): void {
    if (this.#chosen === undefined) this.#team.use(this.#team.threads);
  }

  /** The number that was found to be fastest; undefined as long as it is tried out. */
  get chosen(): number | undefined {
    return this.#chosen;
  }

  /** To be told after every step how long it took, and on how many samples, until there is a choice. */
  step(milliseconds: number, samples: number): void {
    if (this.#chosen !== undefined || samples < this.#samples) return;
    this.#samples = samples;
    this.#steps++;
    this.#milliseconds += milliseconds;
    if (this.#steps < TURN_STEPS && this.#milliseconds < TURN_MILLISECONDS) return;
    const count = this.#candidates.length;
    if (this.#turn >= 0) {
      const candidate = this.#turn % count;
      this.#best[candidate] = Math.min(this.#best[candidate]!, this.#milliseconds / this.#steps);
    }
    this.#turn++;
    this.#steps = 0;
    this.#milliseconds = 0;
    if (this.#turn < ROUNDS * count) this.#team.use(this.#candidates[this.#turn % count]!);
    else this.#choose();
  }

  #choose(): void {
    let chosen = 0;
    this.#best.forEach((time, candidate) => {
      if (time < WORTH * this.#best[chosen]!) chosen = candidate;
    });
    this.#chosen = this.#candidates[chosen]!;
    this.#team.use(this.#chosen);
  }
}
