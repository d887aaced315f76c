/**
 * A row vector added to every row of a matrix, with or without the rectifier behind it; and its gradient, the sums of
 * the columns.
 *
 *   biasAdd     y[i,j]   = x[i,j] + bias[j]
 *   biasAddRelu y[i,j]   = x[i,j] + bias[j] if that is positive or NaN, else 0
 *   columnSums  dBias[j] = Σ_i dy[i,j], added from the first row to the last
 *
 * x, y, dy: (n, d), row-major; bias, dBias: (d). y may be x; nothing else overlaps.
 */
import { lanes, loadPartial, loadUpTo, storePartial, storeUpTo } from "./inline/lanes";
import { rectified } from "./inline/rectified";

function biasAdd<T>(y: usize, x: usize, bias: usize, n: i32, d: i32, rectify: bool): void {
  const full = (<usize>d * sizeof<T>()) & ~15;
  const left = d & (lanes<T>() - 1);
  const rest = <usize>left * sizeof<T>();
  for (let i = 0; i < n; i++) {
    let b = bias;
    const end = x + full;
    while (x < end) {
      const sum = v128.add<T>(v128.load(x), v128.load(b));
      v128.store(y, rectify ? rectified<T>(sum) : sum);
      x += 16;
      y += 16;
      b += 16;
    }
    if (left) {
      const sum = v128.add<T>(loadPartial<T>(x, left), loadPartial<T>(b, left));
      storePartial<T>(y, rectify ? rectified<T>(sum) : sum, left);
      x += rest;
      y += rest;
    }
  }
}

function columnSums<T>(dBias: usize, dy: usize, n: i32, d: i32): void {
  const stride = <usize>d * sizeof<T>();
  for (let left = d; left > 0; left -= lanes<T>()) {
    let sum = v128.splat<T>(<T>0);
    let p = dy;
    for (let i = 0; i < n; i++) {
      sum = v128.add<T>(sum, loadUpTo<T>(p, left));
      p += stride;
    }
    storeUpTo<T>(dBias, sum, left);
    dy += 16;
    dBias += 16;
  }
}

export function biasAddF32(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  biasAdd<f32>(y, x, bias, n, d, false);
}
export function biasAddF64(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  biasAdd<f64>(y, x, bias, n, d, false);
}
export function biasAddReluF32(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  biasAdd<f32>(y, x, bias, n, d, true);
}
export function biasAddReluF64(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  biasAdd<f64>(y, x, bias, n, d, true);
}
export function columnSumsF32(dBias: usize, dy: usize, n: i32, d: i32): void {
  columnSums<f32>(dBias, dy, n, d);
}
export function columnSumsF64(dBias: usize, dy: usize, n: i32, d: i32): void {
  columnSums<f64>(dBias, dy, n, d);
}
