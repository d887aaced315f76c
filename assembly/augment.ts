/**
 * Augmentation of images, in training: mirrored images, moved images, and noise. `src/kernels/augment.ts` defines all.
 *
 * Images are (rows, channels · height · width). What is drawn follows from Philox4x32-10, its key the seed.
 */
import { log } from "./inline/elementary";
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

/** The first two words of Philox for a counter of one word, the first in the low half. */
function philoxPair(counter: u32, keyHigh: u32, keyLow: u32): u64 {
  let c0 = counter;
  let c1: u32 = 0;
  let c2: u32 = 0;
  let c3: u32 = 0;
  let k0 = keyLow;
  let k1 = keyHigh;
  for (let round = 0; round < 10; round++) {
    const a = <u64>c0 * 0xd2511f53;
    const b = <u64>c2 * 0xcd9e8d57;
    c0 = <u32>(b >> 32) ^ c1 ^ k0;
    c1 = <u32>b;
    c2 = <u32>(a >> 32) ^ c3 ^ k1;
    c3 = <u32>a;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  return <u64>c0 | ((<u64>c1) << 32);
}

/** y[i] = 0 */
function clear<T>(y: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, i32x4.splat(0), left);
    y += 16;
  }
}

/** y[i] = x[i] */
function copy<T>(y: usize, x: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(y, loadUpTo<T>(x, left), left);
    x += 16;
    y += 16;
  }
}

/** y[i] = x[count − 1 − i] */
function reverse<T>(y: usize, x: usize, count: i32): void {
  let end = x + <usize>count * sizeof<T>();
  let left = count;
  for (; left >= lanes<T>(); left -= lanes<T>()) {
    end -= 16;
    const v = v128.load(end);
    v128.store(y, sizeof<T>() == 4 ? v128.shuffle<i32>(v, v, 3, 2, 1, 0) : v128.shuffle<i64>(v, v, 1, 0));
    y += 16;
  }
  for (; left > 0; left--) {
    end -= sizeof<T>();
    store<T>(y, load<T>(end));
    y += sizeof<T>();
  }
}

/**
 * Mirrors and moves each image, or a gradient back.
 *
 *   y[c, i, j] = x[c, i − down, j − right], mirrored x[c, i − down, width − 1 − (j − right)]; 0 where that is outside
 *
 * x, y: (rows, channels · height · width); y is not x. Back, down is −down, and right −right unless it is mirrored.
 */
export function augmentMove<T>(
  y: usize,
  x: usize,
  rows: i32,
  channels: i32,
  height: i32,
  width: i32,
  keyHigh: i32,
  keyLow: i32,
  flip: bool,
  shift: i32,
  back: bool,
): void {
  const line = <usize>width * sizeof<T>();
  const range: u64 = 2 * shift + 1;
  for (let row = 0; row < rows; row++) {
    const words = philoxPair(row, keyHigh, keyLow);
    const first = <u32>words;
    const mirrored = flip && (first & 1) != 0;
    let right = <i32>((<u64>(first >> 1) * range) >> 31) - shift;
    let down = <i32>(((words >> 32) * range) >> 32) - shift;
    if (back) {
      down = -down;
      if (!mirrored) right = -right;
    }
    const start = max(0, right);
    const end = min(width, width + right);
    const count = max(0, end - start);
    // The first of the columns that are seen.
    const from = <usize>(mirrored ? width - end + right : start - right) * sizeof<T>();
    const before = <usize>start * sizeof<T>();
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < height; i++) {
        const source = i - down;
        if (source < 0 || source >= height) {
          clear<T>(y, width);
        } else {
          const place = x + <usize>source * line + from;
          clear<T>(y, start);
          if (mirrored) reverse<T>(y + before, place, count);
          else copy<T>(y + before, place, count);
          clear<T>(y + before + <usize>count * sizeof<T>(), width - end);
        }
        y += line;
      }
      x += <usize>height * line;
    }
  }
}

/** The low words of the products of every lane with a number. */
function low(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 0, 2, 4, 6);
}

