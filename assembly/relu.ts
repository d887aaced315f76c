/**
 * The rectifier and its derivative.
 *
 *   reluForward   y[i]  = x[i] if x[i] > 0 or x[i] is NaN, else 0
 *   reluBackward  dx[i] = dy[i] if y[i] > 0, else 0
 *
 * The derivative at 0 is 0. A NaN passes forward, so that a broken training shows in the loss. All arrays have n
 * elements; y may be x, dx may be dy. Two vectors go side by side, which V8 can widen.
 */
import { lanes, loadPartial, storePartial } from "./inline/lanes";
import { rectified } from "./inline/rectified";

/** dy where y > 0. */
function passed<T>(dy: v128, y: v128): v128 {
  return v128.and(dy, v128.gt<T>(y, v128.splat<T>(<T>0)));
}

export function reluForward<T>(y: usize, x: usize, n: i32): void {
  const bytes = <usize>n * sizeof<T>();
  const pairs = x + (bytes & ~31);
  for (; x < pairs; x += 32) {
    const a = rectified<T>(v128.load(x));
    const b = rectified<T>(v128.load(x, 16));
    v128.store(y, a);
    v128.store(y, b, 16);
    y += 32;
  }
  if (bytes & 16) {
    v128.store(y, rectified<T>(v128.load(x)));
    x += 16;
    y += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) storePartial<T>(y, rectified<T>(loadPartial<T>(x, left)), left);
}

export function reluBackward<T>(dx: usize, dy: usize, y: usize, n: i32): void {
  const bytes = <usize>n * sizeof<T>();
  const pairs = y + (bytes & ~31);
  for (; y < pairs; y += 32) {
    const a = passed<T>(v128.load(dy), v128.load(y));
    const b = passed<T>(v128.load(dy, 16), v128.load(y, 16));
    v128.store(dx, a);
    v128.store(dx, b, 16);
    dx += 32;
    dy += 32;
  }
  if (bytes & 16) {
    v128.store(dx, passed<T>(v128.load(dy), v128.load(y)));
    dx += 16;
    dy += 16;
    y += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) storePartial<T>(dx, passed<T>(loadPartial<T>(dy, left), loadPartial<T>(y, left)), left);
}
