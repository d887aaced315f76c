/** Panels of samples: gathered, standardised and transposed, as a matrix product reads them. */
import { standardized, standardizedFloats } from "../inline/standardized";
import { BLOCK, keptAt } from "./layout";

/** Four samples' bytes of 16 features → [16][4] bytes, standardised and stored `stride` bytes apart. */
function storeTransposed(
  to: usize,
  stride: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  scale: usize,
  shift: usize,
): void {
  const a = i8x16.shuffle(s0, s1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const b = i8x16.shuffle(s0, s1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const c = i8x16.shuffle(s2, s3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const e = i8x16.shuffle(s2, s3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  storeFour(to, stride, v128.shuffle<i16>(a, c, 0, 8, 1, 9, 2, 10, 3, 11), scale, shift);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(a, c, 4, 12, 5, 13, 6, 14, 7, 15), scale + 16, shift + 16);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(b, e, 0, 8, 1, 9, 2, 10, 3, 11), scale + 32, shift + 32);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(b, e, 4, 12, 5, 13, 6, 14, 7, 15), scale + 48, shift + 48);
}

/** [4 features][4 samples] bytes, standardised. */
function storeFour(to: usize, stride: usize, bytes: v128, scale: usize, shift: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  storeOne(to, i32x4.extend_low_i16x8_u(low), scale, shift);
  storeOne(to + stride, i32x4.extend_high_i16x8_u(low), scale + 4, shift + 4);
  to += 2 * stride;
  storeOne(to, i32x4.extend_low_i16x8_u(high), scale + 8, shift + 8);
  storeOne(to + stride, i32x4.extend_high_i16x8_u(high), scale + 12, shift + 12);
}

/**
 * Eight samples' bytes of 16 features → [16][8] floats, standardised and stored `stride` bytes apart. Two vectors of samples stand side by
 * side, which V8 can widen.
 */
function storeEightTransposed(
  to: usize,
  stride: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
  scale: usize,
  shift: usize,
): void {
  const a = i8x16.shuffle(s0, s1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const b = i8x16.shuffle(s2, s3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const c = i8x16.shuffle(s4, s5, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const e = i8x16.shuffle(s6, s7, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  storeEightOfEight(to, stride, a, b, c, e, scale, shift);
  const g = i8x16.shuffle(s0, s1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const h = i8x16.shuffle(s2, s3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const p = i8x16.shuffle(s4, s5, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const q = i8x16.shuffle(s6, s7, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  storeEightOfEight(to + 8 * stride, stride, g, h, p, q, scale + 32, shift + 32);
}

/** Eight features of eight samples: each vector has two samples' bytes by turns. */
function storeEightOfEight(
  to: usize,
  stride: usize,
  a: v128,
  b: v128,
  c: v128,
  e: v128,
  scale: usize,
  shift: usize,
): void {
  const first = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  const others = v128.shuffle<i16>(c, e, 0, 8, 1, 9, 2, 10, 3, 11);
  storeTwo(to, stride, v128.shuffle<i32>(first, others, 0, 4, 1, 5), scale, shift);
  storeTwo(to + 2 * stride, stride, v128.shuffle<i32>(first, others, 2, 6, 3, 7), scale + 8, shift + 8);
  to += 4 * stride;
  const third = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  const last = v128.shuffle<i16>(c, e, 4, 12, 5, 13, 6, 14, 7, 15);
  storeTwo(to, stride, v128.shuffle<i32>(third, last, 0, 4, 1, 5), scale + 16, shift + 16);
  storeTwo(to + 2 * stride, stride, v128.shuffle<i32>(third, last, 2, 6, 3, 7), scale + 24, shift + 24);
}

/** Two features of eight samples, bytes one feature behind the other. */
function storeTwo(to: usize, stride: usize, bytes: v128, scale: usize, shift: usize): void {
  storePair(to, i16x8.extend_low_i8x16_u(bytes), scale, shift);
  storePair(to + stride, i16x8.extend_high_i8x16_u(bytes), scale + 4, shift + 4);
}

/** A feature of eight samples. */
function storePair(to: usize, v: v128, scale: usize, shift: usize): void {
  const factor = v128.load32_splat(scale);
  const summand = v128.load32_splat(shift);
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v)), factor);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(v)), factor);
  v128.store(to, f32x4.add(low, summand));
  v128.store(to, f32x4.add(high, summand), 16);
}

function storeOne(to: usize, v: v128, scale: usize, shift: usize): void {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(v), v128.load32_splat(scale));
  v128.store(to, f32x4.add(scaled, v128.load32_splat(shift)));
}

/**
 * Four samples' floats of four features → [4 features][4 samples], standardised; `row` bytes from the first factors to the second.
 * They are standardised before they are transposed: the factors are vectors then.
 */
function storeTransposedFloats(
  to: usize,
  stride: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  scale: usize,
  shift: usize,
  row: usize,
): void {
  const r0 = standardizedFloats<f32>(s0, scale, shift, row);
  const r1 = standardizedFloats<f32>(s1, scale, shift, row);
  const r2 = standardizedFloats<f32>(s2, scale, shift, row);
  const r3 = standardizedFloats<f32>(s3, scale, shift, row);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const e = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(a, b, 1, 3));
  to += 2 * stride;
  v128.store(to, v128.shuffle<i64>(c, e, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(c, e, 1, 3));
}

/** Four samples' floats of one feature, standardised; `row` bytes from the first factors to the second. */
function storeFloats(to: usize, v: v128, scale: usize, shift: usize, row: usize): void {
  const scaled = f32x4.mul(v, v128.load32_splat(scale));
  const centred = f32x4.add(f32x4.add(scaled, v128.load32_splat(shift)), v128.load32_splat(shift + row));
  v128.store(to, f32x4.mul(centred, v128.load32_splat(scale + row)));
}

/**
 * Writes a panel of samples, [count][width]: `count` features from `f` on, of `width` samples (a multiple of 4) from row number
 * `i` on. Of these samples only those from `begin` to `end` are written. Samples beyond the last repeat it. What was read is
 * copied to `kept`, unless that is 0.
 */
export function gatherPanel<S>(
  panel: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  i: i32,
  width: i32,
  last: i32,
  d: i32,
  f: i32,
  count: i32,
  begin: i32,
  end: i32,
): void {
  const row = <usize>d * sizeof<S>();
  const factors = (<usize>d) << 2;
  const stride = (<usize>width) << 2;
  values += <usize>f * sizeof<S>();
  scale += (<usize>f) << 2;
  shift += (<usize>f) << 2;
  let j = begin;
  if (sizeof<S>() == 1) {
    for (; j + 8 <= end; j += 8) {
      gatherEight(
        panel + ((<usize>j) << 2),
        stride,
        kept,
        values,
        rows,
        scale,
        shift,
        i + j,
        last,
        <usize>d,
        f,
        count,
      );
    }
  }
  for (; j < end; j += 4) {
    const r0 = values + <usize>load<u32>(rows + ((<usize>min(i + j, last)) << 2)) * row;
    const r1 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 1, last)) << 2)) * row;
    const r2 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 2, last)) << 2)) * row;
    const r3 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 3, last)) << 2)) * row;
    const k0 = kept + <usize>min(i + j, last) * BLOCK * sizeof<S>();
    const k1 = kept + <usize>min(i + j + 1, last) * BLOCK * sizeof<S>();
    const k2 = kept + <usize>min(i + j + 2, last) * BLOCK * sizeof<S>();
    const k3 = kept + <usize>min(i + j + 3, last) * BLOCK * sizeof<S>();
    let to = panel + ((<usize>j) << 2);
    let k: usize = 0;
    if (sizeof<S>() == 1) {
      for (; k + 16 <= <usize>count; k += 16) {
        const v0 = v128.load(r0 + k);
        const v1 = v128.load(r1 + k);
        const v2 = v128.load(r2 + k);
        const v3 = v128.load(r3 + k);
        if (kept) {
          const at = keptAt(f + <i32>k, last + 1);
          v128.store(k0 + at, v0);
          v128.store(k1 + at, v1);
          v128.store(k2 + at, v2);
          v128.store(k3 + at, v3);
        }
        storeTransposed(to, stride, v0, v1, v2, v3, scale + (k << 2), shift + (k << 2));
        to += 16 * stride;
      }
    }
    if (sizeof<S>() == 4) {
      for (; k + 4 <= <usize>count; k += 4) {
        const from = k << 2;
        const v0 = v128.load(r0 + from);
        const v1 = v128.load(r1 + from);
        const v2 = v128.load(r2 + from);
        const v3 = v128.load(r3 + from);
        if (kept) {
          const at = keptAt(f + <i32>k, last + 1) << 2;
          v128.store(k0 + at, v0);
          v128.store(k1 + at, v1);
          v128.store(k2 + at, v2);
          v128.store(k3 + at, v3);
        }
        storeTransposedFloats(to, stride, v0, v1, v2, v3, scale + from, shift + from, factors);
        to += 4 * stride;
      }
    }
    for (; k < <usize>count; k++) {
      if (kept) {
        const at = keptAt(f + <i32>k, last + 1) * sizeof<S>();
        const from = k * sizeof<S>();
        store<S>(k0 + at, load<S>(r0 + from));
        store<S>(k1 + at, load<S>(r1 + from));
        store<S>(k2 + at, load<S>(r2 + from));
        store<S>(k3 + at, load<S>(r3 + from));
      }
      if (sizeof<S>() == 4) {
        const at = k << 2;
        let v = v128.load32_zero(r0 + at);
        v = v128.load32_lane(r1 + at, v, 1);
        v = v128.load32_lane(r2 + at, v, 2);
        v = v128.load32_lane(r3 + at, v, 3);
        storeFloats(to, v, scale + at, shift + at, factors);
      } else {
        store<f32>(to, standardized<S>(r0, scale, shift, factors, k));
        store<f32>(to, standardized<S>(r1, scale, shift, factors, k), 4);
        store<f32>(to, standardized<S>(r2, scale, shift, factors, k), 8);
        store<f32>(to, standardized<S>(r3, scale, shift, factors, k), 12);
      }
      to += stride;
    }
  }
}

