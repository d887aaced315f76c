/**
 * A factor for every column of a matrix; and its gradient.
 *
 *   scale          y[i,j]    = x[i,j] · factor[j]
 *   scaleGradient  dFactor[j] = Σ_i dy[i,j] · x[i,j], added from the first row to the last
 *
 * x, y, dy: (n, d), row-major; factor, dFactor: (d). y may be x; nothing else overlaps.
 */
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

export function scale<T>(y: usize, x: usize, factor: usize, n: i32, d: i32): void {
  const stride = <usize>d * sizeof<T>();
  for (let i = 0; i < n; i++) {
    let at: usize = 0;
    for (let left = d; left > 0; left -= lanes<T>()) {
      const product = v128.mul<T>(loadUpTo<T>(x + at, left), loadUpTo<T>(factor + at, left));
      storeUpTo<T>(y + at, product, left);
      at += 16;
    }
    x += stride;
    y += stride;
  }
}

export function scaleGradient<T>(dFactor: usize, dy: usize, x: usize, n: i32, d: i32): void {
  const stride = <usize>d * sizeof<T>();
  for (let left = d; left > 0; left -= lanes<T>()) {
    let sum = v128.splat<T>(<T>0);
    let at: usize = 0;
    for (let i = 0; i < n; i++) {
      sum = v128.add<T>(sum, v128.mul<T>(loadUpTo<T>(dy + at, left), loadUpTo<T>(x + at, left)));
      at += stride;
    }
    storeUpTo<T>(dFactor, sum, left);
    dFactor += 16;
    dy += 16;
    x += 16;
  }
}
