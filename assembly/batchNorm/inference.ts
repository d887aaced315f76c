/**
 * Batch normalisation in inference, by the moving averages.
 *
 *   y[i,j] = (x[i,j] − movingMean[j]) · (gamma[j] / sqrt(movingVariance[j] + epsilon)) + beta[j]
 *
 * x, y: (n, d), row-major; all others: (d). y may be x; nothing else overlaps.
 */
import { lanes, loadLanes, Part, storeLanes, Whole } from "../inline/lanes";

/** gamma / sqrt(variance + epsilon). */
function scaleOf<T>(gamma: v128, variance: v128, epsilon: v128): v128 {
  return v128.div<T>(gamma, v128.sqrt<T>(v128.add<T>(variance, epsilon)));
}

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
  const scale = scaleOf<T>(loadLanes<T, W>(gamma, left), loadLanes<T, W>(movingVariance, left), eps);
  let p = x;
  let q = y;
  for (let i = 0; i < n; i++) {
    const centred = v128.sub<T>(loadLanes<T, W>(p, left), m);
    storeLanes<T, W>(q, v128.add<T>(v128.mul<T>(centred, scale), b), left);
    p += stride;
    q += stride;
  }
}

/** Four vectors of columns. */
function batchNormInferenceFour<T>(
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
  const stride = <usize>d * sizeof<T>();
  const eps = v128.splat<T>(<T>epsilon);
  const s0 = scaleOf<T>(v128.load(gamma), v128.load(movingVariance), eps);
  const s1 = scaleOf<T>(v128.load(gamma, 16), v128.load(movingVariance, 16), eps);
  const s2 = scaleOf<T>(v128.load(gamma, 32), v128.load(movingVariance, 32), eps);
  const s3 = scaleOf<T>(v128.load(gamma, 48), v128.load(movingVariance, 48), eps);
  const m0 = v128.load(movingMean);
  const m1 = v128.load(movingMean, 16);
  const m2 = v128.load(movingMean, 32);
  const m3 = v128.load(movingMean, 48);
  const b0 = v128.load(beta);
  const b1 = v128.load(beta, 16);
  const b2 = v128.load(beta, 32);
  const b3 = v128.load(beta, 48);
  const end = x + <usize>n * stride;
  for (let p = x; p != end; p += stride) {
    const y0 = v128.add<T>(v128.mul<T>(v128.sub<T>(v128.load(p), m0), s0), b0);
    const y1 = v128.add<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 16), m1), s1), b1);
    const y2 = v128.add<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 32), m2), s2), b2);
    const y3 = v128.add<T>(v128.mul<T>(v128.sub<T>(v128.load(p, 48), m3), s3), b3);
    v128.store(y, y0);
    v128.store(y, y1, 16);
    v128.store(y, y2, 32);
    v128.store(y, y3, 48);
    y += stride;
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
  for (; left >= 4 * lanes<T>(); left -= 4 * lanes<T>()) {
    batchNormInferenceFour<T>(y, x, gamma, beta, movingMean, movingVariance, n, d, epsilon);
    x += 64;
    y += 64;
    gamma += 64;
    beta += 64;
    movingMean += 64;
    movingVariance += 64;
  }
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
