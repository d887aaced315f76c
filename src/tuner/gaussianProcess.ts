/** Regression by a Gaussian process (Rasmussen and Williams, "Gaussian processes for machine learning", 2006). */

import { cholesky, inverseFromFactor, solveLower, solveLowerTransposed } from "../linearAlgebra.ts";
import { exp, log } from "../math.ts";

/** What a Gaussian process with zero mean assumes of the function. */
export interface Hyperparameters {
  /** ℓ, one for each coordinate, > 0: the distance over which the function changes. */
  readonly lengths: readonly number[];
  /** σ_f², the function's variance. */
  readonly signal: number;
  /** σ_n², the variance of the measurements around it. */
  readonly noise: number;
}

/** A coordinate is a number, or the name of a category: any two that differ are at a distance of 1. */
export type Coordinate = "number" | "category";

const ROOT_5 = Math.sqrt(5);
const HALF_LOG_2_PI = 0.9189385332046728; // ½ log 2π

/**
 * A Gaussian process given measurements: Matérn 5/2 kernel with a length for each coordinate (ARD),
 *
 *   k(a, b) = σ_f² · (1 + √5 r + 5/3 r²) · e^(−√5 r),        r² = Σ_j (a_j − b_j)² / ℓ_j²
 *
 * where a category that differs adds 1/ℓ_j². A one-hot code has the same distances, but for a factor in ℓ_j.
 * The posterior at x (Rasmussen and Williams, Algorithm 2.1), with k = k(X, x) and K = k(X, X) + σ_n² I:
 *
 *   mean = kᵀ K⁻¹ y        variance = σ_f² − kᵀ K⁻¹ k        of the function, without the noise
 */
export class GaussianProcess {
  readonly #coordinates: readonly Coordinate[];
  readonly #points: readonly Float64Array[];
  readonly #factor: Float64Array;
  readonly #weights: Float64Array; // K⁻¹ y
  readonly #signal: number;
  readonly #scales: Float64Array; // 1 / ℓ²
  readonly #k: Float64Array;

  /**
   * @param coordinates the kind of each of d coordinates
   * @param points n of (d)
   * @param values (n), with a mean of about 0
   */
  constructor(
    coordinates: readonly Coordinate[],
    points: readonly Float64Array[],
    values: ArrayLike<number>,
    { lengths, signal, noise }: Hyperparameters,
  ) {
    const n = points.length;
    this.#coordinates = coordinates;
    this.#points = points;
    this.#signal = signal;
    this.#scales = Float64Array.from(lengths, (length) => 1 / (length * length));
    this.#k = new Float64Array(n);
    const covariance = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) covariance[i * n + j] = this.#kernel(points[i]!, points[j]!);
      covariance[i * n + i] = signal + noise;
    }
    this.#factor = cholesky(covariance, n);
    this.#weights = Float64Array.from(values);
    solveLower(this.#factor, n, this.#weights);
    solveLowerTransposed(this.#factor, n, this.#weights);
  }

  #kernel(a: Float64Array, b: Float64Array): number {
    let squared = 0;
    for (let j = 0; j < a.length; j++) {
      squared += this.#scales[j]! * squaredDistance(this.#coordinates[j]!, a[j]!, b[j]!);
    }
    const s = ROOT_5 * Math.sqrt(squared);
    return this.#signal * (1 + s + (s * s) / 3) * exp(-s);
  }

  /** The posterior's mean and variance at a point (d). The variance is ≥ 0 despite rounding. */
  predict(point: Float64Array): { mean: number; variance: number } {
    const k = this.#k;
    let mean = 0;
    for (let i = 0; i < k.length; i++) {
      k[i] = this.#kernel(this.#points[i]!, point);
      mean += k[i]! * this.#weights[i]!;
    }
    solveLower(this.#factor, k.length, k);
    let variance = this.#signal;
    for (let i = 0; i < k.length; i++) variance -= k[i]! * k[i]!;
    return { mean, variance: Math.max(variance, 0) };
  }
}

const squaredDistance = (coordinate: Coordinate, a: number, b: number): number =>
  coordinate === "number" ? (a - b) * (a - b) : a === b ? 0 : 1;

/**
 * The squared distances of all pairs of points, for each coordinate. They do not depend on the hyper-parameters.
 * (d) of (n (n − 1) / 2), in the order (1, 0), (2, 0), (2, 1), (3, 0), ….
 */
function pairDistances(coordinates: readonly Coordinate[], points: readonly Float64Array[]): Float64Array[] {
  return coordinates.map((coordinate, c) => {
    const distances = new Float64Array((points.length * (points.length - 1)) / 2);
    let pair = 0;
    for (let i = 0; i < points.length; i++) {
      for (let j = 0; j < i; j++) {
        distances[pair++] = squaredDistance(coordinate, points[i]![c]!, points[j]![c]!);
      }
    }
    return distances;
  });
}

/**
 * The log marginal likelihood of values under hyper-parameters, and its gradient by their logarithms, ℓ first, then σ_f²
 * and σ_n² (Rasmussen and Williams, 2.30 and 5.9):
 *
 *   log p(y) = −½ yᵀ K⁻¹ y − Σ_i log L_ii − n/2 · log 2π        ∂/∂θ = ½ tr((α αᵀ − K⁻¹) ∂K/∂θ),  α = K⁻¹ y
 */
export function logMarginalLikelihood(
  coordinates: readonly Coordinate[],
  points: readonly Float64Array[],
  values: ArrayLike<number>,
  hyperparameters: Hyperparameters,
): { value: number; gradient: Float64Array } {
  return likelihood(pairDistances(coordinates, points), values, hyperparameters);
}

