/** The statistics of trainings from several seeds: mean, spread, and whether two sets of values differ. */

const square = (x: number): number => x * x;

export const isNumber = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);

/**
 * The paper prints every accuracy with four decimals. Less than half of the last decimal is no difference.
 */
export const RESOLUTION = 5e-5;

/**
 * Mean and sample standard deviation. Both are computed from the distances to the first value, so that equal values have
 * exactly that mean and no spread: (0.1 + 0.1 + 0.1) / 3 is not 0.1.
 */
export function statistics(values: readonly number[]): { mean: number | undefined; sd: number | undefined } {
  const n = values.length;
  if (n === 0) return { mean: undefined, sd: undefined };
  const origin = values[0]!;
  const offset = values.reduce((sum, value) => sum + (value - origin), 0) / n;
  const squares = values.reduce((sum, value) => sum + square(value - origin - offset), 0);
  return { mean: origin + offset, sd: n < 2 ? undefined : Math.sqrt(squares / (n - 1)) };
}

/**
 * The mark of the tables: |difference| > 3 · sd, where sd is the spread of single trainings (the published value is of
 * one). With fewer than two seeds there is no spread, and so no mark. If the spread is 0, as where every seed stays at
 * chance, any difference is marked.
 */
export function isOutside(difference: number | undefined, sd: number | undefined): boolean {
  if (difference === undefined || sd === undefined) return false;
  return Math.abs(difference) > 3 * sd + RESOLUTION;
}

/**
 * How often {@link isOutside} marks a row whose published value is just another seed's: with few seeds the spread itself
 * is uncertain. It is P(|t| > 3 / √(1 + 1/n)) for Student's t with n − 1 degrees of freedom, by the number of seeds n.
 */
const CHANCE_OF_MARK: Readonly<Record<number, number>> = {
  2: 0.247,
  3: 0.122,
  4: 0.075,
  5: 0.052,
  6: 0.039,
  7: 0.031,
  8: 0.025,
  9: 0.022,
  10: 0.019,
};

/**
 * The chance of a mark, see CHANCE_OF_MARK. It is undefined for fewer than two seeds. For more than ten it is that of ten,
 * which is above theirs.
 */
export function chanceOfMark(seeds: number): number | undefined {
  return CHANCE_OF_MARK[Math.min(seeds, 10)];
}

/**
 * The standard deviation within groups, √(Σ (v − mean of its group)² / Σ (n − 1)); undefined if no group has
 * two values.
 */
export function pooledSd(groups: readonly (readonly number[])[]): number | undefined {
  let squares = 0;
  let degrees = 0;
  for (const group of groups) {
    const { mean } = statistics(group);
    squares += group.reduce((sum, value) => sum + square(value - mean!), 0);
    degrees += Math.max(0, group.length - 1);
  }
  return degrees === 0 ? undefined : Math.sqrt(squares / degrees);
}

/**
 * "higher" and "lower" are differences that chance gives as many trainings in less than one case of a hundred (Student's
 * t, two-sided). "none" is at most one standard deviation of a single training, so that no difference can be told. "hint" is
 * something between. "unknown" means that one side has a single value, so that no spread is known.
 */
export type Verdict = "higher" | "lower" | "hint" | "none" | "unknown";

export interface Comparison {
  readonly from: number;
  readonly to: number;
  /** to − from. */
  readonly difference: number;
  /** The standard deviation of a single training, pooled over both sides; undefined if either has a single value. */
  readonly sd: number | undefined;
  /** How large the difference must be to be "higher" or "lower"; undefined if sd is. */
  readonly limit: number | undefined;
  readonly verdict: Verdict;
}

/**
 * Compares two sets of values; undefined if either is empty.
 *
 *   limit = t · sd · √(1/n₁ + 1/n₂),  t: the 0.995 quantile of Student's t with n₁ + n₂ − 2 degrees of freedom
 */
export function compare(from: readonly number[], to: readonly number[]): Comparison | undefined {
  const [a, b] = [statistics(from).mean, statistics(to).mean];
  if (a === undefined || b === undefined) return undefined;
  const difference = b - a;
  const sd = from.length < 2 || to.length < 2 ? undefined : pooledSd([from, to]);
  if (sd === undefined) return { from: a, to: b, difference, sd, limit: undefined, verdict: "unknown" };
  const limit = studentT(from.length + to.length - 2) * sd * Math.sqrt(1 / from.length + 1 / to.length);
  const size = Math.abs(difference) - RESOLUTION;
  const clear: Verdict = difference > 0 ? "higher" : "lower";
  const verdict = size > limit ? clear : size > sd ? "hint" : "none";
  return { from: a, to: b, difference, sd, limit, verdict };
}

/** The 0.995 quantiles of Student's t by the degrees of freedom, from 1. */
const STUDENT_T = [
  ...[63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169],
  ...[3.106, 3.055, 3.012, 2.977, 2.947, 2.921, 2.898, 2.878, 2.861, 2.845],
];

/**
 * The 0.995 quantile of Student's t. Above 20 degrees of freedom it is that of the next smaller number in a usual table.
 */
function studentT(degrees: number): number {
  if (degrees >= 60) return 2.66;
  if (degrees >= 30) return 2.75;
  return STUDENT_T[Math.min(degrees, 20) - 1]!;
}

/**
 * The range that the means of ten groups of equal spread exceed by chance in one case of twenty, in units of sd / √n. It is
 * Tukey's studentised range with 10 · (n − 1) degrees of freedom, by n, the values in a group.
 */
const RANGE_OF_TEN: Readonly<Record<number, number>> = {
  2: 5.6,
  3: 5.01,
  4: 4.82,
  5: 4.73,
  6: 4.68,
  7: 4.65,
  8: 4.62,
  9: 4.6,
  10: 4.59,
};

/** See RANGE_OF_TEN. It is undefined for fewer than two values in a group, and that of ten for more than ten. */
export function rangeOfTen(values: number): number | undefined {
  return RANGE_OF_TEN[Math.min(values, 10)];
}

/**
 * Spearman's rank correlation of two lists of equal length, equal values sharing their mean rank; NaN if one
 * is flat.
 */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [ranksA, ranksB] = [ranks(a), ranks(b)];
  const middle = (a.length + 1) / 2;
  const products = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, rank, i) => sum + (rank - middle) * (y[i]! - middle), 0);
  return products(ranksA, ranksB) / Math.sqrt(products(ranksA, ranksA) * products(ranksB, ranksB));
}

/** The ranks of the values, 1 for the largest. */
const ranks = (values: readonly number[]): number[] =>
  values.map((value) => {
    const larger = values.filter((other) => other > value).length;
    const equal = values.filter((other) => other === value).length;
    return larger + (equal + 1) / 2;
  });
