/**
 *   seluForward   y[i]  = λ · x[i] if x[i] > 0, else λ · α · (e^x[i] − 1)
 *   seluBackward  dx[i] = dy[i] · λ if y[i] > 0, else dy[i] · (y[i] + λ · α)
 *
 * All arrays have n elements; y may be x, dx may be dy. Source and errors: `src/kernels/activation.ts`.
 */
import { expm1 } from "../inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "../inline/lanes";

function positive<T>(x: v128): v128 {
  return v128.gt<T>(x, v128.splat<T>(<T>0));
}

function scale<T>(): v128 {
  return v128.splat<T>(<T>1.0507009873554805);
}

/** λ · α. */
function depth<T>(): v128 {
  return v128.splat<T>(<T>1.7580993408473766);
}

function value<T>(x: v128): v128 {
  return v128.bitselect(v128.mul<T>(scale<T>(), x), v128.mul<T>(depth<T>(), expm1<T>(x)), positive<T>(x));
}

function slope<T>(y: v128): v128 {
  return v128.bitselect(scale<T>(), v128.add<T>(y, depth<T>()), positive<T>(y));
}

export function seluForward<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, value<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function seluBackward<T>(dx: usize, dy: usize, at: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    const gradient = v128.mul<T>(loadUpTo<T>(dy, left), slope<T>(loadUpTo<T>(at, left)));
    storeUpTo<T>(dx, gradient, left);
    dx += 16;
    dy += 16;
    at += 16;
  }
}
