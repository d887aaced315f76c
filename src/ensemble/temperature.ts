/** One number that makes probabilities honest: as sharp as they are right. */
import { ConfigError } from "../errors.ts";
import { exp, log, sigmoid } from "../math.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import { checkPredictions, type PredictionOptions } from "./scores.ts";

export interface TemperatureOptions extends PredictionOptions {
  readonly kind: "classes" | "flags";
  /**
   * How many rows, ≥ 0, the belief is worth that any class may be the case, each as likely as the others, or either value of a
   * flag. Where few rows are all right, it is what keeps the probabilities from 1. Default: 0.
   */
  readonly prior?: number | undefined;
}

/** The sharpest and the flattest that is fitted: few rows could ask for more without a reason. */
const LEAST = 0.2;
const MOST = 5;

/** Halvings of the range of log T, which is then known to 1e-12. */
const HALVINGS = 42;

/** The least probability of a class: float32 has no smaller normal number. */
const LEAST_OF_CLASS = 2 ** -126;

/** The least probability of a flag, and of its opposite: what float32 rounds to 1 is at least 1 − 2⁻²⁵. */
const LEAST_OF_FLAG = 2 ** -25;

const WHERE = "fitTemperature";

/**
 * The temperature T, 0.2 ≤ T ≤ 5, for which the log loss of the probabilities at that temperature ({@link atTemperature}) is
 * least on these rows. Above 1, they were too sure of themselves; below 1, not sure enough, as after label smoothing or a mean
 * of several models. It changes no order of classes, so no prediction. 1 if the probabilities say the same at any temperature.
 *
 * The loss is convex in 1/T: its derivative is halved in on, in log T, by a fixed number of steps.
 *
 *   classes   Σ_i w_i · Σ_j q_ij · (log p_ij − log p_i(label)),  q_i the probabilities at T
 *   flags     −Σ_i w_i · Σ_j a_ij · sigmoid(−a_ij / T),          a_ij the logit of what is the case
 *
 * With `prior` = m, each of n rows is there another time for each class, with m/n of its weight divided among them: labels as Platt
 * has them, one of which is never certain.
 *
 * Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks", 2017; Platt, "Probabilistic outputs for support
 * vector machines", 1999.
 *
 * @param probabilities (rows, width), row-major, of rows that the model was not trained on
 * @param labels (rows) for classes, (rows, width) for flags
 * @throws ConfigError if they do not go together, or are numbers
 */
export function fitTemperature(
  probabilities: Float64Array,
  labels: ArrayLike<number>,
  options: TemperatureOptions,
): number {
  checkOptions(WHERE, options, ["kind", "width", "weights", "prior"]);
  const { kind, weights, prior = 0 } = options;
  requireProbabilities(WHERE, kind);
  if (!isNumber(prior) || !(prior >= 0 && prior < Infinity)) {
    throw new ConfigError(`${WHERE}: prior is ${shown(prior)}, expected a finite number ≥ 0.`);
  }
  const rows = checkPredictions(WHERE, probabilities, labels, options);
  const slopeOfRow = kind === "classes" ? slopeOfClasses : slopeOfFlags;
  const scores = scoresOf(probabilities, kind);
  const counted = weights === undefined ? rows : Array.from(weights).filter((weight) => weight > 0).length;
  const share = prior / counted;
  /** The derivative of the loss by 1/T. */
  const slope = (temperature: number) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      if (weight > 0) sum += weight * slopeOfRow(scores, labels, row, options.width, temperature, share);
    }
    return sum;
  };
  let [low, high] = [LEAST, MOST];
  const [atLow, atHigh] = [slope(low), slope(high)];
  if (atLow === 0 && atHigh === 0) return 1;
  if (atLow <= 0) return low;
  if (atHigh >= 0) return high;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

/**
 * The probabilities at a temperature T: p^(1/T) over its sum for classes, sigmoid(logit p / T) for each flag. At 1 they stay
 * as they are. So that a change of temperature reaches them as well, p of a class counts as 2⁻¹²⁶ at least, p and 1 − p of a
 * flag as 2⁻²⁵.
 *
 * @param probabilities (rows, width), row-major
 * @returns new ones
 * @throws ConfigError if the temperature is not above 0, or the kind has no probabilities
 */
export function atTemperature(
  probabilities: Float64Array,
  temperature: number,
  { kind, width }: Pick<TemperatureOptions, "kind" | "width">,
): Float64Array {
  requireProbabilities("atTemperature", kind);
  if (!isNumber(temperature) || !(temperature > 0 && temperature < Infinity)) {
    throw new ConfigError(
      `atTemperature: the temperature is ${shown(temperature)}, expected a finite number above 0.`,
    );
  }
  if (temperature === 1) return probabilities.slice();
  const scores = scoresOf(probabilities, kind);
  if (kind === "flags") return scores.map((score) => sigmoid(score / temperature));
  for (let first = 0; first < scores.length; first += width) {
    const row = scores.subarray(first, first + width);
    const largest = largestOf(row);
    let sum = 0;
    for (let j = 0; j < width; j++) {
      row[j] = exp((row[j]! - largest) / temperature);
      sum += row[j]!;
    }
    for (let j = 0; j < width; j++) row[j]! /= sum;
  }
  return scores;
}

function requireProbabilities(where: string, kind: unknown): void {
  if (kind === "classes" || kind === "flags") return;
  throw new ConfigError(`${where}: kind is ${shown(kind)}, expected classes or flags.`);
}

/** What a temperature divides: log p of each class, or the logit of each flag. */
const scoresOf = (probabilities: Float64Array, kind: "classes" | "flags"): Float64Array =>
  kind === "classes"
    ? probabilities.map((p) => log(Math.max(p, LEAST_OF_CLASS)))
    : probabilities.map((p) => log(Math.max(p, LEAST_OF_FLAG)) - log(Math.max(1 - p, LEAST_OF_FLAG)));

function largestOf(values: Float64Array): number {
  let largest = -Infinity;
  for (const value of values) largest = Math.max(largest, value);
  return largest;
}

function slopeOfClasses(
  scores: Float64Array,
  labels: ArrayLike<number>,
  row: number,
  width: number,
  temperature: number,
  share: number,
): number {
  const first = row * width;
  const own = scores.subarray(first, first + width);
  const label = own[labels[row]!]!;
  const largest = largestOf(own);
  let [sum, moment, others] = [0, 0, 0];
  for (const score of own) {
    const power = exp((score - largest) / temperature);
    sum += power;
    moment += power * (score - label);
    others += score - label;
  }
  return (1 + share) * (moment / sum) - share * (others / width);
}

function slopeOfFlags(
  scores: Float64Array,
  labels: ArrayLike<number>,
  row: number,
  width: number,
  temperature: number,
  share: number,
): number {
  let sum = 0;
  for (let j = row * width; j < (row + 1) * width; j++) {
    const right = labels[j] === 0 ? -scores[j]! : scores[j]!;
    sum +=
      right * ((share / 2) * sigmoid(right / temperature) - (1 + share / 2) * sigmoid(-right / temperature));
  }
  return sum;
}
