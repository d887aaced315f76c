import { ratio, type Score } from "./counts.ts";
import type { MetricKind } from "./metric.ts";
import { MacroMetrics, PerClassMetrics } from "./scores.ts";

const score: Score = (right, predicted, actual) => ratio(2 * right, predicted + actual);

/**
 * For each class (or flag) the harmonic mean of precision and recall: 2 · right / (said + all), 0 to 1. It is 0 for a class
 * that no sample has or is said to have (scikit-learn's zero_division=0).
 */
export class F1Metrics extends PerClassMetrics {
  readonly name = "f1";

  constructor() {
    super(score);
  }
}

/**
 * The mean of {@link F1Metrics} over classes that a sample has or is said to have, or over all flags: scikit-learn's
 * average="macro".
 */
export class F1MacroMetrics extends MacroMetrics {
  readonly name = "f1Macro";

  constructor() {
    super(score);
  }
}

export const f1 = {
  title: "F1",
  inWords: "Harmonic mean of precision and recall",
  most: 1,
  usualFor: [],
  create: () => new F1Metrics(),
} as const satisfies MetricKind;

export const f1Macro = {
  title: "Mean F1",
  inWords: "Harmonic mean of precision and recall, the mean over classes",
  most: 1,
  usualFor: ["flags"],
  create: () => new F1MacroMetrics(),
} as const satisfies MetricKind;
