/** How far predictions are from what is the case, and whether the two go together. */
import { ConfigError } from "../errors.ts";
import { meanOverOutputs } from "../metrics/errorsByOutput.ts";
import { LogLossMetrics } from "../metrics/logLoss.ts";
import type { MetricTask } from "../metrics/metric.ts";
import { isNumber, requireInteger, shown } from "../options.ts";
import { type TargetKind, targetKinds } from "../targets.ts";

/** What predictions are of. */
export interface PredictionOptions {
  readonly kind: TargetKind;
  /** Numbers in a row of predictions, ≥ 1: the probabilities of classes or flags, or numbers. */
  readonly width: number;
  /** (rows), each ≥ 0 and not all 0: how much a row counts. Default: each counts 1. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** Larger numbers are refused: their differences could not be squared after they are divided by the largest. */
const MOST = 1e300;

/** What a prediction can be, and what a target. */
const RANGES = {
  classes: ["a probability from 0 to 1", "a class"],
  flags: ["a probability from 0 to 1", "0 or 1"],
  numbers: ["a number within ±1e300", "a number within ±1e300"],
} as const;

/**
 * The rows of these predictions.
 * @param predictions (rows, width), row-major
 * @param targets (rows) for classes, else (rows, width)
 * @throws ConfigError if there are none, the lengths do not go together, or a number is none that can be
 */
export function checkPredictions(
  where: string,
  predictions: Float64Array,
  targets: ArrayLike<number>,
  { kind, width, weights }: PredictionOptions,
): number {
  if (!Object.hasOwn(targetKinds, kind)) {
    throw new ConfigError(
      `${where}: kind is ${shown(kind)}, expected ${Object.keys(targetKinds).join(", ")}.`,
    );
  }
  requireInteger(`${where}: width`, width);
  if (!(predictions instanceof Float64Array)) {
    throw new ConfigError(`${where}: the predictions are ${shown(predictions)}, expected a Float64Array.`);
  }
  const rows = predictions.length / width;
  if (!Number.isInteger(rows) || rows === 0) {
    throw new ConfigError(
      `${where}: there are ${predictions.length} predictions, expected ${width} for each row, and one row or more.`,
    );
  }
  requireNumbers(`${where}: targets`, targets, kind === "classes" ? rows : rows * width);
  // A mean of ones, with weights whose sum is 1, may be above 1 by rounding.
  const isProbability = (value: number) => value >= 0 && value <= 1 + 1e-6;
  const isModest = (value: number) => value >= -MOST && value <= MOST;
  const isPrediction = kind === "numbers" ? isModest : isProbability;
  const isTarget = {
    classes: (value: number) => Number.isInteger(value) && value >= 0 && value < width,
    flags: (value: number) => value === 0 || value === 1,
    numbers: isModest,
  }[kind];
  const [prediction, target] = RANGES[kind];
  requireEach(`${where}: predictions`, predictions, isPrediction, prediction);
  requireEach(
    `${where}: targets`,
    targets,
    isTarget,
    kind === "classes" ? `${target} below ${width}` : target,
  );
  if (weights !== undefined) requireWeights(where, weights, rows);
  return rows;
}

/** @throws ConfigError unless there are so many weights, each a finite number ≥ 0, and one above 0 */
export function requireWeights(where: string, weights: ArrayLike<number>, rows: number): void {
  requireNumbers(`${where}: weights`, weights, rows);
  requireEach(`${where}: weights`, weights, (value) => value >= 0 && value < Infinity, "a finite number ≥ 0");
  if (Array.prototype.some.call(weights, (value) => value > 0)) return;
  throw new ConfigError(`${where}: all weights are 0, expected one above 0. Leave them out.`);
}

function requireNumbers(name: string, values: ArrayLike<number>, count: number): void {
  if (typeof values === "object" && values !== null && values.length === count) return;
  const length: unknown = (values as Partial<ArrayLike<number>> | null | undefined)?.length;
  const given =
    typeof values === "object" && isNumber(length) ? `has ${length} entries` : `is ${shown(values)}`;
  throw new ConfigError(`${name} ${given}, expected an array of ${count}.`);
}

function requireEach(
  name: string,
  values: ArrayLike<number>,
  isRight: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (isNumber(values[i]) && isRight(values[i]!)) continue;
    throw new ConfigError(`${name}[${i}] is ${shown(values[i])}, expected ${expected}.`);
  }
}

/**
 * What a choice between predictions goes by: the log loss of classes and flags, the mean squared error of numbers; of several
 * flags or numbers, the mean over them.
 *
 *   classes   Σ_i w_i · −log p_i(target) / Σ w_i
 *   flags     Σ_i w_i · −(1/c) Σ_j log p_ij(target) / Σ w_i
 *   numbers   Σ_i w_i · (1/c) Σ_j (y_ij − target_ij)² / Σ w_i
 *
 * Probabilities are clipped at 2⁻²³, as {@link LogLossMetrics} does of a model in float32.
 *
 * @param predictions (rows, width), row-major
 * @param targets (rows) for classes, else (rows, width)
 * @throws ConfigError if they do not go together
 */
export function lossOf(
  predictions: Float64Array,
  targets: ArrayLike<number>,
  options: PredictionOptions,
): number {
  const count = checkPredictions("lossOf", predictions, targets, options);
  const { kind, width, weights } = options;
  const task: MetricTask = { targets: kind, outputs: width, precision: "float32" };
  const collector =
    kind === "numbers"
      ? meanOverOutputs(
          task,
          (error) => error * error,
          (mean) => mean,
          undefined,
        )
      : new LogLossMetrics().begin(task);
  collector.add({
    count,
    predictions,
    targets: Float64Array.from(targets),
    weights: weights === undefined ? undefined : Float64Array.from(weights),
  });
  return collector.result();
}
