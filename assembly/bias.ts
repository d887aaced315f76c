/**
 * A row vector added to every row of a matrix; and its gradient, the sums of the columns.
 *
 *   biasAdd     y[i,j]   = x[i,j] + bias[j]
 *   columnSums  dBias[j] = Σ_i dy[i,j], added from the first row to the last
 *
 * x, y, dy: (n, d), row-major; bias, dBias: (d). y may be x; nothing else overlaps.
 */
import { addBiasToRow } from "./inline/bias";
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

function biasAdd<T>(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  const row = <usize>d * sizeof<T>();
  for (let i = 0; i < n; i++) {
    addBiasToRow<T>(y, x, bias, d, false);
    x += row;
    y += row;
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
  biasAdd<f32>(y, x, bias, n, d);
}
export function biasAddF64(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  biasAdd<f64>(y, x, bias, n, d);
}
export function columnSumsF32(dBias: usize, dy: usize, n: i32, d: i32): void {
  columnSums<f32>(dBias, dy, n, d);
}
export function columnSumsF64(dBias: usize, dy: usize, n: i32, d: i32): void {
  columnSums<f64>(dBias, dy, n, d);
}
