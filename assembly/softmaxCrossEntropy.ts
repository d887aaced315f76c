/**
 * Softmax, and the cross-entropy of softmax with the gradient by the logits in one pass, from max-shifted
 * log-probabilities, so that no exponential overflows and no logarithm meets 0.
 *
 *   shift[i,j] = z[i,j] − max_j z[i,j]          sum[i] = Σ_j exp(shift[i,j])
 *   softmax:      y[i,j]  = exp(shift[i,j]) / sum[i]
 *   loss          L       = −Σ_i (shift[i,label(i)] − log sum[i])        the sum over the rows, in float64
 *   gradient      dz[i,j] = (softmax[i,j] − [j = label(i)]) / n          of the mean loss
 *
 * With weights and label smoothing, q[i,j] = (1 − smoothing) · [j = label(i)] + smoothing / c being the smoothed label:
 *
 *   loss          L       = −Σ_i w_i · ((1 − smoothing) · (shift[i,label(i)] − log sum[i])
 *                                       + smoothing · (Σ_j shift[i,j] / c − log sum[i]))
 *   gradient      dz[i,j] = (softmax[i,j] − q[i,j]) · factor[i] / n              see inline/sampleWeights.ts
 *
 * z, y, dz: (n, c), row-major, c ≥ 1; labels: (n) < c, bytes or, with weights or smoothing, of type L; loss: one f64. y may be z, dz may be z.
 * Sums run from the first element to the last. As many rows as a vector has lanes go together, a lane for each, element by
 * element: a quarter of the time for the maxima and logarithms.
 */
import { exp, log } from "./inline/elementary";
import { first, lanes, loadUpTo, storeUpTo } from "./inline/lanes";
import { meanWeight, scaleRow, weightFactor, weightOf } from "./inline/sampleWeights";

/** out[j] = exp(z[j] − max); returns the sum. `out` may be `z`. */
function exponentials<T>(out: usize, z: usize, c: i32, maximum: T): T {
  const shift = v128.splat<T>(maximum);
  for (let j = 0; j < c; j += lanes<T>()) {
    const at = <usize>j * sizeof<T>();
    storeUpTo<T>(out + at, exp<T>(v128.sub<T>(loadUpTo<T>(z + at, c - j), shift)), c - j);
  }
  let sum = <T>0;
  for (let j = 0; j < c; j++) sum += load<T>(out + <usize>j * sizeof<T>());
  return sum;
}

function rowMaximum<T>(z: usize, c: i32): T {
  let maximum = load<T>(z);
  for (let j = 1; j < c; j++) {
    const v = load<T>(z + <usize>j * sizeof<T>());
    if (v > maximum) maximum = v;
  }
  return maximum;
}

/** One element of each of a vector's rows: from `p0` in the first, `p1` in the second, … */
function loadRows<T>(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(p1, v128.load64_zero(p0), 1);
  const two = v128.load32_lane(p1, v128.load32_zero(p0), 1);
  return v128.load32_lane(p3, v128.load32_lane(p2, two, 2), 3);
}

/** {@link rowMaximum} of a vector's rows, without branches, as none can foresee which value is the largest so far. */
function rowMaxima<T>(z: usize, stride: usize, c: i32): v128 {
  const end = z + <usize>c * sizeof<T>();
  let maxima = loadRows<T>(z, z + stride, z + 2 * stride, z + 3 * stride);
  for (let p = z + sizeof<T>(); p < end; p += sizeof<T>()) {
    maxima = v128.pmax<T>(maxima, loadRows<T>(p, p + stride, p + 2 * stride, p + 3 * stride));
  }
  return maxima;
}

/** The counterpart of {@link loadRows}. */
function storeRows<T>(p0: usize, p1: usize, p2: usize, p3: usize, v: v128): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(p0, v, 0);
    v128.store64_lane(p1, v, 1);
    return;
  }
  v128.store32_lane(p0, v, 0);
  v128.store32_lane(p1, v, 1);
  v128.store32_lane(p2, v, 2);
  v128.store32_lane(p3, v, 3);
}

