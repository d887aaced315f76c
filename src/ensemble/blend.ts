/** How much each candidate's predictions count in their mean, decided by rows that no candidate was trained on. */
import { ConfigError } from "../errors.ts";
import { log } from "../math.ts";
import { EPSILON } from "../metrics/logLoss.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import { checkPredictions, type PredictionOptions } from "./scores.ts";
import { gramOf, nearestOnSimplex } from "./simplex.ts";

export interface BlendOptions extends PredictionOptions {
  /**
   * How many rows, ≥ 0, the belief is worth that all candidates are equally good: the larger, the nearer to equal are the
   * weights. Default: 0.
   */
  readonly prior?: number | undefined;
}

/** The least weight of a candidate that is kept. Of more than ten candidates it is half of an equal share. */
const LEAST_WEIGHT = 0.05;

/** The log loss is fitted until it is at most this above the least that there is. */
const GAP = 1e-9;

/** Steps to that: some 5 to 20 are usual. */
const MOST_STEPS = 200;

/** No weight is below this on the way: what is 0 could not grow, and large ratios are inexact. */
const LEAST_ON_THE_WAY = 1e-12;

const WHERE = "blendWeights";

/**
 * The weights w ≥ 0, Σ w = 1, of a blend Σ_k w_k · p_k, for which its loss ({@link lossOf}) is least on these rows. A
 * candidate is to be stored and computed for every prediction, so one with a weight below 0.05 is dropped, weight 0, and the
 * others are fitted again, until there is none. Of candidates with the same predictions, the first has the weight.
 *
 * The loss is convex. Of numbers it is a quadratic form, whose least value is found exactly ({@link nearestOnSimplex}). Of
 * classes and flags it is Newton's method, whose steps are such forms too, until the loss is within 1e-9 of the least.
 *
 * `prior` = m is, for classes and flags, that of each candidate m/K rows speak on which it alone is right (Dirichlet's
 * distribution with m/K more than 1); for numbers, to the same effect near equal weights, m · K · σ² · Σ_k (w_k − 1/K)² is
 * added to the sum of squares, σ² being the least mean square of a candidate.
 *
 * Breiman, "Stacked regressions", 1996; van der Laan, Polley and Hubbard, "Super learner", 2007.
 *
 * @param predictions of each candidate, (rows, width), row-major: of each row by a model that was not trained on it. Numbers
 *   count as they are scaled: standardise several that have not the same unit
 * @param targets (rows) for classes, else (rows, width)
 * @returns a weight for each candidate
 * @throws ConfigError if there is no candidate, or predictions and targets do not go together
 */
export function blendWeights(
  predictions: readonly Float64Array[],
  targets: ArrayLike<number>,
  options: BlendOptions,
): Float64Array {
  checkOptions(WHERE, options, ["kind", "width", "weights", "prior"]);
  const { kind, prior = 0 } = options;
  if (!isNumber(prior) || !(prior >= 0 && prior < Infinity)) {
    throw new ConfigError(`${WHERE}: prior is ${shown(prior)}, expected a finite number ≥ 0.`);
  }
  requireCandidates(WHERE, predictions);
  for (const each of predictions) checkPredictions(WHERE, each, targets, options);
  const weights = entryWeights(predictions[0]!.length, options);
  const columns =
    kind === "numbers" ? errors(predictions, targets) : likelihoods(predictions, targets, options);
  const solve = kind === "numbers" ? leastSquares : leastLogLoss;
  const least = Math.min(LEAST_WEIGHT, 0.5 / predictions.length);
  let kept = different(predictions);
  for (;;) {
    const found = solve(
      kept.map((candidate) => columns[candidate]!),
      weights,
      prior,
    );
    const left = kept.filter((_, i) => found[i]! >= least);
    if (left.length === kept.length) return scattered(found, kept, predictions.length);
    kept = left;
  }
}

/**
 * The blend Σ_k w_k · p_k, added in the order of the candidates. What has weight 0 is not read.
 * @param predictions of each candidate, all of one length
 * @throws ConfigError if there is no candidate, or not a weight for each
 */
export function blended(predictions: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  requireCandidates("blended", predictions);
  if (weights.length !== predictions.length) {
    throw new ConfigError(
      `blended: there are ${weights.length} weights, expected ${predictions.length}, one for each candidate.`,
    );
  }
  const sum = new Float64Array(predictions[0]!.length);
  predictions.forEach((each, k) => {
    const weight = weights[k]!;
    if (weight === 0) return;
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * each[i]!;
  });
  return sum;
}

/** @throws ConfigError unless there is a candidate, and all have predictions of one length */
function requireCandidates(where: string, predictions: readonly Float64Array[]): void {
  if (!Array.isArray(predictions) || predictions.length === 0) {
    const given = Array.isArray(predictions) ? "there are none" : `they are ${shown(predictions)}`;
    throw new ConfigError(`${where}: ${given}, expected an array with the predictions of each candidate.`);
  }
  const length: unknown = predictions[0]?.length;
  const other = predictions.findIndex((each) => each?.length !== length);
  if (other === -1) return;
  throw new ConfigError(
    `${where}: candidate ${other} has ${predictions[other]?.length} predictions, expected ${length} as the first.`,
  );
}

/** The candidates whose predictions no earlier one has. */
const different = (predictions: readonly Float64Array[]): number[] =>
  Array.from(predictions.keys()).filter(
    (k) => !predictions.slice(0, k).some((other) => other.every((value, i) => value === predictions[k]![i])),
  );

