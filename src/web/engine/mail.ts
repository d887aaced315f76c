/** Events on their way to the page: many at once, where each delivery makes it draw. */
import { now } from "../../runtime.ts";
import type { TrainEvent } from "./api.ts";

/** Those of which a training makes many. All others are worth a delivery at once. */
const MANY: ReadonlySet<TrainEvent["type"]> = new Set(["progress", "epoch"]);

export class Mail {
  readonly #deliver: (events: readonly TrainEvent[]) => void;
  readonly #every: () => number;
  #held: TrainEvent[] = [];
  #delivered = Number.NEGATIVE_INFINITY;

  /** @param every milliseconds between two deliveries, at least */
  constructor(deliver: (events: readonly TrainEvent[]) => void, every: () => number) {
    this.#deliver = deliver;
    this.#every = every;
  }

  add(event: TrainEvent): void {
    this.#held.push(event);
    if (MANY.has(event.type)) {
      const at = now();
      if (at - this.#delivered < this.#every()) return;
      this.#delivered = at;
    }
    this.flush();
  }

  /** Delivers what is held, in its order. */
  flush(): void {
    if (this.#held.length === 0) return;
    const events = this.#held;
    this.#held = [];
    this.#deliver(events);
  }
}
