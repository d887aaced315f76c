import type { Description } from "../described.ts";
import { macro, perClass, ratio, type Score } from "./counts.ts";
import type { Collector, Metric, MetricKind, MetricTask } from "./metric.ts";

const score: Score = (right, _, actual) => ratio(right, actual);

/**
 * For each class (or flag) the share of its samples that are said to be of it: right / all, 0 to 1. It is 0 for a class that
 * no sample has (scikit-learn's zero_division=0).
 */
export class RecallMetrics implements Metric<readonly number[]> {
  readonly name = "recall";
  readonly targets = ["classes", "flags"] as const;

  begin(task: MetricTask, saved?: unknown): Collector<readonly number[]> {
    return perClass(task, score, saved);
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

/**
 * The mean of {@link RecallMetrics} over classes that a sample has or is said to have, or over all flags: scikit-learn's
 * average="macro".
 */
export class RecallMacroMetrics implements Metric {
  readonly name = "recallMacro";
  readonly targets = ["classes", "flags"] as const;
  readonly better = "more";

  begin(task: MetricTask, saved?: unknown): Collector {
    return macro(task, score, saved);
  }

  describe(): Description {
    return { name: this.name, options: {} };
  }
}

export const recall = {
  title: "Recall",
  inWords: "Share of the samples of a class that are said to be",
  most: 1,
  usualFor: [],
  create: () => new RecallMetrics(),
} as const satisfies MetricKind;

export const recallMacro = {
  title: "Mean recall",
  inWords: "Share of the samples of a class that are said to be, the mean over classes",
  most: 1,
  usualFor: [],
  create: () => new RecallMacroMetrics(),
} as const satisfies MetricKind;