/** Eight samples' bytes, from row number `i` on. All else is as in gatherPanel. */
function gatherEight(
  to: usize,
  stride: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  i: i32,
  last: i32,
  row: usize,
  f: i32,
  count: i32,
): void {
  const r0 = values + <usize>load<u32>(rows + ((<usize>min(i, last)) << 2)) * row;
  const r1 = values + <usize>load<u32>(rows + ((<usize>min(i + 1, last)) << 2)) * row;
  const r2 = values + <usize>load<u32>(rows + ((<usize>min(i + 2, last)) << 2)) * row;
  const r3 = values + <usize>load<u32>(rows + ((<usize>min(i + 3, last)) << 2)) * row;
  const r4 = values + <usize>load<u32>(rows + ((<usize>min(i + 4, last)) << 2)) * row;
  const r5 = values + <usize>load<u32>(rows + ((<usize>min(i + 5, last)) << 2)) * row;
  const r6 = values + <usize>load<u32>(rows + ((<usize>min(i + 6, last)) << 2)) * row;
  const r7 = values + <usize>load<u32>(rows + ((<usize>min(i + 7, last)) << 2)) * row;
  let k: usize = 0;
  for (; k + 16 <= <usize>count; k += 16) {
    const v0 = v128.load(r0 + k);
    const v1 = v128.load(r1 + k);
    const v2 = v128.load(r2 + k);
    const v3 = v128.load(r3 + k);
    const v4 = v128.load(r4 + k);
    const v5 = v128.load(r5 + k);
    const v6 = v128.load(r6 + k);
    const v7 = v128.load(r7 + k);
    if (kept) {
      const at = kept + keptAt(f + <i32>k, last + 1);
      v128.store(at + <usize>min(i, last) * BLOCK, v0);
      v128.store(at + <usize>min(i + 1, last) * BLOCK, v1);
      v128.store(at + <usize>min(i + 2, last) * BLOCK, v2);
      v128.store(at + <usize>min(i + 3, last) * BLOCK, v3);
      v128.store(at + <usize>min(i + 4, last) * BLOCK, v4);
      v128.store(at + <usize>min(i + 5, last) * BLOCK, v5);
      v128.store(at + <usize>min(i + 6, last) * BLOCK, v6);
      v128.store(at + <usize>min(i + 7, last) * BLOCK, v7);
    }
    storeEightTransposed(to, stride, v0, v1, v2, v3, v4, v5, v6, v7, scale + (k << 2), shift + (k << 2));
    to += 16 * stride;
  }
  for (; k < <usize>count; k++) {
    const factor = load<f32>(scale + (k << 2));
    const summand = load<f32>(shift + (k << 2));
    for (let s = 0; s < 8; s++) {
      const sample = min(i + s, last);
      const byte = load<u8>(values + <usize>load<u32>(rows + ((<usize>sample) << 2)) * row + k);
      if (kept) store<u8>(kept + keptAt(f + <i32>k, last + 1) + <usize>sample * BLOCK, byte);
      store<f32>(to + ((<usize>s) << 2), <f32>byte * factor + summand);
    }
    to += stride;
  }
}
