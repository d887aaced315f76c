/** Does work one after another, in the order in which it comes. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** Does this after the work that came before, even if that failed. */
  next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => {});
    return result;
  }
}
