/**
 * The rectifier and its derivative.
 *
 *   reluForward   y[i]  = x[i] if x[i] > 0 or x[i] is NaN, else 0
 *   reluBackward  dx[i] = dy[i] if y[i] > 0, else 0
 *
 * The derivative at 0 is 0. A NaN passes forward, so that a broken training shows in the loss. All arrays have n
 * elements; y may be x, dx may be dy.
 */
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

function reluForward<T>(y: usize, x: usize, n: i32): void {
  const zero = v128.splat<T>(<T>0);
  for (let left = n; left > 0; left -= lanes<T>()) {
    const v = loadUpTo<T>(x, left);
    // Keeps what is not ≤ 0: −0 becomes 0, NaN stays.
    storeUpTo<T>(y, v128.andnot(v, v128.le<T>(v, zero)), left);
    x += 16;
    y += 16;
  }
}

function reluBackward<T>(dx: usize, dy: usize, y: usize, n: i32): void {
  const zero = v128.splat<T>(<T>0);
  for (let left = n; left > 0; left -= lanes<T>()) {
    const active = v128.gt<T>(loadUpTo<T>(y, left), zero);
    storeUpTo<T>(dx, v128.and(loadUpTo<T>(dy, left), active), left);
    dx += 16;
    dy += 16;
    y += 16;
  }
}

export function reluForwardF32(y: usize, x: usize, n: i32): void {
  reluForward<f32>(y, x, n);
}
export function reluForwardF64(y: usize, x: usize, n: i32): void {
  reluForward<f64>(y, x, n);
}
export function reluBackwardF32(dx: usize, dy: usize, y: usize, n: i32): void {
  reluBackward<f32>(dx, dy, y, n);
}
export function reluBackwardF64(dx: usize, dy: usize, y: usize, n: i32): void {
  reluBackward<f64>(dx, dy, y, n);
}
