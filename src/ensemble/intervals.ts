/** How wide a range around a prediction has to be to hold the truth as often as it is said to. */
import { ConfigError } from "../errors.ts";
import { isNumber, requireInteger, shown } from "../options.ts";
import { requireWeights } from "./scores.ts";

/** Half the width of an interval: prediction ± radius. */
export interface Radius {
  readonly radius: number;
  /** Whether there are rows enough for the coverage. If not, the radius is the largest residual, which covers less often. */
  readonly promised: boolean;
}

/** What any coverage can be read from, small enough for a model's file. */
export interface ResidualQuantiles {
  /** The largest coverage that is promised: n / (n + 1). */
  readonly mostCoverage: number;
  /** The radius for each coverage 0, 1/(m − 1), …, 1, ascending. The last is the largest residual. */
  readonly radii: readonly number[];
}

/** A coverage is a decimal fraction: 0.7 · 10 must not be taken for a little more than 7. */
const ROUNDING = 1e-9;

/**
 * The half-width of intervals that hold the truth with a probability of at least `coverage`: of n residuals, ascending, the
 * one of rank ⌈(n + 1) · coverage⌉. If that is above n (of 0.9, for fewer than 9 rows), there is none; it is the largest then.
 *
 * The promise is for rows that are drawn as those were, whatever the model, which must not have been trained on them. Residuals
 * of a cross-validation are by several models, none of them quite the one that predicts: the share is then near the coverage
 * where a fold more or less changes the model little, but it is proven for no other (Barber et al.). It is a mean over all
 * rows: where errors are larger than elsewhere, intervals hold less.
 *
 * With weights, the least residual up to which all together weigh ≥ (W + W/n) · coverage, W being the sum of the n rows' weights: the
 * new row has a mean row's weight. Rows of weight 0 count for nothing.
 *
 * Vovk, Gammerman and Shafer, "Algorithmic learning in a random world", 2005; Lei et al., "Distribution-free predictive
 * inference for regression", 2018 (split conformal); Barber et al., "Predictive inference with the jackknife+", 2021; for
 * weights, Tibshirani et al., "Conformal prediction under covariate shift", 2019.
 *
 * @param absoluteResiduals |prediction − truth|, of rows that the model was not trained on, in any order
 * @param coverage 0 < coverage < 1
 * @param weights (rows). Default: each counts 1
 * @throws ConfigError if there is no residual, or a number is out of its range
 */
export function conformalQuantile(
  absoluteResiduals: ArrayLike<number>,
  coverage: number,
  weights?: ArrayLike<number>,
): Radius {
  const where = "conformalQuantile";
  requireCoverage(where, coverage);
  return radiusAt(ranked(where, absoluteResiduals, weights), coverage);
}

/**
 * The radii of `size` coverages from 0 to 1, equally far apart, for {@link radiusFor}. With 101, each whole percent is exact; any
 * other is rounded up, so that an interval is too wide by what a hundredth more of coverage costs, at most, never too narrow.
 * @param size how many, ≥ 2
 * @throws as {@link conformalQuantile}
 */
export function residualQuantiles(
  absoluteResiduals: ArrayLike<number>,
  size = 101,
  weights?: ArrayLike<number>,
): ResidualQuantiles {
  const where = "residualQuantiles";
  requireInteger(`${where}: size`, size, 2);
  const all = ranked(where, absoluteResiduals, weights);
  const radii = Array.from({ length: size }, (_, i) => radiusAt(all, i / (size - 1)).radius);
  return { mostCoverage: all.total / (all.total + all.mean), radii };
}

/**
 * The radius for a coverage, of the nearest that is stored and not less: at least that of {@link conformalQuantile}.
 * @param coverage 0 < coverage < 1
 * @throws ConfigError if the coverage is out of its range
 */
export function radiusFor({ radii, mostCoverage }: ResidualQuantiles, coverage: number): Radius {
  requireCoverage("radiusFor", coverage);
  const index = Math.ceil(coverage * (radii.length - 1) - ROUNDING);
  return { radius: radii[index]!, promised: coverage <= mostCoverage + ROUNDING };
}

/**
 * The quantiles of each target's residuals, in its own unit.
 * @param predictions (rows, targets), standardised, of rows that the model was not trained on
 * @param targets the same
 * @param scale what each target was divided by
 * @param weights (rows). Default: each counts 1
 * @returns undefined if there is no row, or none weighs anything
 */
export function intervalsOf(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  scale: readonly number[],
  weights?: ArrayLike<number>,
): readonly ResidualQuantiles[] | undefined {
  const width = scale.length;
  const rows = targets.length / width;
  const counts =
    weights === undefined ? rows > 0 : Array.prototype.some.call(weights, (weight) => weight > 0);
  if (!counts) return undefined;
  return scale.map((unit, j) => {
    const residuals = Float64Array.from({ length: rows }, (_, i) =>
      Math.min(Math.abs(predictions[i * width + j]! - targets[i * width + j]!) * unit, Number.MAX_VALUE),
    );
    return residualQuantiles(residuals, undefined, weights);
  });
}

/** @throws ConfigError unless 0 < coverage < 1 */
export function requireCoverage(where: string, coverage: unknown): asserts coverage is number {
  if (isNumber(coverage) && coverage > 0 && coverage < 1) return;
  throw new ConfigError(
    `${where}: the coverage is ${shown(coverage)}, expected a number between 0 and 1, such as 0.9.`,
  );
}

/** Residuals in ascending order, with the weight of all up to each. */
interface Ranked {
  readonly residuals: Float64Array;
  readonly weightUpTo: Float64Array;
  readonly total: number;
  /** The mean row's weight. */
  readonly mean: number;
}

function ranked(
  where: string,
  absoluteResiduals: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): Ranked {
  const count = absoluteResiduals.length;
  if (!Number.isSafeInteger(count) || count === 0) {
    throw new ConfigError(`${where}: there are no residuals, expected that of one row or more.`);
  }
  for (let row = 0; row < count; row++) {
    const residual: unknown = absoluteResiduals[row];
    if (isNumber(residual) && residual >= 0 && residual < Infinity) continue;
    throw new ConfigError(`${where}: residual ${row} is ${shown(residual)}, expected a finite number ≥ 0.`);
  }
  if (weights !== undefined) requireWeights(where, weights, count);
  const weightOf = (row: number) => (weights === undefined ? 1 : weights[row]!);
  const order = Uint32Array.from({ length: count }, (_, row) => row)
    .filter((row) => weightOf(row) > 0)
    .sort((a, b) => absoluteResiduals[a]! - absoluteResiduals[b]! || a - b);
  let total = 0;
  const weightUpTo = Float64Array.from(order, (row) => {
    total += weightOf(row);
    return total;
  });
  const residuals = Float64Array.from(order, (row) => absoluteResiduals[row]!);
  return { residuals, weightUpTo, total, mean: total / order.length };
}

/** @param coverage 0 ≤ coverage ≤ 1 */
function radiusAt({ residuals, weightUpTo, total, mean }: Ranked, coverage: number): Radius {
  const needed = (total + mean) * coverage - ROUNDING * mean;
  const index = weightUpTo.findIndex((weight) => weight >= needed);
  const promised = index !== -1;
  return { radius: residuals[promised ? index : residuals.length - 1]!, promised };
}