function likelihood(
  distances: readonly Float64Array[],
  values: ArrayLike<number>,
  { lengths, signal, noise }: Hyperparameters,
): { value: number; gradient: Float64Array } {
  const n = values.length;
  const d = lengths.length;
  const scales = lengths.map((length) => 1 / (length * length));
  const covariance = new Float64Array(n * n);
  // ∂k/∂log ℓ_j = slope · (a_j − b_j)² / ℓ_j²,  slope = 5/3 · σ_f² · (1 + √5 r) · e^(−√5 r)
  const slopes = new Float64Array((n * (n - 1)) / 2);
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = 0; j < i; j++, pair++) {
      let squared = 0;
      for (let c = 0; c < d; c++) squared += scales[c]! * distances[c]![pair]!;
      const s = ROOT_5 * Math.sqrt(squared);
      const decay = signal * exp(-s);
      covariance[i * n + j] = decay * (1 + s + (s * s) / 3);
      slopes[pair] = (5 / 3) * decay * (1 + s);
    }
    covariance[i * n + i] = signal + noise;
  }
  const factor = cholesky(covariance, n);
  const inverse = inverseFromFactor(factor, n);
  const alpha = new Float64Array(n);
  let value = -n * HALF_LOG_2_PI;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) alpha[i]! += inverse[i * n + j]! * values[j]!;
    value -= 0.5 * alpha[i]! * values[i]! + log(factor[i * n + i]!);
  }
  const gradient = new Float64Array(d + 2);
  for (let i = 0, pair = 0; i < n; i++) {
    // Elements off the diagonal count twice, for both triangles, which takes away the ½.
    for (let j = 0; j < i; j++, pair++) {
      const pull = alpha[i]! * alpha[j]! - inverse[i * n + j]!;
      const slope = pull * slopes[pair]!;
      for (let c = 0; c < d; c++) gradient[c]! += slope * scales[c]! * distances[c]![pair]!;
      gradient[d]! += pull * covariance[i * n + j]!;
    }
    const pull = 0.5 * (alpha[i]! * alpha[i]! - inverse[i * n + i]!);
    gradient[d]! += pull * signal;
    gradient[d + 1]! += pull * noise;
  }
  return { value, gradient };
}

/** The prior of a hyper-parameter's logarithm: normal with this mean and deviation, within these bounds. */
interface Prior {
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

/** The lengths' prior, for coordinates from 0 to 1. It is weak: a factor of e costs half a unit of log likelihood. */
const LENGTH_PRIOR: Prior = { mean: log(0.5), deviation: 1, low: log(0.02), high: log(20) };
/** The signal's prior, for values with a variance of 1. */
const SIGNAL_PRIOR: Prior = { mean: 0, deviation: 1, low: log(0.05), high: log(20) };
/** The noise's prior. It is wide: a known function has no noise, the accuracy of a training has a lot. */
const NOISE_PRIOR: Prior = { mean: log(1e-3), deviation: 2, low: log(1e-6), high: 0 };

/** The lengths and the noise with which the fit starts: a rough function, and a smooth one with noise. */
const STARTS = [
  [0.3, 1e-4],
  [1, 1e-2],
] as const;
const ITERATIONS = 40;

/**
 * The best hyper-parameters that are found: those with a high log marginal likelihood plus log density of weak priors.
 * The method is Rprop (Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning", 1993; for this
 * purpose in Blum and Riedmiller, "Optimization of Gaussian process hyperparameters using Rprop", 2013), from two starts.
 * It needs only the signs of the gradient, and no random numbers.
 * @param points n of (d), numbers from 0 to 1
 * @param values (n), with a mean of 0 and a variance of 1
 */
export function fitHyperparameters(
  coordinates: readonly Coordinate[],
  points: readonly Float64Array[],
  values: ArrayLike<number>,
): Hyperparameters {
  const d = coordinates.length;
  const distances = pairDistances(coordinates, points);
  const priors = [...coordinates.map(() => LENGTH_PRIOR), SIGNAL_PRIOR, NOISE_PRIOR];
  const at = (theta: Float64Array): Hyperparameters => ({
    lengths: Array.from(theta.subarray(0, d), exp),
    signal: exp(theta[d]!),
    noise: exp(theta[d + 1]!),
  });
  /** The log posterior density, but for a constant, and its gradient. */
  const objective = (theta: Float64Array) => {
    const { value, gradient } = likelihood(distances, values, at(theta));
    let density = value;
    priors.forEach(({ mean, deviation }, p) => {
      const z = (theta[p]! - mean) / deviation;
      density -= 0.5 * z * z;
      gradient[p]! -= z / deviation;
    });
    return { value: density, gradient };
  };
  let best = new Float64Array(d + 2);
  let bestValue = -Infinity;
  for (const [length, noise] of STARTS) {
    const theta = Float64Array.from(priors, (_, p) => log(p < d ? length : p === d ? 1 : noise));
    const steps = new Float64Array(d + 2).fill(0.3);
    let before = new Float64Array(d + 2);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const { value, gradient } = objective(theta);
      if (value > bestValue) {
        bestValue = value;
        best = theta.slice();
      }
      for (let p = 0; p < d + 2; p++) {
        const agreement = gradient[p]! * before[p]!;
        if (agreement > 0) steps[p] = Math.min(steps[p]! * 1.2, 1);
        if (agreement < 0) {
          // The step went too far: stay for an iteration, then go on in smaller steps.
          steps[p]! *= 0.5;
          gradient[p] = 0;
        }
        const { low, high } = priors[p]!;
        theta[p] = Math.min(Math.max(theta[p]! + Math.sign(gradient[p]!) * steps[p]!, low), high);
      }
      before = gradient as Float64Array<ArrayBuffer>;
    }
  }
  return at(best);
}
