/**
 *   mishForward   y[i]  = x[i] · tanh(log(1 + e)), e = e^x[i]:        y = x · w / (w + 2), w = e · (e + 2)
 *   mishBackward  dx[i] = dy[i] · (w / (w + 2) + x · 4 · e · (e + 1) / (w + 2)²)
 *
 * From x = 20 on, w / (w + 2) is 1. All arrays have n elements; y may be x, dx may be dy. Source and errors:
 * `src/kernels/activation.ts`.
 */
import { atLeast } from "../inline/bounds";
import { exp } from "../inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "../inline/lanes";

/** x, as far as its size matters to w / (w + 2). */
function bounded<T>(x: v128): v128 {
  return v128.pmin<T>(atLeast<T>(x), v128.splat<T>(<T>20));
}

function value<T>(x: v128): v128 {
  const two = v128.splat<T>(<T>2);
  const e = exp<T>(bounded<T>(x));
  const w = v128.mul<T>(e, v128.add<T>(e, two));
  return v128.mul<T>(atLeast<T>(x), v128.div<T>(w, v128.add<T>(w, two)));
}

function slope<T>(x: v128): v128 {
  const two = v128.splat<T>(<T>2);
  const c = bounded<T>(x);
  const e = exp<T>(c);
  const w = v128.mul<T>(e, v128.add<T>(e, two));
  const d = v128.add<T>(w, two);
  const four = v128.mul<T>(v128.splat<T>(<T>4), e);
  const change = v128.mul<T>(four, v128.add<T>(e, v128.splat<T>(<T>1)));
  return v128.add<T>(v128.div<T>(w, d), v128.mul<T>(c, v128.div<T>(v128.div<T>(change, d), d)));
}

export function mishForward<T>(y: usize, x: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, value<T>(loadUpTo<T>(x, left)), left);
    x += 16;
    y += 16;
  }
}

export function mishBackward<T>(dx: usize, dy: usize, at: usize, n: i32): void {
  for (let left = n; left > 0; left -= lanes<T>()) {
    const gradient = v128.mul<T>(loadUpTo<T>(dy, left), slope<T>(loadUpTo<T>(at, left)));
    storeUpTo<T>(dx, gradient, left);
    dx += 16;
    dy += 16;
    at += 16;
  }
}
