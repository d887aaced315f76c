/** Waits: how long until the next look, and what ends a wait early. */
import { randomInt } from "node:crypto";

const SHORTEST = 20;
const LONGEST = 1000;
const GROWTH = 1.6;

/** Longer and longer waits, each with some chance in it, so that many machines do not come at once. */
export class Pace {
  #milliseconds = SHORTEST;

  reset(): void {
    this.#milliseconds = SHORTEST;
  }

  /** Milliseconds until the next look: 20 at first, 1,000 in the end, or down to half of it. */
  next(): number {
    const most = Math.round(this.#milliseconds);
    this.#milliseconds = Math.min(this.#milliseconds * GROWTH, LONGEST);
    return randomInt(Math.ceil(most / 2), most + 1);
  }
}

/** Waits for so long, or until the signal. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}

/** A wait that can be ended. */
export class Alarm {
  #ring = new AbortController();

  async wait(milliseconds: number): Promise<void> {
    await pause(milliseconds, this.#ring.signal);
    this.#ring = new AbortController();
  }

  /** Ends the wait, or the next one if there is none now. */
  ring = (): void => this.#ring.abort();
}