function scattered(weights: Float64Array, kept: readonly number[], count: number): Float64Array {
  const all = new Float64Array(count);
  kept.forEach((candidate, i) => {
    all[candidate] = weights[i]!;
  });
  return all;
}

/** How much each target counts: that of a row is divided among its flags or numbers. */
function entryWeights(length: number, { kind, width, weights }: PredictionOptions): Float64Array {
  const perRow = kind === "classes" ? 1 : width;
  const entries = kind === "classes" ? length / width : length;
  return Float64Array.from(
    { length: entries },
    (_, i) => (weights === undefined ? 1 : weights[Math.floor(i / perRow)]!) / perRow,
  );
}

/** The probability that each candidate gives to what is the case, for each target. */
function likelihoods(
  predictions: readonly Float64Array[],
  targets: ArrayLike<number>,
  { kind, width }: PredictionOptions,
): Float64Array[] {
  const of = (p: Float64Array, i: number) => {
    if (kind === "classes") return p[i * width + targets[i]!]!;
    return targets[i] === 0 ? 1 - p[i]! : p[i]!;
  };
  return predictions.map((p) =>
    Float64Array.from({ length: targets.length }, (_, i) => Math.max(of(p, i), EPSILON.float32)),
  );
}

/** Each candidate's errors, over the largest of all: their squares are neither too large nor 0. */
function errors(predictions: readonly Float64Array[], targets: ArrayLike<number>): Float64Array[] {
  const found = predictions.map((p) => p.map((value, i) => value - targets[i]!));
  let largest = 0;
  for (const each of found) for (const error of each) largest = Math.max(largest, Math.abs(error));
  return largest === 0 ? found : found.map((each) => each.map((error) => error / largest));
}

function leastSquares(columns: readonly Float64Array[], weights: Float64Array, prior: number): Float64Array {
  const k = columns.length;
  const gram = gramOf(columns, weights);
  let least = Infinity;
  for (let i = 0; i < k; i++) least = Math.min(least, gram[i * k + i]!);
  // On the simplex, Σ (w − 1/k)² is Σ w² but for a constant.
  const penalty = (prior * k * least) / sumOf(weights);
  for (let i = 0; i < k; i++) gram[i * k + i]! += penalty;
  return nearestOnSimplex(gram, k);
}

/**
 * The weights for which −Σ_i a_i · log Σ_k w_k · p_ik is least, a being the rows' weights and those of the prior.
 *
 * With r_ik = p_ik / Σ_l w_l · p_il, the second order of the loss around w is ½ Σ_i a_i · (Σ_k v_k · r_ik − 2)² and a constant:
 * Newton's step is again a least square, of r_k − 2. The means g_k of r_ik say how far it is to go: by convexity, the loss is
 * at most max g − 1 above the least. The step w_k · g_k of expectation maximisation always lowers the loss; Newton's is taken
 * where it does better.
 */
function leastLogLoss(
  likelihood: readonly Float64Array[],
  rowWeights: Float64Array,
  prior: number,
): Float64Array {
  const k = likelihood.length;
  const { columns, weights } = withPrior(likelihood, rowWeights, prior);
  const total = sumOf(weights);
  let found = new Float64Array(k).fill(1 / k);
  for (let step = 0; step < MOST_STEPS; step++) {
    const mix = mixed(columns, found);
    const ratios = columns.map((column) => column.map((value, i) => value / mix[i]!));
    const means = Float64Array.from(ratios, (ratio) => dot(ratio, weights) / total);
    if (means.every((mean) => mean <= 1 + GAP)) break;
    const cautious = inside(found.map((weight, i) => weight * means[i]!));
    const shifted = ratios.map((ratio) => ratio.map((value) => value - 2));
    const goal = nearestOnSimplex(gramOf(shifted, weights), k);
    // Each weight keeps a tenth of itself at every step, as the goal of an early one may be far off.
    const bold = inside(goal.map((weight, i) => Math.max(weight, found[i]! / 10)));
    found = logLossOf(columns, weights, bold) < logLossOf(columns, weights, cautious) ? bold : cautious;
  }
  return found;
}

/** With a row for each candidate, on which it alone is right. */
function withPrior(
  likelihood: readonly Float64Array[],
  rowWeights: Float64Array,
  prior: number,
): { columns: readonly Float64Array[]; weights: Float64Array } {
  if (prior === 0) return { columns: likelihood, weights: rowWeights };
  const rows = rowWeights.length;
  const k = likelihood.length;
  const columns = likelihood.map((column, i) => {
    const longer = new Float64Array(rows + k);
    longer.set(column);
    longer[rows + i] = 1;
    return longer;
  });
  const weights = new Float64Array(rows + k).fill(prior / k);
  weights.set(rowWeights);
  return { columns, weights };
}

/** Σ_k w_k · column_k. */
const mixed = blended;

function logLossOf(
  columns: readonly Float64Array[],
  rowWeights: Float64Array,
  weights: Float64Array,
): number {
  let sum = 0;
  mixed(columns, weights).forEach((mix, i) => {
    sum -= rowWeights[i]! * log(mix);
  });
  return sum;
}

/** With the sum 1, and none at the edge. */
function inside(weights: Float64Array): Float64Array<ArrayBuffer> {
  const least = weights.map((weight) => Math.max(weight, LEAST_ON_THE_WAY)) as Float64Array<ArrayBuffer>;
  const sum = sumOf(least);
  return least.map((weight) => weight / sum);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
