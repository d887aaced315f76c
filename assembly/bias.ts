/**
 * A row vector added to every row of a matrix; and its gradient, the sums of the columns.
 *
 *   biasAdd     y[i,j]   = x[i,j] + bias[j]
 *   columnSums  sums[j]  = Σ_i x[i,j], added from the first row to the last
 *
 * x, y: (n, d), row-major; bias, sums: (d). y may be x; nothing else overlaps.
 */
import { addBiasToRow } from "./inline/bias";
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

export function biasAdd<T>(y: usize, x: usize, bias: usize, n: i32, d: i32): void {
  const row = <usize>d * sizeof<T>();
  for (let i = 0; i < n; i++) {
    addBiasToRow<T>(y, x, bias, d, false);
    x += row;
    y += row;
  }
}

export function columnSums<T>(sums: usize, x: usize, n: i32, d: i32): void {
  const stride = <usize>d * sizeof<T>();
  let left = d;
  // An addition waits for the one before it, so four vectors of columns go side by side.
  for (; left >= 4 * lanes<T>(); left -= 4 * lanes<T>()) {
    let s0 = v128.splat<T>(<T>0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    const end = x + <usize>n * stride;
    for (let p = x; p != end; p += stride) {
      s0 = v128.add<T>(s0, v128.load(p));
      s1 = v128.add<T>(s1, v128.load(p, 16));
      s2 = v128.add<T>(s2, v128.load(p, 32));
      s3 = v128.add<T>(s3, v128.load(p, 48));
    }
    v128.store(sums, s0);
    v128.store(sums, s1, 16);
    v128.store(sums, s2, 32);
    v128.store(sums, s3, 48);
    x += 64;
    sums += 64;
  }
  for (; left > 0; left -= lanes<T>()) {
    let sum = v128.splat<T>(<T>0);
    let p = x;
    for (let i = 0; i < n; i++) {
      sum = v128.add<T>(sum, loadUpTo<T>(p, left));
      p += stride;
    }
    storeUpTo<T>(sums, sum, left);
    x += 16;
    sums += 16;
  }
}
