/**
 *   siluForward   y[i]  = x[i] · s, s = 1 / (1 + e^−x[i])
 *   siluBackward  dx[i] = dy[i] · s · (1 + x[i] · (1 − s))
 *
 * All arrays have n elements; y may be x, dx may be dy. Source and errors: `src/kernels/activation.ts`.
 */

import { atLeast, within } from "../inline/bounds";
import { sigmoid } from "../inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "../inline/lanes";

function value<T>(x: v128): v128 {
  return v128.mul<T>(atLeast<T>(x), sigmoid<T>(x));
}

function slope<T>(x: v128): v128 {
  const one = v128.splat<T>(<T>1);
  const c = within<T>(x);
  const s = sigmoid<T>(c);
  return v128.mul<T>(s, v128.add<T>(one, v128.mul<T>(c, v128.sub<T>(one, s))));
}

export function siluForward<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, value<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function siluBackward<T>(dx: usize, dy: usize, at: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    const gradient = v128.mul<T>(loadUpTo<T>(dy, left), slope<T>(loadUpTo<T>(at, left)));
    storeUpTo<T>(dx, gradient, left);
    dx += 16;
    dy += 16;
    at += 16;
  }
}
