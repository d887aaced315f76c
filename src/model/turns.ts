/** Who works with a model's memory, and who waits: memories are made, and samples are read, one after another. */
import { ConfigError } from "../errors.ts";
import { Queue } from "./queue.ts";

export class Turns {
  readonly #queue = new Queue();
  /** Methods that use the memory, or are making it. */
  readonly #underWay: string[] = [];
  #isFitting = false;

  get isFitting(): boolean {
    return this.#isFitting;
  }

  /** Does this when what came before is done, and knows that it is under way. */
  async take<T>(method: string, work: () => Promise<T>): Promise<T> {
    this.#underWay.push(method);
    try {
      return await this.#queue.next(work);
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(method), 1);
    }
  }

  /** Trains, beside the turns that others take meanwhile. @throws ConfigError if a training is under way */
  async fit<T>(work: () => Promise<T>): Promise<T> {
    this.requireIdle("fit");
    this.#isFitting = true;
    try {
      return await work();
    } finally {
      this.#isFitting = false;
    }
  }

  /** For what would take the memory from a training. @throws ConfigError if one is under way */
  requireIdle(method: string): void {
    if (this.#isFitting) {
      throw new ConfigError(
        `Model.${method}: fit() is under way. Wait for its end, or end it by its \`signal\` and wait.`,
      );
    }
  }

  /** For what would take the memory, or the layers, from whatever is at work. @throws ConfigError if anything is */
  requireUnused(method: string): void {
    this.requireIdle(method);
    const [other] = this.#underWay;
    if (other !== undefined)
      throw new ConfigError(`Model.${method}: ${other}() is under way. Await it first.`);
  }
}
