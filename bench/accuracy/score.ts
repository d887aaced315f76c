/** How good answers are. `peers.py` has the same definitions. */

/** What one training reached on its test rows. */
export interface Scores {
  /** Accuracy of classes, R² of numbers. */
  readonly score: number;
  /** Of classes. */
  readonly logLoss?: number;
  /** Of numbers, once a model gives intervals: the share of the answers within theirs. */
  readonly coverage?: number;
}

/** A probability is at least this, and at most 1 less this, as scikit-learn clips it. A class that the training did not see has it. */
const LEAST = 1e-15;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Over n, as NumPy's var. */
function variance(values: readonly number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

/** The standard deviation over n, as NumPy's std. */
export const deviation = (values: readonly number[]): number => Math.sqrt(variance(values));

export const accuracy = (truth: readonly string[], answers: readonly string[]): number =>
  mean(truth.map((name, i) => (name === answers[i] ? 1 : 0)));

/** 1 − the mean squared error over the variance of the truth. */
export const r2 = (truth: readonly number[], answers: readonly number[]): number =>
  1 - mean(truth.map((value, i) => (value - answers[i]!) ** 2)) / variance(truth);

/** The mean of −ln of the true class's probability. */
export const logLoss = (
  truth: readonly string[],
  probabilities: readonly Readonly<Record<string, number>>[],
): number =>
  mean(
    truth.map((name, i) => {
      const p = Object.hasOwn(probabilities[i]!, name) ? probabilities[i]![name]! : 0;
      return -Math.log(Math.min(1 - LEAST, Math.max(LEAST, p)));
    }),
  );

/** @param intervals the least and the greatest number that is expected, of each row */
export const coverage = (
  truth: readonly number[],
  intervals: readonly (readonly [number, number])[],
): number => mean(truth.map((value, i) => (intervals[i]![0] <= value && value <= intervals[i]![1] ? 1 : 0)));
