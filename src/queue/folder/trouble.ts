/** What does not work at the moment: it is tried again, and told once, and so is its end. */

import type { QueueOptions } from "../queue.ts";
import { Pace, pause } from "./pace.ts";
import { codeOf } from "./sharedFiles.ts";

export class Trouble {
  readonly #tell: NonNullable<QueueOptions["onTrouble"]>;
  /** What does not work now. */
  readonly #current = new Set<string>();

  constructor(onTrouble: QueueOptions["onTrouble"]) {
    this.#tell = onTrouble ?? (() => {});
  }

  /** @param what what does not work: "jobs cannot be read" is one thing, however often it is tried */
  begin(what: string, text: string): void {
    if (this.#current.has(what)) return;
    this.#current.add(what);
    this.#tell(text, false);
  }

  end(what: string, text: string): void {
    if (this.#current.delete(what)) this.#tell(text, true);
  }

  /**
   * Tries once.
   * @param what "write answers to /shared/queue/nnwasm.queue"
   * @returns undefined if the system refuses it
   * @throws what is not the system's: a bug
   */
  async attempt<T>(what: string, work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    try {
      const value = await work();
      this.end(what, `It works again to ${what}.`);
      return { value };
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      this.begin(
        what,
        `It does not work to ${what}, and is tried again until it does: ${(error as Error).message}`,
      );
      return undefined;
    }
  }

  /**
   * Tries until it works.
   * @throws the signal's reason, once it is aborted; what is not the system's
   */
  async untilDone<T>(what: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const pace = new Pace();
    for (;;) {
      const done = await this.attempt(what, work);
      if (done !== undefined) return done.value;
      await pause(pace.next(), signal);
      signal.throwIfAborted();
    }
  }
}
