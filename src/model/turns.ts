/** Lines up the methods that use a model's memory. Memories are made, and samples are read, one after another. */
import { ConfigError } from "../errors.ts";
import { Queue } from "./queue.ts";

export class Turns {
  readonly #queue = new Queue();
  /** The methods that use the memory, or are making it. */
  readonly #underWay: string[] = [];
  #isFitting = false;

  get isFitting(): boolean {
    return this.#isFitting;
  }

  /** Does the work when all work before it is done. Meanwhile its method counts as under way. */
  async take<T>(method: string, work: () => Promise<T>): Promise<T> {
    this.#underWay.push(method);
    try {
      return await this.#queue.next(work);
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(method), 1);
    }
  }

  /** Trains. Others may take turns meanwhile. @throws ConfigError if a training is under way */
  async fit<T>(work: () => Promise<T>): Promise<T> {
    this.requireIdle("fit");
    this.#isFitting = true;
    try {
      return await work();
    } finally {
      this.#isFitting = false;
    }
  }

  /** @throws ConfigError if a training is under way, from which the method would take the memory */
  requireIdle(method: string): void {
    if (this.#isFitting) {
      throw new ConfigError(
        `Model.${method}: fit() is under way. Wait for its end, or end it by its \`signal\` and wait.`,
      );
    }
  }

  /** @throws ConfigError if any work is under way, from which the method would take the memory or the layers */
  requireUnused(method: string): void {
    this.requireIdle(method);
    const [other] = this.#underWay;
    if (other !== undefined)
      throw new ConfigError(`Model.${method}: ${other}() is under way. Await it first.`);
  }
}
