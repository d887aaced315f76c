/**
 * Helpers on 128-bit lanes that several kernels share; not exported to the host.
 *
 * `T` is f32 (four lanes) or f64 (two lanes). A "partial" load or store touches only the first `count` elements,
 * 0 < count < lanes, so that a row's tail takes the same operations in the same order as its full vectors and
 * nothing outside the row is read or written.
 */

/** Elements in a vector. */
export function lanes<T>(): i32 {
  return 16 / <i32>sizeof<T>();
}

/** The first `count` elements at `p`, the other lanes 0. */
export function loadPartial<T>(p: usize, count: i32): v128 {
  if (sizeof<T>() == 8) return v128.load64_zero(p);
  if (count == 1) return v128.load32_zero(p);
  const two = v128.load64_zero(p);
  return count == 2 ? two : v128.load32_lane(p, two, 2, 8);
}

/** Stores the first `count` lanes of `v` at `p`. */
export function storePartial<T>(p: usize, v: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    v128.store64_lane(p, v, 0);
  } else if (count == 1) {
    v128.store32_lane(p, v, 0);
  } else {
    v128.store64_lane(p, v, 0);
    if (count == 3) v128.store32_lane(p, v, 2, 8);
  }
}

/** The vector at `p`, or its first `count` elements if there are fewer than a vector's. */
export function loadUpTo<T>(p: usize, count: i32): v128 {
  return count >= lanes<T>() ? v128.load(p) : loadPartial<T>(p, count);
}

/** The counterpart of {@link loadUpTo}. */
export function storeUpTo<T>(p: usize, v: v128, count: i32): void {
  if (count >= lanes<T>()) v128.store(p, v);
  else storePartial<T>(p, v, count);
}

/** The numbers of `v`, 0 in place of those below the least normal one: a processor may take long over each of these. */
export function withoutDenormals<T>(v: v128): v128 {
  const least = sizeof<T>() == 4 ? f32x4.splat(f32.MIN_NORMAL_VALUE) : f64x2.splat(f64.MIN_NORMAL_VALUE);
  return v128.andnot(v, v128.lt<T>(v128.abs<T>(v), least));
}

/** Lane 0 of `v` as a number. */
export function first<T>(v: v128): T {
  return v128.extract_lane<T>(v, 0);
}

/** Whether a vector is whole or in part, as a type: the compiler makes code for either, with no branch in it. */
export type Whole = u8;
export type Part = u16;

/** The vector at `p`; if it is a part, its first `count` elements. */
export function loadLanes<T, W>(p: usize, count: i32): v128 {
  return sizeof<W>() == sizeof<Whole>() ? v128.load(p) : loadPartial<T>(p, count);
}

/** The counterpart of {@link loadLanes}. */
export function storeLanes<T, W>(p: usize, v: v128, count: i32): void {
  if (sizeof<W>() == sizeof<Whole>()) v128.store(p, v);
  else storePartial<T>(p, v, count);
}

/**
 * Vectors in a row: number 1, 2 and 3 of those that begin at `p` are 16, 32 and 48 bytes behind it if W says that they are whole, as
 * V8 widens only neighbours that it knows to be some; else `o` bytes.
 */
export function load1<W>(p: usize, o: usize): v128 {
  return sizeof<W>() == sizeof<Whole>() ? v128.load(p, 16) : v128.load(p + o);
}

export function load2<W>(p: usize, o: usize): v128 {
  return sizeof<W>() == sizeof<Whole>() ? v128.load(p, 32) : v128.load(p + o);
}

export function load3<W>(p: usize, o: usize): v128 {
  return sizeof<W>() == sizeof<Whole>() ? v128.load(p, 48) : v128.load(p + o);
}

export function store1<W>(p: usize, o: usize, v: v128): void {
  if (sizeof<W>() == sizeof<Whole>()) v128.store(p, v, 16);
  else v128.store(p + o, v);
}

export function store2<W>(p: usize, o: usize, v: v128): void {
  if (sizeof<W>() == sizeof<Whole>()) v128.store(p, v, 32);
  else v128.store(p + o, v);
}

export function store3<W>(p: usize, o: usize, v: v128): void {
  if (sizeof<W>() == sizeof<Whole>()) v128.store(p, v, 48);
  else v128.store(p + o, v);
}
