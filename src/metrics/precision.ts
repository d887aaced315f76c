import { ratio, type Score } from "./counts.ts";
import type { MetricKind } from "./metric.ts";
import { MacroMetrics, PerClassMetrics } from "./scores.ts";

const score: Score = (right, predicted) => ratio(right, predicted);

/**
 * For each class (or flag) the share of the samples said to be of it that are: right / said, 0 to 1. It is 0 for a class of
 * which no sample is said to be (scikit-learn's zero_division=0).
 */
export class PrecisionMetrics extends PerClassMetrics {
  readonly name = "precision";

  constructor() {
    super(score);
  }
}

/**
 * The mean of {@link PrecisionMetrics} over classes that a sample has or is said to have, or over all flags: scikit-learn's
 * average="macro".
 */
export class PrecisionMacroMetrics extends MacroMetrics {
  readonly name = "precisionMacro";

  constructor() {
    super(score);
  }
}

export const precision = {
  title: "Precision",
  inWords: "Share of those said to be of a class that are",
  most: 1,
  usualFor: [],
  create: () => new PrecisionMetrics(),
} as const satisfies MetricKind;

export const precisionMacro = {
  title: "Mean precision",
  inWords: "Share of those said to be of a class that are, the mean over classes",
  most: 1,
  usualFor: [],
  create: () => new PrecisionMacroMetrics(),
} as const satisfies MetricKind;
