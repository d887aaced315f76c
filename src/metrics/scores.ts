/** What precision, recall and F1 have in common: a score of each class or flag, and its mean over them. */
import type { Description } from "../described.ts";
import { macro, perClass, type Score } from "./counts.ts";
import type { Collector, Metric, MetricTask } from "./metric.ts";

/** A score: its name in evaluations, and how it is made of counts. */
export abstract class Scored {
  abstract readonly name: string;
  readonly targets = ["classes", "flags"] as const;

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

/** A score of each class or flag. */
export abstract class PerClassMetrics extends Scored implements Metric<readonly number[]> {
  readonly #score: Score;

  constructor(score: Score) {
    super();
    this.#score = score;
  }

  begin(task: MetricTask, saved?: unknown): Collector<readonly number[]> {
    return perClass(task, this.#score, saved);
  }
}

/** The mean of a score over classes that a sample has or is said to have, or over all flags. */
export abstract class MacroMetrics extends Scored implements Metric {
  readonly better = "more";
  readonly #score: Score;

  constructor(score: Score) {
    super();
    this.#score = score;
  }

  begin(task: MetricTask, saved?: unknown): Collector {
    return macro(task, this.#score, saved);
  }
}