function high(even: v128, odd: v128): v128 {
  return v128.shuffle<i32>(even, odd, 1, 3, 5, 7);
}

/** Standard normal numbers of random words: the inverse of the normal distribution, in float32. */
function normals(words: v128): v128 {
  const size = v128.and(words, i32x4.splat(0x7fffffff));
  const p = f32x4.mul(
    f32x4.add(f32x4.convert_i32x4_u(size), f32x4.splat(0.5)),
    f32x4.splat(<f32>2.3283064365386963e-10),
  );
  const q = f32x4.sub(f32x4.splat(0.5), p);
  const r = f32x4.sub(f32x4.splat(0.180625), f32x4.mul(q, q));
  let a = f32x4.splat(59.10937472);
  a = f32x4.add(f32x4.mul(a, r), f32x4.splat(159.29113202));
  a = f32x4.add(f32x4.mul(a, r), f32x4.splat(50.434271938));
  a = f32x4.add(f32x4.mul(a, r), f32x4.splat(3.3871327179));
  let b = f32x4.splat(67.1875636);
  b = f32x4.add(f32x4.mul(b, r), f32x4.splat(78.757757664));
  b = f32x4.add(f32x4.mul(b, r), f32x4.splat(17.895169469));
  b = f32x4.add(f32x4.mul(b, r), f32x4.splat(1));
  const central = f32x4.div(f32x4.mul(q, a), b);
  const s = f32x4.sub(f32x4.sqrt(f32x4.neg(log<f32>(p))), f32x4.splat(1.6));
  let c = f32x4.splat(0.17023821103);
  c = f32x4.add(f32x4.mul(c, s), f32x4.splat(1.3067284816));
  c = f32x4.add(f32x4.mul(c, s), f32x4.splat(2.75681539));
  c = f32x4.add(f32x4.mul(c, s), f32x4.splat(1.4234372777));
  let d = f32x4.splat(0.12021132975);
  d = f32x4.add(f32x4.mul(d, s), f32x4.splat(0.7370016425));
  d = f32x4.add(f32x4.mul(d, s), f32x4.splat(1));
  const z = v128.bitselect(central, f32x4.div(c, d), f32x4.le(q, f32x4.splat(0.425)));
  return v128.xor(z, v128.and(words, i32x4.splat(0x80000000)));
}

/** Up to four elements. */
function addNormals<T>(y: usize, x: usize, left: i32, words: v128, factor: v128): void {
  if (left <= 0) return;
  const z = normals(words);
  if (sizeof<T>() == 4) {
    storeUpTo<T>(y, f32x4.add(loadUpTo<T>(x, left), f32x4.mul(factor, z)), left);
    return;
  }
  const first = f64x2.promote_low_f32x4(z);
  storeUpTo<T>(y, f64x2.add(loadUpTo<T>(x, left), f64x2.mul(factor, first)), left);
  if (left <= 2) return;
  const second = f64x2.promote_low_f32x4(v128.shuffle<i32>(z, z, 2, 3, 2, 3));
  storeUpTo<T>(y + 16, f64x2.add(loadUpTo<T>(x + 16, left - 2), f64x2.mul(factor, second)), left - 2);
}

/**
 * y[i] = x[i] + sigma · (the i-th normal number). Numbers are made of words in dropout's order: word ⌊i/4⌋ mod 4 of counter
 * 4 · ⌊i/16⌋ + i mod 4. All arrays have n elements; y may be x.
 */
export function augmentNoise<T>(y: usize, x: usize, n: i32, keyHigh: i32, keyLow: i32, sigma: f64): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  const factor = v128.splat<T>(<T>sigma);
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
    addNormals<T>(y, x, left, c0, factor);
    addNormals<T>(y + four, x + four, left - 4, c1, factor);
    addNormals<T>(y + 2 * four, x + 2 * four, left - 8, c2, factor);
    addNormals<T>(y + 3 * four, x + 3 * four, left - 12, c3, factor);
    y += 4 * four;
    x += 4 * four;
    counters = i32x4.add(counters, i32x4.splat(4));
  }
}
