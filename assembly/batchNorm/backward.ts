/**
 * Batch normalisation's backward pass, through the mean and the variance in full.
 *
 *   dBeta[j]  = Σ_i dy[i,j]
 *   dGamma[j] = Σ_i dy[i,j] · xHat[i,j]
 *   dx[i,j]   = gamma[j] · invStd[j] · (dy[i,j] − dBeta[j] / n − xHat[i,j] · dGamma[j] / n)
 *
 * xHat, dy, dx: (n, d), row-major; all others: (d). n ≥ 1. dx may be dy; nothing else overlaps. Sums run from the first row
 * to the last, whatever the lane: a column's bits do not depend on d.
 *
 * Two vectors of columns go side by side, as there are two sums for each: four do not fit into the registers and take 40%
 * longer at least.
 */
import { lanes, load1, loadLanes, Part, store1, storeLanes, Whole } from "../inline/lanes";

function batchNormBackwardColumns<T, W>(
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  dy: usize,
  xHat: usize,
  gamma: usize,
  invStd: usize,
  n: i32,
  d: i32,
  left: i32,
): void {
  const stride = <usize>d * sizeof<T>();
  const count = v128.splat<T>(<T>n);
  let sum = v128.splat<T>(<T>0);
  let product = v128.splat<T>(<T>0);
  let p = dy;
  let h = xHat;
  for (let i = 0; i < n; i++) {
    const v = loadLanes<T, W>(p, left);
    sum = v128.add<T>(sum, v);
    product = v128.add<T>(product, v128.mul<T>(v, loadLanes<T, W>(h, left)));
    p += stride;
    h += stride;
  }
  storeLanes<T, W>(dBeta, sum, left);
  storeLanes<T, W>(dGamma, product, left);
  const factor = v128.mul<T>(loadLanes<T, W>(gamma, left), loadLanes<T, W>(invStd, left));
  const meanDy = v128.div<T>(sum, count);
  const meanProduct = v128.div<T>(product, count);
  p = dy;
  h = xHat;
  let q = dx;
  for (let i = 0; i < n; i++) {
    const centred = v128.sub<T>(loadLanes<T, W>(p, left), meanDy);
    const rest = v128.sub<T>(centred, v128.mul<T>(loadLanes<T, W>(h, left), meanProduct));
    storeLanes<T, W>(q, v128.mul<T>(factor, rest), left);
    p += stride;
    h += stride;
    q += stride;
  }
}

/** Two vectors of columns, the second `o1` bytes behind the first, which are 16 if W says that all is whole; d is the stride. */
function batchNormBackwardPair<T, W>(
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  dy: usize,
  xHat: usize,
  gamma: usize,
  invStd: usize,
  n: i32,
  d: i32,
  o1: usize,
): void {
  const stride = <usize>d * sizeof<T>();
  const count = v128.splat<T>(<T>n);
  const end = dy + <usize>n * stride;
  let sum0 = v128.splat<T>(<T>0);
  let sum1 = sum0;
  let product0 = sum0;
  let product1 = sum0;
  let h = xHat;
  for (let p = dy; p != end; p += stride) {
    const v0 = v128.load(p);
    const v1 = load1<W>(p, o1);
    sum0 = v128.add<T>(sum0, v0);
    sum1 = v128.add<T>(sum1, v1);
    product0 = v128.add<T>(product0, v128.mul<T>(v0, v128.load(h)));
    product1 = v128.add<T>(product1, v128.mul<T>(v1, load1<W>(h, o1)));
    h += stride;
  }
  v128.store(dBeta, sum0);
  store1<W>(dBeta, o1, sum1);
  v128.store(dGamma, product0);
  store1<W>(dGamma, o1, product1);
  const factor0 = v128.mul<T>(v128.load(gamma), v128.load(invStd));
  const factor1 = v128.mul<T>(load1<W>(gamma, o1), load1<W>(invStd, o1));
  sum0 = v128.div<T>(sum0, count);
  sum1 = v128.div<T>(sum1, count);
  product0 = v128.div<T>(product0, count);
  product1 = v128.div<T>(product1, count);
  h = xHat;
  let q = dx;
  for (let p = dy; p != end; p += stride) {
    const rest0 = v128.sub<T>(v128.sub<T>(v128.load(p), sum0), v128.mul<T>(v128.load(h), product0));
    const rest1 = v128.sub<T>(v128.sub<T>(load1<W>(p, o1), sum1), v128.mul<T>(load1<W>(h, o1), product1));
    v128.store(q, v128.mul<T>(factor0, rest0));
    store1<W>(q, o1, v128.mul<T>(factor1, rest1));
    h += stride;
    q += stride;
  }
}

export function batchNormBackward<T>(
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  dy: usize,
  xHat: usize,
  gamma: usize,
  invStd: usize,
  n: i32,
  d: i32,
): void {
  let left = d;
  while (left > 0) {
    const vectors = (left + lanes<T>() - 1) / lanes<T>();
    let width = 2 * lanes<T>();
    if (vectors & 1) {
      width = lanes<T>();
      if (left < width)
        batchNormBackwardColumns<T, Part>(dx, dGamma, dBeta, dy, xHat, gamma, invStd, n, d, left);
      else batchNormBackwardColumns<T, Whole>(dx, dGamma, dBeta, dy, xHat, gamma, invStd, n, d, left);
    } else {
      // A row's last vector ends with the row, and may have columns in common with the one before.
      const second = <usize>(min(left, width) - lanes<T>()) * sizeof<T>();
      if (WIDE && second == 16)
        batchNormBackwardPair<T, Whole>(dx, dGamma, dBeta, dy, xHat, gamma, invStd, n, d, second);
      else batchNormBackwardPair<T, Part>(dx, dGamma, dBeta, dy, xHat, gamma, invStd, n, d, second);
    }
    left -= width;
    const step = <usize>width * sizeof<T>();
    dx += step;
    dGamma += step;
    dBeta += step;
    dy += step;
    xHat += step;
    gamma += step;
    invStd += step;
  }
}
