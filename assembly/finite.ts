/**
 * Whether no number is infinite or NaN.
 *
 *   allFinite   result = 1 if every x[i] is finite, else 0
 *
 * x: n elements; result: one f64. 0 times a number is 0 if it is finite, else NaN, which no sum loses. There are four sums, as an
 * addition has to wait for the one before it.
 */
import { lanes, loadPartial } from "./inline/lanes";

/** sum + 0 · v. */
function withZero<T>(sum: v128, v: v128, zero: v128): v128 {
  return v128.add<T>(sum, v128.mul<T>(v, zero));
}

export function allFinite<T>(result: usize, x: usize, n: i32): void {
  const zero = v128.splat<T>(<T>0);
  let s0 = zero;
  let s1 = zero;
  let s2 = zero;
  let s3 = zero;
  const bytes = <usize>n * sizeof<T>();
  const blocks = x + (bytes & ~63);
  for (; x < blocks; x += 64) {
    s0 = withZero<T>(s0, v128.load(x), zero);
    s1 = withZero<T>(s1, v128.load(x, 16), zero);
    s2 = withZero<T>(s2, v128.load(x, 32), zero);
    s3 = withZero<T>(s3, v128.load(x, 48), zero);
  }
  const end = x + (bytes & 48);
  for (; x < end; x += 16) s0 = withZero<T>(s0, v128.load(x), zero);
  const left = n & (lanes<T>() - 1);
  if (left) s1 = withZero<T>(s1, loadPartial<T>(x, left), zero);
  const sum = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3));
  store<f64>(result, v128.bitmask<i8>(v128.eq<T>(sum, zero)) == 0xffff ? 1 : 0);
}
