/**
 * The weights of samples in a loss, Σ_i w_i · l_i / Σ_i w_i. weights: (n) f64, or 0: there are none, and all are 1.
 *
 *   factor[i] = w_i / (Σ_i w_i / n)          0 if all weights are 0
 *   dz[i,j]   = dz[i,j] · factor[i] / (n · c)
 *
 * Weights that are all 1 give the bits of none. `src/kernels/sampleWeights.ts` defines it.
 */
import { lanes, loadUpTo, storeUpTo } from "./lanes";

/** The mean of the weights. */
export function meanWeight(weights: usize, n: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; i++) sum += load<f64>(weights + ((<usize>i) << 3));
  return sum / <f64>n;
}

/** The weight of sample i. */
export function weightOf(weights: usize, i: i32): f64 {
  return weights == 0 ? 1 : load<f64>(weights + ((<usize>i) << 3));
}

/** How much larger a weight is than the mean. */
export function weightFactor(weight: f64, mean: f64): f64 {
  return mean == 0 ? 0 : weight / mean;
}

/** dz = dz · factor / divisor, `count` numbers. */
export function scaleRow<T>(dz: usize, count: i32, factor: T, divisor: T): void {
  const factors = v128.splat<T>(factor);
  const divisors = v128.splat<T>(divisor);
  for (let left = count; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(dz, v128.div<T>(v128.mul<T>(loadUpTo<T>(dz, left), factors), divisors), left);
    dz += 16;
  }
}

/** The gradient of the mean over samples and outputs from the gradients of each. dz: (n, c). */
export function scaleGradient<T>(dz: usize, weights: usize, n: i32, c: i32): void {
  const divisor = <T>(<f64>n * <f64>c);
  if (weights == 0) {
    scaleRow<T>(dz, n * c, 1, divisor);
    return;
  }
  const mean = meanWeight(weights, n);
  const stride = <usize>c * sizeof<T>();
  for (let i = 0; i < n; i++) {
    scaleRow<T>(dz, c, <T>weightFactor(weightOf(weights, i), mean), divisor);
    dz += stride;
  }
}
