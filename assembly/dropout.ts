/**
 * y[i] = x[i] · scale if the i-th number of the generator is ≥ threshold, else 0.
 *
 * The generator is Philox4x32-10 (`src/kernels/dropout.ts`), its key the seed. Number i is word ⌊i/4⌋ mod 4 of counter
 * 4 · ⌊i/16⌋ + i mod 4: lanes count, so that four words of four counters are the numbers of 16 elements in order.
 *
 * All arrays have n elements; y may be x.
 */
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

/** The low words of the products of every lane with a number. */
function low(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 0, 2, 4, 6);
}

function high(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 1, 3, 5, 7);
}

/** Up to four elements, those whose word is at least the threshold. */
function keep<T>(y: usize, x: usize, left: i32, words: v128, threshold: v128, scale: v128): void {
  const kept = i32x4.ge_u(words, threshold);
  if (sizeof<T>() == 4) {
    keepLanes<T>(y, x, left, kept, scale);
  } else {
    keepLanes<T>(y, x, left, i64x2.extend_low_i32x4_s(kept), scale);
    keepLanes<T>(y + 16, x + 16, left - lanes<T>(), i64x2.extend_high_i32x4_s(kept), scale);
  }
}

function keepLanes<T>(y: usize, x: usize, left: i32, kept: v128, scale: v128): void {
  if (left <= 0) return;
  storeUpTo<T>(y, v128.and(v128.mul<T>(loadUpTo<T>(x, left), scale), kept), left);
}

export function dropout<T>(
  y: usize,
  x: usize,
  n: i32,
  keyHigh: i32,
  keyLow: i32,
  threshold: i32,
  scale: f64,
): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  const least = i32x4.splat(threshold);
  const factor = v128.splat<T>(<T>scale);
  const four: usize = 4 * sizeof<T>();
  let counters = i32x4(0, 1, 2, 3);
  for (let left = n; left > 0; left -= 16) {
    let c0 = counters;
    let c1 = i32x4.splat(0);
    let c2 = c1;
    let c3 = c1;
    let k0 = keyLow;
    let k1 = keyHigh;
    for (let round = 0; round < 10; round++) {
      const even0 = i64x2.extmul_low_i32x4_u(c0, m0);
      const odd0 = i64x2.extmul_high_i32x4_u(c0, m0);
      const even1 = i64x2.extmul_low_i32x4_u(c2, m1);
      const odd1 = i64x2.extmul_high_i32x4_u(c2, m1);
      c0 = v128.xor(v128.xor(high(even1, odd1), c1), i32x4.splat(k0));
      c2 = v128.xor(v128.xor(high(even0, odd0), c3), i32x4.splat(k1));
      c1 = low(even1, odd1);
      c3 = low(even0, odd0);
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    keep<T>(y, x, left, c0, least, factor);
    keep<T>(y + four, x + four, left - 4, c1, least, factor);
    keep<T>(y + 2 * four, x + 2 * four, left - 8, c2, least, factor);
    keep<T>(y + 3 * four, x + 3 * four, left - 12, c3, least, factor);
    y += 4 * four;
    x += 4 * four;
    counters = i32x4.add(counters, i32x4.splat(4));
  }
}
