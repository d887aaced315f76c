/**
 * Batch normalisation in inference, by the moving averages.
 *
 *   y[i,j] = (x[i,j] − movingMean[j]) · (gamma[j] / sqrt(movingVariance[j] + epsilon)) + beta[j]
 *
 * x, y: (n, d), row-major; all others: (d). y may be x; nothing else overlaps.
 */
import { lanes, loadLanes, Part, storeLanes, Whole } from "../inline/lanes";

function batchNormInferenceColumns<T, W>(
  y: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  movingMean: usize,
  movingVariance: usize,
  n: i32,
  d: i32,
  epsilon: f64,
  left: i32,
): void {
  const stride = <usize>d * sizeof<T>();
  const eps = v128.splat<T>(<T>epsilon);
  const m = loadLanes<T, W>(movingMean, left);
  const b = loadLanes<T, W>(beta, left);
  const std = v128.sqrt<T>(v128.add<T>(loadLanes<T, W>(movingVariance, left), eps));
  const scale = v128.div<T>(loadLanes<T, W>(gamma, left), std);
  let p = x;
  let q = y;
  for (let i = 0; i < n; i++) {
    const centred = v128.sub<T>(loadLanes<T, W>(p, left), m);
    storeLanes<T, W>(q, v128.add<T>(v128.mul<T>(centred, scale), b), left);
    p += stride;
    q += stride;
  }
}

export function batchNormInference<T>(
  y: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  movingMean: usize,
  movingVariance: usize,
  n: i32,
  d: i32,
  epsilon: f64,
): void {
  let left = d;
  for (; left >= lanes<T>(); left -= lanes<T>()) {
    batchNormInferenceColumns<T, Whole>(y, x, gamma, beta, movingMean, movingVariance, n, d, epsilon, left);
    x += 16;
    y += 16;
    gamma += 16;
    beta += 16;
    movingMean += 16;
    movingVariance += 16;
  }
  if (left > 0)
    batchNormInferenceColumns<T, Part>(y, x, gamma, beta, movingMean, movingVariance, n, d, epsilon, left);
}
