/**
 * Products whose A is half zeros, as X and dY behind a ReLU are: the terms with a 0 are left out. A sum begins at 0 and is never −0,
 * so that a term of 0 changes nothing as long as B is finite, which is looked at when it is packed. The other terms keep their order,
 * and all bits are those of the dense product.
 *
 * The rows of A become lists (see inline/strip.ts), B is packed in strips, and both are multiplied as in the first layer's update.
 * Lists of 128 rows at a time stay in the second-level cache.
 */
import { CHUNK } from "../firstLayer/layout";
import { ZEROS } from "../inline/panels";
import { STRIP, STRIP_BYTES, WHOLE_STRIP, writeList } from "../inline/strip";
import { transposeFour } from "../inline/transpose";
import { sumLists, wideSumLists } from "../tiles.generated";
import { MATMUL_WORKSPACE_BYTES } from "./layout";

/** Rows of A whose lists there are at once. */
const ROWS: i32 = 128;

/** Room for the sums of a strip, behind the strip. */
const SUMS: usize = <usize>ROWS * STRIP_BYTES;

/** The most terms of a sum for which the lists have room. */
const MOST_TERMS: i32 =
  <i32>((<usize>MATMUL_WORKSPACE_BYTES - WHOLE_STRIP - SUMS) / (<usize>ROWS * 12)) & ~(CHUNK - 1);

/** Below so many rows, columns and terms the lists cost more than they save. */
const LEAST: i32 = 32;

/** How many of the numbers of A, `count` from `a` on, are 0. */
function countZeros(a: usize, count: i32): i32 {
  let zeros = i32x4.splat(0);
  const end = a + ((<usize>(count & ~3)) << 2);
  for (; a != end; a += 16) zeros = i32x4.sub(zeros, f32x4.eq(v128.load(a), f32x4.splat(0)));
  let all =
    i32x4.extract_lane(zeros, 0) +
    i32x4.extract_lane(zeros, 1) +
    i32x4.extract_lane(zeros, 2) +
    i32x4.extract_lane(zeros, 3);
  for (let i = count & ~3; i < count; i++) {
    all += <i32>(load<f32>(a) == 0);
    a += 4;
  }
  return all;
}

/**
 * Whether the lists would pay, for A (m, k) in float32, one row or column behind the other in memory: from three tenths of zeros on.
 * A strip that is not full takes as long as one that is.
 */
export function isSparse(a: usize, m: i32, n: i32, k: i32): bool {
  if (m < LEAST || n < LEAST || k < LEAST || k > MOST_TERMS) return false;
  const computed = ((n + STRIP - 1) / STRIP) * STRIP;
  const active = <i64>m * k - countZeros(a, m * k);
  return active * computed * 10 < <i64>m * k * n * 7;
}

/** The lists of `rows` rows of A, [chunk][row], and their lengths. */
function writeLists(
  lists: usize,
  lengths: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  rows: i32,
  k: i32,
): void {
  for (let first = 0; first < k; first += CHUNK) {
    const count = min(CHUNK, k - first);
    for (let i = 0; i < rows; i++) {
      const end = writeList(lists, a + <usize>i * aRow + <usize>first * aColumn, aColumn, count);
      store<u32>(lengths, <u32>(end - lists));
      lengths += 4;
      lists = end;
    }
  }
}

/** A strip of B: `count` rows of `columns` columns, the others 0. Returns 0, or NaN if a number is infinite or NaN. */
function packStrip(strip: usize, b: usize, bRow: usize, columns: i32, count: i32): f32 {
  let check = f32x4.splat(0);
  const zero = f32x4.splat(0);
  let rest: f32 = 0;
  const full = (<usize>(columns & ~3)) << 2;
  for (let p = 0; p < count; p++) {
    let at: usize = 0;
    for (; at != full; at += 16) {
      const v = v128.load(b + at);
      v128.store(strip + at, v);
      check = f32x4.add(check, f32x4.mul(v, zero));
    }
    for (; at != (<usize>columns) << 2; at += 4) {
      const value = load<f32>(b + at);
      store<f32>(strip + at, value);
      rest += value * 0;
    }
    for (; at != STRIP_BYTES; at += 4) store<f32>(strip + at, 0);
    b += bRow;
    strip += STRIP_BYTES;
  }
  return rest + sumOf(check);
}

/** The same of Bᵀ, whose columns lie side by side: four of them at a time. */
function packTransposedStrip(strip: usize, b: usize, bColumn: usize, columns: i32, count: i32): f32 {
  let check = f32x4.splat(0);
  let rest: f32 = 0;
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    check = f32x4.add(check, transposeFour(strip + ((<usize>j) << 2), STRIP_BYTES, b, bColumn, count));
    b += 4 * bColumn;
  }
  for (; j < STRIP; j++) {
    let to = strip + ((<usize>j) << 2);
    for (let p: usize = 0; p < (<usize>count) << 2; p += 4) {
      const value = j < columns ? load<f32>(b + p) : 0;
      store<f32>(to, value);
      rest += value * 0;
      to += STRIP_BYTES;
    }
    b += bColumn;
  }
  return rest + sumOf(check);
}

function sumOf(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)
  );
}

/**
 * C (m, n) = A · B by lists, A and B given by their strides in bytes. Returns whether it is done: not if B has a number that is
 * infinite or NaN, by which a 0 of A counts.
 */
export function sparseProduct(
  c: usize,
  cRow: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): bool {
  const strip = workspace;
  const sums = strip + WHOLE_STRIP;
  const lengths = sums + SUMS;
  const chunks = (k + CHUNK - 1) / CHUNK;
  const allLists = lengths + <usize>(chunks * ROWS) * 4;
  for (let ib = 0; ib < m; ib += ROWS) {
    const rows = min(ROWS, m - ib);
    writeLists(allLists, lengths, a + <usize>ib * aRow, aRow, aColumn, rows, k);
    for (let jb = 0; jb < n; jb += STRIP) {
      const columns = min(STRIP, n - jb);
      let lists = allLists;
      for (let first = 0; first < k; first += CHUNK) {
        const count = min(CHUNK, k - first);
        const from = b + <usize>first * bRow + <usize>jb * bColumn;
        const check =
          bColumn == 4
            ? packStrip(strip, from, bRow, columns, count)
            : packTransposedStrip(strip, from, bColumn, columns, count);
        if (check != 0) return false;
        memory.fill(strip + <usize>CHUNK * STRIP_BYTES, 0, STRIP_BYTES);
        const own = lengths + <usize>((first / CHUNK) * rows) * 4;
        const add = first > 0;
        lists = WIDE
          ? wideSumLists(sums, add ? sums : ZEROS, add ? STRIP_BYTES : 0, strip, lists, own, rows)
          : sumLists(sums, strip, lists, own, rows, add);
      }
      const to = c + <usize>ib * cRow + ((<usize>jb) << 2);
      for (let i = 0; i < rows; i++) {
        memory.copy(to + <usize>i * cRow, sums + <usize>i * STRIP_BYTES, (<usize>columns) << 2);
      }
    }
  }
  return true;
}
