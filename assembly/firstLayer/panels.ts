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
  for (let j = begin; j < end; j += 4) {
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
