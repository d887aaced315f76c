/**
 * What the matrix products share: how the columns of B are cut into panels, and the product of packed rows of A with
 * one packed panel.
 */
import { tile2x3, tile2x4, tile2x5, tile4x2, tile6x1, wide2x4, wide4x2, wide4x4 } from "../tiles.generated";
import { lanes, loadPartial, storePartial } from "./lanes";

/** Vectors in a whole panel: what the largest tile takes. */
export const PANEL: i32 = WIDE ? 4 : 5;

/** Zeros in place of sums to go on from, and of a bias that there is not. */
export const ZEROS = memory.data(256, 16);

/**
 * Vectors in the panel that starts `columns` columns before the end: fives and fours as long as the rest is not left with less,
 * then 3, 2 and 1. Six are 4 + 2: two threes take 4% longer.
 */
export function narrowVectors<T>(columns: i32): i32 {
  const vectors = (columns + lanes<T>() - 1) / lanes<T>();
  if (vectors <= 3) return vectors;
  return vectors == 4 || vectors == 6 || vectors == 8 || vectors == 12 || vectors == 16 ? 4 : 5;
}

/** The same for a packed panel. In the wide binary there are fours, and what is left over. */
export function panelVectors<T>(columns: i32): i32 {
  if (WIDE) return min(4, (columns + lanes<T>() - 1) / lanes<T>());
  return narrowVectors<T>(columns);
}

/**
 * C (rows, columns) = A · B, plus C if `add`. A is in pairs of rows [k][2], `pair` bytes from one to the next. B is a panel
 * [k][vectors], of which `columns` columns are wanted; of a panel of five vectors all must be.
 *
 * The wide tiles compute what is full. What is left over at the end of the rows, and columns of which some are not wanted, are for
 * the others: the terms of a sum come in the same order in either.
 */
export function multiplyPanel<T>(
  c: usize,
  cStride: usize,
  a: usize,
  pair: usize,
  panel: usize,
  vectors: i32,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
): void {
  let i = 0;
  if (WIDE && (vectors == 4 || vectors == 2) && columns == vectors * lanes<T>()) {
    let from = add ? c : ZEROS;
    const fromRow: usize = add ? cStride : 0;
    const step: usize = add ? 4 * cStride : 0;
    for (; i + 4 <= rows; i += 4) {
      if (vectors == 4) wide4x4<T>(c, cStride, from, fromRow, a, pair, panel, k);
      else wide4x2<T>(c, cStride, from, fromRow, a, pair, panel, k);
      a += 2 * pair;
      c += 4 * cStride;
      from += step;
    }
    if (vectors == 4 && i + 2 <= rows) {
      wide2x4<T>(c, cStride, from, fromRow, a, pair, panel, k);
      a += pair;
      c += 2 * cStride;
      i += 2;
    }
    rows -= i;
    i = 0;
  }
  const step = vectors >= 3 ? 2 : vectors == 2 ? 4 : 6;
  for (; i < rows; i += step) {
    const at = c + <usize>i * cStride;
    const pairs = a + <usize>(i >> 1) * pair;
    if (vectors == 5) tile2x5<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else if (vectors == 4) tile2x4<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else if (vectors == 3) tile2x3<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else if (vectors == 2) tile4x2<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else tile6x1<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
  }
}

/**
 * The same for a panel of five vectors whose last one is not full, by way of `scratch`, ten vectors: 11% less time than by a
 * panel of four and one of one.
 */
export function multiplyPartialFive<T>(
  c: usize,
  cStride: usize,
  a: usize,
  pair: usize,
  panel: usize,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
  scratch: usize,
): void {
  const stride: usize = 5 * 16;
  for (let i = 0; i < rows; i += 2) {
    const at = c + <usize>i * cStride;
    const pairs = a + <usize>(i >> 1) * pair;
    const hasOther = i + 1 < rows;
    if (add) {
      copyPartialFive<T>(scratch, at, columns);
      if (hasOther) copyPartialFive<T>(scratch + stride, at + cStride, columns);
    }
    tile2x5<T>(scratch, stride, pairs, pair, panel, k, add, rows - i, columns);
    copyPartialFive<T>(at, scratch, columns);
    if (hasOther) copyPartialFive<T>(at + cStride, scratch + stride, columns);
  }
}

/** A row of it: four vectors and a part of a fifth. */
function copyPartialFive<T>(to: usize, from: usize, columns: i32): void {
  const rest = columns - 4 * lanes<T>();
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  v128.store(to, v128.load(from, 32), 32);
  v128.store(to, v128.load(from, 48), 48);
  storePartial<T>(to + 64, loadPartial<T>(from + 64, rest), rest);
}
