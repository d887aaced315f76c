/**
 * Softmax, and the cross-entropy of softmax with the gradient by the logits in one pass, from max-shifted
 * log-probabilities, so that no exponential overflows and no logarithm meets 0.
 *
 *   shift[i,j] = z[i,j] − max_j z[i,j]          sum[i] = Σ_j exp(shift[i,j])
 *   softmax:      y[i,j]  = exp(shift[i,j]) / sum[i]
 *   loss          L       = −Σ_i (shift[i,label(i)] − log sum[i])        the sum over the rows, in float64
 *   gradient      dz[i,j] = (softmax[i,j] − [j = label(i)]) / n          of the mean loss
 *
 * z, y, dz: (n, c), row-major, c ≥ 1; labels: (n) bytes < c; loss: one f64. y may be z, dz may be z.
 * Sums run from the first element to the last.
 */
import { exp, log } from "./inline/elementary";
import { first, lanes, loadUpTo, storeUpTo } from "./inline/lanes";

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

function softmax<T>(y: usize, z: usize, n: i32, c: i32): void {
  const stride = <usize>c * sizeof<T>();
  for (let i = 0; i < n; i++) {
    const sum = exponentials<T>(y, z, c, rowMaximum<T>(z, c));
    for (let j = 0; j < c; j++) {
      const at = y + <usize>j * sizeof<T>();
      store<T>(at, load<T>(at) / sum);
    }
    y += stride;
    z += stride;
  }
}

function softmaxCrossEntropy<T>(loss: usize, dz: usize, z: usize, labels: usize, n: i32, c: i32): void {
  const stride = <usize>c * sizeof<T>();
  const rows = <T>n;
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const label = <usize>load<u8>(labels + i) * sizeof<T>();
    const maximum = rowMaximum<T>(z, c);
    const shifted = load<T>(z + label) - maximum;
    const sum = exponentials<T>(dz, z, c, maximum);
    const logSum = first<T>(log<T>(v128.splat<T>(sum)));
    total -= <f64>(shifted - logSum);
    for (let j = 0; j < c; j++) {
      const at = <usize>j * sizeof<T>();
      const probability = load<T>(dz + at) / sum;
      store<T>(dz + at, (at == label ? probability - <T>1 : probability) / rows);
    }
    z += stride;
    dz += stride;
  }
  store<f64>(loss, total);
}

export function softmaxF32(y: usize, z: usize, n: i32, c: i32): void {
  softmax<f32>(y, z, n, c);
}
export function softmaxF64(y: usize, z: usize, n: i32, c: i32): void {
  softmax<f64>(y, z, n, c);
}
export function softmaxCrossEntropyF32(
  loss: usize,
  dz: usize,
  z: usize,
  labels: usize,
  n: i32,
  c: i32,
): void {
  softmaxCrossEntropy<f32>(loss, dz, z, labels, n, c);
}
export function softmaxCrossEntropyF64(
  loss: usize,
  dz: usize,
  z: usize,
  labels: usize,
  n: i32,
  c: i32,
): void {
  softmaxCrossEntropy<f64>(loss, dz, z, labels, n, c);
}