/** {@link exponentials} of a vector's rows, element by element. */
function exponentialsOfRows<T>(out: usize, z: usize, stride: usize, c: i32, maxima: v128): v128 {
  const end = z + <usize>c * sizeof<T>();
  let sums = v128.splat<T>(<T>0);
  for (let p = z; p < end; p += sizeof<T>()) {
    const row = loadRows<T>(p, p + stride, p + 2 * stride, p + 3 * stride);
    const powers = exp<T>(v128.sub<T>(row, maxima));
    sums = v128.add<T>(sums, powers);
    storeRows<T>(out, out + stride, out + 2 * stride, out + 3 * stride, powers);
    out += sizeof<T>();
  }
  return sums;
}

/** y[i,j] = y[i,j] / sums[i] / count, of a vector's rows. */
function divideRows<T>(y: usize, stride: usize, c: i32, sums: v128, count: T): void {
  const counts = v128.splat<T>(count);
  const end = y + <usize>c * sizeof<T>();
  for (let p = y; p < end; p += sizeof<T>()) {
    const row = loadRows<T>(p, p + stride, p + 2 * stride, p + 3 * stride);
    const divided = v128.div<T>(v128.div<T>(row, sums), counts);
    storeRows<T>(p, p + stride, p + 2 * stride, p + 3 * stride, divided);
  }
}

/** y[j] = y[j] / sum. */
function divideRow<T>(y: usize, c: i32, sum: T): void {
  const divisor = v128.splat<T>(sum);
  for (let left = c; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, v128.div<T>(loadUpTo<T>(y, left), divisor), left);
    y += 16;
  }
}

export function softmax<T>(y: usize, z: usize, n: i32, c: i32): void {
  const stride = <usize>c * sizeof<T>();
  let i = 0;
  for (; i + lanes<T>() <= n; i += lanes<T>()) {
    const sums = exponentialsOfRows<T>(y, z, stride, c, rowMaxima<T>(z, stride, c));
    divideRows<T>(y, stride, c, sums, 1);
    y += <usize>lanes<T>() * stride;
    z += <usize>lanes<T>() * stride;
  }
  for (; i < n; i++) {
    divideRow<T>(y, c, exponentials<T>(y, z, c, rowMaximum<T>(z, c)));
    y += stride;
    z += stride;
  }
}

/** dz[j] = (dz[j] / sum − [j = label]) / rows, where dz holds the exponentials. */
function gradientRow<T>(dz: usize, c: i32, label: usize, sum: T, rows: T): void {
  const atLabel = (load<T>(dz + label) / sum - <T>1) / rows;
  const divisor = v128.splat<T>(sum);
  const count = v128.splat<T>(rows);
  let p = dz;
  for (let left = c; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(p, v128.div<T>(v128.div<T>(loadUpTo<T>(p, left), divisor), count), left);
    p += 16;
  }
  store<T>(dz + label, atLabel);
}

