/**
 * The L2 penalty on weights, and its gradient.
 *
 *   l2Penalty   penalty = ½ · lambda · Σ w²         in float64
 *   l2Gradient  dw[i]  += lambda · w[i]
 *
 * w, dw: n elements; penalty: one f64. The squares are added in float64, in four interleaved sums (element i goes
 * to sum i mod 4), then (0 + 1) + (2 + 3).
 */
import { lanes, loadPartial, loadUpTo, storePartial } from "./inline/lanes";

export function l2Penalty<T>(penalty: usize, w: usize, n: i32, lambda: f64): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let left = n; left > 0; left -= 4) {
    let a: v128;
    let b: v128;
    if (sizeof<T>() == 4) {
      const v = loadUpTo<f32>(w, left);
      a = f64x2.promote_low_f32x4(v);
      b = f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
      w += 16;
    } else {
      a = loadUpTo<f64>(w, left);
      b = left > 2 ? loadUpTo<f64>(w + 16, left - 2) : f64x2.splat(0);
      w += 32;
    }
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum =
    f64x2.extract_lane(low, 0) +
    f64x2.extract_lane(low, 1) +
    (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
  store<f64>(penalty, 0.5 * lambda * sum);
}

export function l2Gradient<T>(dw: usize, w: usize, n: i32, lambda: f64): void {
  const factor = v128.splat<T>(<T>lambda);
  const end = w + ((<usize>n * sizeof<T>()) & ~15);
  while (w < end) {
    v128.store(dw, v128.add<T>(v128.load(dw), v128.mul<T>(factor, v128.load(w))));
    dw += 16;
    w += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) {
    const product = v128.mul<T>(factor, loadPartial<T>(w, left));
    storePartial<T>(dw, v128.add<T>(loadPartial<T>(dw, left), product), left);
  }
}
