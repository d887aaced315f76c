/**
 *   tanhForward   y[i]  = tanh x[i]
 *   tanhBackward  dx[i] = dy[i] · (1 − y[i]) · (1 + y[i])
 *
 * All arrays have n elements; y may be x, dx may be dy. Errors: `src/kernels/activation.ts`.
 */
import { tanh } from "../inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "../inline/lanes";

function value<T>(x: v128): v128 {
  return tanh<T>(x);
}

function slope<T>(y: v128): v128 {
  const one = v128.splat<T>(<T>1);
  return v128.mul<T>(v128.sub<T>(one, y), v128.add<T>(one, y));
}

export function tanhForward<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, value<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function tanhBackward<T>(dx: usize, dy: usize, at: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    const gradient = v128.mul<T>(loadUpTo<T>(dy, left), slope<T>(loadUpTo<T>(at, left)));
    storeUpTo<T>(dx, gradient, left);
    dx += 16;
    dy += 16;
    at += 16;
  }
}