export function softmaxCrossEntropy<T>(
  loss: usize,
  dz: usize,
  z: usize,
  labels: usize,
  n: i32,
  c: i32,
): void {
  const size = sizeof<T>();
  const stride = <usize>c * size;
  const rows = <T>n;
  let total: f64 = 0;
  let i = 0;
  for (; i + lanes<T>() <= n; i += lanes<T>()) {
    const label0 = <usize>load<u8>(labels + i) * size;
    const label1 = <usize>load<u8>(labels + i, 1) * size;
    const label2 = size == 4 ? <usize>load<u8>(labels + i, 2) * size : 0;
    const label3 = size == 4 ? <usize>load<u8>(labels + i, 3) * size : 0;
    const maxima = rowMaxima<T>(z, stride, c);
    // This is read before the exponentials, which may take the logits' place, are written.
    const labelled = loadRows<T>(
      z + label0,
      z + stride + label1,
      z + 2 * stride + label2,
      z + 3 * stride + label3,
    );
    const sums = exponentialsOfRows<T>(dz, z, stride, c, maxima);
    const terms = v128.sub<T>(v128.sub<T>(labelled, maxima), log<T>(sums));
    total -= <f64>v128.extract_lane<T>(terms, 0);
    total -= <f64>v128.extract_lane<T>(terms, 1);
    if (size == 4) {
      total -= <f64>v128.extract_lane<T>(terms, 2);
      total -= <f64>v128.extract_lane<T>(terms, 3);
    }
    const p0 = dz + label0;
    const p1 = dz + stride + label1;
    const p2 = dz + 2 * stride + label2;
    const p3 = dz + 3 * stride + label3;
    const atLabels = v128.sub<T>(v128.div<T>(loadRows<T>(p0, p1, p2, p3), sums), v128.splat<T>(<T>1));
    divideRows<T>(dz, stride, c, sums, rows);
    storeRows<T>(p0, p1, p2, p3, v128.div<T>(atLabels, v128.splat<T>(rows)));
    z += <usize>lanes<T>() * stride;
    dz += <usize>lanes<T>() * stride;
  }
  for (; i < n; i++) {
    const label = <usize>load<u8>(labels + i) * size;
    const maximum = rowMaximum<T>(z, c);
    const shifted = load<T>(z + label) - maximum;
    const sum = exponentials<T>(dz, z, c, maximum);
    total -= <f64>(shifted - first<T>(log<T>(v128.splat<T>(sum))));
    gradientRow<T>(dz, c, label, sum, rows);
    z += stride;
    dz += stride;
  }
  store<f64>(loss, total);
}

/** Σ_j (z[j] − max), in float64. */
function shiftedSum<T>(z: usize, c: i32, maximum: T): f64 {
  let sum: f64 = 0;
  for (let j = 0; j < c; j++) sum += <f64>(<T>(load<T>(z + <usize>j * sizeof<T>()) - maximum));
  return sum;
}

/** dz[j] = dz[j] / sum − q[j], where dz holds the exponentials. */
function differences<T>(dz: usize, c: i32, label: usize, sum: T, atLabel: T, others: T): void {
  const labelled = load<T>(dz + label) / sum - atLabel;
  const divisor = v128.splat<T>(sum);
  const rest = v128.splat<T>(others);
  let p = dz;
  for (let left = c; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(p, v128.sub<T>(v128.div<T>(loadUpTo<T>(p, left), divisor), rest), left);
    p += 16;
  }
  store<T>(dz + label, labelled);
}

/** The same with weights (or 0, for none), smoothing and labels of any type. Without the two it gives the same bits. */
export function weightedCrossEntropy<T, L>(
  loss: usize,
  dz: usize,
  z: usize,
  labels: usize,
  weights: usize,
  n: i32,
  c: i32,
  smoothing: f64,
): void {
  const stride = <usize>c * sizeof<T>();
  const rows = <T>n;
  const mean = weights == 0 ? 1 : meanWeight(weights, n);
  const atLabel = <T>(1 - smoothing + smoothing / <f64>c);
  const others = <T>(smoothing / <f64>c);
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const label = <usize>load<L>(labels + <usize>i * sizeof<L>()) * sizeof<T>();
    const weight = weightOf(weights, i);
    const maximum = rowMaximum<T>(z, c);
    const shifted = load<T>(z + label) - maximum;
    const all = smoothing == 0 ? 0 : shiftedSum<T>(z, c, maximum);
    const sum = exponentials<T>(dz, z, c, maximum);
    const logSum = first<T>(log<T>(v128.splat<T>(sum)));
    let term = <f64>(<T>(shifted - logSum));
    if (smoothing != 0) {
      term = (1 - smoothing) * term + smoothing * (all / <f64>c - <f64>logSum);
    }
    total -= weight * term;
    differences<T>(dz, c, label, sum, atLabel, others);
    scaleRow<T>(dz, c, <T>weightFactor(weight, mean), rows);
    z += stride;
    dz += stride;
  }
  store<f64>(loss, total);
}
