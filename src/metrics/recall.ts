import { ratio, type Score } from "./counts.ts";
import type { MetricKind } from "./metric.ts";
import { MacroMetrics, PerClassMetrics } from "./scores.ts";

const score: Score = (right, _, actual) => ratio(right, actual);

/**
 * For each class (or flag) the share of its samples that are said to be of it: right / all, 0 to 1. It is 0 for a class that
 * no sample has (scikit-learn's zero_division=0).
 */
export class RecallMetrics extends PerClassMetrics {
  readonly name = "recall";

  constructor() {
    super(score);
  }
}

/**
 * The mean of {@link RecallMetrics} over classes that a sample has or is said to have, or over all flags: scikit-learn's
 * average="macro".
 */
export class RecallMacroMetrics extends MacroMetrics {
  readonly name = "recallMacro";

  constructor() {
    super(score);
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
