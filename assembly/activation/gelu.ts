/**
 *   geluForward   y[i]  = x[i] · Φ(x[i])
 *   geluBackward  dx[i] = dy[i] · (Φ(x[i]) + x[i] · φ(x[i]))
 *
 * Φ is the normal distribution, φ its density. All arrays have n elements; y may be x, dx may be dy. Source and errors:
 * `src/kernels/activation.ts`.
 */
import { atLeast, within } from "../inline/bounds";
import { normalBell, normalBelow } from "../inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "../inline/lanes";

function value<T>(x: v128): v128 {
  return v128.mul<T>(atLeast<T>(x), normalBelow<T>(x, normalBell<T>(x)));
}

function slope<T>(x: v128): v128 {
  const bell = normalBell<T>(x);
  const density = v128.mul<T>(v128.splat<T>(<T>0.3989422804014327), bell);
  return v128.add<T>(normalBelow<T>(x, bell), v128.mul<T>(within<T>(x), density));
}

export function geluForward<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, value<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function geluBackward<T>(dx: usize, dy: usize, at: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    const gradient = v128.mul<T>(loadUpTo<T>(dy, left), slope<T>(loadUpTo<T>(at, left)));
    storeUpTo<T>(dx, gradient, left);
    dx += 16;
    dy += 16;
    at += 16;
  }
}
