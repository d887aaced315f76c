/** How a run tells what happens: events, one after another, to a subscriber. */

/**
 * Hears the events of a run. If it returns a promise, the next event is told when that has resolved. An error that it
 * throws ends the run.
 */
export type Subscriber<Event> = (event: Event) => void | Promise<void>;

/** What every run is given beside its plan. */
export interface RunOptions<Event> {
  readonly subscriber: Subscriber<Event>;
  /** Ends the run early. */
  readonly signal: AbortSignal;
}

/** How many samples of the data set have been read. */
export interface Reading {
  readonly type: "reading";
  readonly done: number;
  readonly total: number;
}

/** What to do at each type of event. */
export type Handlers<Event extends { readonly type: string }> = {
  readonly [T in Event["type"]]?: (event: Extract<Event, { readonly type: T }>) => void | Promise<void>;
};

/** A subscriber that does something at some events: `on<TrainingEvent>({ epoch: ({ row }) => draw(row) })`. */
export function on<Event extends { readonly type: string }>(handlers: Handlers<Event>): Subscriber<Event> {
  return (event) => (handlers as unknown as Readonly<Record<string, Subscriber<Event>>>)[event.type]?.(event);
}

/** One subscriber that passes every event to these in order. If one throws, the later ones do not hear the event. */
export function inOrder<Event>(...subscribers: readonly Subscriber<Event>[]): Subscriber<Event> {
  const [first, ...others] = subscribers;
  if (first === undefined) return () => {};
  const rest = others.length === 0 ? undefined : inOrder(...others);
  return (event) => {
    const heard = first(event);
    // A promise is made only where there is one already, because a training tells of every step.
    return heard === undefined ? rest?.(event) : heard.then(() => rest?.(event));
  };
}

/** Tells a subscriber of events, each when it is done with the one before. */
export class Events<Event> {
  readonly #subscriber: Subscriber<Event>;
  /** The last event that was not heard at once; it never rejects. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  /** What the subscriber threw at an event that nobody waited for. */
  #refusal: { readonly reason: unknown } | undefined;

  constructor(subscriber: Subscriber<Event>) {
    this.#subscriber = subscriber;
  }

  /**
   * Tells of an event that the run depends on; resolves when the subscriber is done with it.
   * @throws what the subscriber throws, or has thrown at an earlier {@link post}
   */
  async emit(event: Event): Promise<void> {
    await this.#enqueue(event);
    this.check();
  }

  /** Tells of an event that the run does not wait for; what the subscriber throws is kept for {@link check}. */
  post(event: Event): void {
    const refuse = (reason: unknown) => {
      this.#refusal ??= { reason };
    };
    if (this.#waiting > 0) {
      this.#enqueue(event).catch(refuse);
      return;
    }
    try {
      const heard = this.#subscriber(event);
      if (heard !== undefined) this.#wait(heard).catch(refuse);
    } catch (error) {
      refuse(error);
    }
  }

  /** @throws what the subscriber has thrown at a {@link post} */
  check(): void {
    if (this.#refusal !== undefined) throw this.#refusal.reason;
  }

  #enqueue(event: Event): Promise<void> {
    return this.#wait(this.#last.then(() => this.#subscriber(event)));
  }

  #wait(heard: Promise<void>): Promise<void> {
    this.#waiting++;
    this.#last = heard
      .catch(() => {})
      .then(() => {
        this.#waiting--;
      });
    return heard;
  }
}
