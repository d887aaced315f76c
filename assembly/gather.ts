/**
 * A batch taken from a data set that stays as it was stored, standardised on the way.
 *
 *   bytes    x[i,j] = values[rows[i], j] · scale[j] + shift[j]
 *   floats   x[i,j] = ((values[rows[i], j] · scale[0,j] + shift[0,j]) + shift[1,j]) · scale[1,j]
 *   y[i]   = labels[rows[i]]                                                               labels, targets, weights
 *
 * values: (count, d), row-major, bytes, float32 or, if x is float64, float64; rows: (n) u32 < count; x: (n, d); scale,
 * shift: (d) for bytes, (2, d) for floats, of x's type; labels: (count) bytes; y: (n) bytes. gatherRows and gatherConverted
 * take targets and weights of any type. Nothing overlaps.
 *
 * A byte v that stands for v / 255 is standardised by scale = 1 / (255 · std), shift = −mean / std. From a float the mean
 * is subtracted first. If it were scaled first, a mean far above the deviation would cancel only after both had been rounded.
 * scale[0] is 1, and for extreme features another power of two. shift[0] + shift[1] is −mean · scale[0] in twice the
 * precision. scale[1] is 1 / (std · scale[0]).
 */
import { standardizedFloat, standardizedFloats } from "./inline/standardized";

/** Four bytes at `p` as four u32 lanes. */
function loadBytes(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
}

/**
 * Four bytes, as integers in lanes, standardised. They are converted as signed integers: below 2^31 that gives the same, in
 * one instruction where the unsigned conversion takes eight.
 */
function standardized(v: v128, scale: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(v), scale), shift);
}

/** The bytes of one row, 16 at a time as long as there are so many, to float32. */
function standardizeRow(x: usize, from: usize, scale: usize, shift: usize, d: i32): void {
  const end = from + (d & ~15);
  while (from < end) {
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(x, standardized(i32x4.extend_low_i16x8_u(low), v128.load(scale), v128.load(shift)));
    v128.store(
      x,
      standardized(i32x4.extend_high_i16x8_u(low), v128.load(scale, 16), v128.load(shift, 16)),
      16,
    );
    v128.store(
      x,
      standardized(i32x4.extend_low_i16x8_u(high), v128.load(scale, 32), v128.load(shift, 32)),
      32,
    );
    v128.store(
      x,
      standardized(i32x4.extend_high_i16x8_u(high), v128.load(scale, 48), v128.load(shift, 48)),
      48,
    );
    from += 16;
    x += 64;
    scale += 64;
    shift += 64;
  }
}

export function gatherBytes<T>(
  x: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  n: i32,
  d: i32,
): void {
  const full = d & ~3;
  for (let i = 0; i < n; i++) {
    const from = values + <usize>load<u32>(rows + ((<usize>i) << 2)) * <usize>d;
    let j = 0;
    if (sizeof<T>() == 4) {
      standardizeRow(x, from, scale, shift, d);
      j = d & ~15;
    }
    for (; j < full; j += 4) {
      const at = <usize>j * sizeof<T>();
      const v = loadBytes(from + <usize>j);
      if (sizeof<T>() == 4) {
        const scaled = f32x4.mul(f32x4.convert_i32x4_s(v), v128.load(scale + at));
        v128.store(x + at, f32x4.add(scaled, v128.load(shift + at)));
      } else {
        const low = f64x2.mul(f64x2.convert_low_i32x4_s(v), v128.load(scale + at));
        v128.store(x + at, f64x2.add(low, v128.load(shift + at)));
        const upper = v128.shuffle<i64>(v, v, 1, 1);
        const high = f64x2.mul(f64x2.convert_low_i32x4_s(upper), v128.load(scale + at, 16));
        v128.store(x + at, f64x2.add(high, v128.load(shift + at, 16)), 16);
      }
    }
    for (; j < d; j++) {
      const at = <usize>j * sizeof<T>();
      store<T>(x + at, <T>load<u8>(from + <usize>j) * load<T>(scale + at) + load<T>(shift + at));
    }
    x += <usize>d * sizeof<T>();
  }
}

/** From floats of type `S`; f64 only to f64. */
export function gatherFloats<S, T>(
  x: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  n: i32,
  d: i32,
): void {
  const full = d & ~3;
  const row = <usize>d * sizeof<T>();
  for (let i = 0; i < n; i++) {
    const from = values + <usize>load<u32>(rows + ((<usize>i) << 2)) * (<usize>d * sizeof<S>());
    let j = 0;
    for (; j < full; j += 4) {
      const at = <usize>j * sizeof<T>();
      const own = from + <usize>j * sizeof<S>();
      const v = v128.load(own);
      if (sizeof<T>() == 4) {
        v128.store(x + at, standardizedFloats<f32>(v, scale + at, shift + at, row));
      } else {
        const low = sizeof<S>() == 8 ? v : f64x2.promote_low_f32x4(v);
        v128.store(x + at, standardizedFloats<f64>(low, scale + at, shift + at, row));
        const high =
          sizeof<S>() == 8 ? v128.load(own, 16) : f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
        v128.store(x + at, standardizedFloats<f64>(high, scale + at + 16, shift + at + 16, row), 16);
      }
    }
    for (; j < d; j++) {
      const at = <usize>j * sizeof<T>();
      const v = <T>load<S>(from + <usize>j * sizeof<S>());
      store<T>(x + at, standardizedFloat<T>(v, scale + at, shift + at, row));
    }
    x += row;
  }
}

/** y[i] = labels[rows[i]], n bytes. */
export function gatherLabels(y: usize, labels: usize, rows: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    store<u8>(y + i, load<u8>(labels + <usize>load<u32>(rows + ((<usize>i) << 2))));
  }
}

/** y[i] = values[rows[i]], n rows of `bytes` bytes. */
export function gatherRows(y: usize, values: usize, rows: usize, n: i32, bytes: i32): void {
  const words = bytes & ~7;
  for (let i = 0; i < n; i++) {
    const from = values + <usize>load<u32>(rows + ((<usize>i) << 2)) * <usize>bytes;
    let j = 0;
    for (; j < words; j += 8) store<u64>(y + j, load<u64>(from + j));
    if (bytes & 4) {
      store<u32>(y + j, load<u32>(from + j));
      j += 4;
    }
    if (bytes & 2) {
      store<u16>(y + j, load<u16>(from + j));
      j += 2;
    }
    if (bytes & 1) store<u8>(y + j, load<u8>(from + j));
    y += bytes;
  }
}

/** y[i,j] = values[rows[i], j], rounded where the precision is lower. y: (n, d) of type To; values: (count, d) of type From. */
export function gatherConverted<From, To>(y: usize, values: usize, rows: usize, n: i32, d: i32): void {
  for (let i = 0; i < n; i++) {
    const from = values + <usize>load<u32>(rows + ((<usize>i) << 2)) * <usize>d * sizeof<From>();
    for (let j = 0; j < d; j++) {
      store<To>(y + <usize>j * sizeof<To>(), <To>load<From>(from + <usize>j * sizeof<From>()));
    }
    y += <usize>d * sizeof<To>();
  }
}
