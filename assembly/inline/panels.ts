/**
 * What the matrix products share: how the columns of B are cut into panels, and the product of packed rows of A with
 * one packed panel.
 */
import { tile2x4, tile2x5, tile4x2, tile6x1 } from "../tiles.generated";
import { lanes } from "./lanes";

/**
 * Vectors in the panel that starts `columns` columns before the end: fives and fours as long as the rest is not
 * left with less, then 2 and 1.
 */
export function panelVectors<T>(columns: i32): i32 {
  const vectors = (columns + lanes<T>() - 1) / lanes<T>();
  const onlyFours = vectors == 8 || vectors == 12 || vectors == 16;
  if (vectors > 6 && !onlyFours) return 5;
  if (columns == 5 * lanes<T>()) return 5;
  return vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
}

/**
 * C (rows, columns) = A · B, plus C if `add`: A in pairs of rows [k][2], `pair` bytes from one to the next; B a panel
 * [k][vectors], of which `columns` columns are wanted.
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
  const step = vectors >= 4 ? 2 : vectors == 2 ? 4 : 6;
  for (let i = 0; i < rows; i += step) {
    const at = c + <usize>i * cStride;
    const pairs = a + <usize>(i >> 1) * pair;
    if (vectors == 5) tile2x5<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else if (vectors == 4) tile2x4<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else if (vectors == 2) tile4x2<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
    else tile6x1<T>(at, cStride, pairs, pair, panel, k, add, rows - i, columns);
  }
}
