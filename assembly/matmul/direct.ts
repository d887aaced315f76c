/** Products of small matrices, read as they are: copying them into blocks takes more time than it saves. */
import { lanes } from "../inline/lanes";
import { narrowVectors, ZEROS } from "../inline/panels";
import { AsTheyAre, Rectified } from "../inline/rectified";
import { transposeFour } from "../inline/transpose";
import {
  direct2x1,
  direct2x2,
  direct2x3,
  direct2x4,
  direct2x5,
  wideDirect4x2,
  wideDirect4x4,
} from "../tiles.generated";

/** Bytes up to which B is read as it is, again and again: most of the first-level cache. */
const DIRECT_BYTES: usize = 32768;

/**
 * Whether C = A · B, with n columns and sums of k terms, is for {@link directProduct}. It is not where the columns of A lie a
 * multiple of 2048 bytes apart: they would fall into a few sets of the first-level cache, and take up to twice the time of
 * packed ones.
 */
export function isDirect<T>(n: i32, k: i32, aColumn: usize): bool {
  return n >= lanes<T>() && <usize>n * <usize>k * sizeof<T>() <= DIRECT_BYTES && (aColumn & 2047) != 0;
}

/**
 * All columns, of which there are two vectors at least, of rows that are a multiple of four. A sum begins at 0 and is never −0, so
 * that zeros in place of a bias change nothing.
 */
function wideColumns<T, R>(
  c: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
): void {
  const size = sizeof<T>();
  const row = <usize>n * size;
  const four = 4 * lanes<T>();
  const two = 2 * lanes<T>();
  let j = 0;
  while (j < n) {
    const isFour = j + four <= n;
    // The last two vectors end with the row, and may have columns in common with those before them.
    if (!isFour) j = min(j, n - two);
    const panel = b + <usize>j * size;
    const shift = bias ? bias + <usize>j * size : ZEROS;
    let to = c + <usize>j * size;
    let from = a;
    for (let i = 0; i < m; i += 4) {
      if (isFour) wideDirect4x4<T, R>(to, row, from, aRow, aColumn, panel, row, k, shift);
      else wideDirect4x2<T, R>(to, row, from, aRow, aColumn, panel, row, k, shift);
      from += 4 * aRow;
      to += 4 * row;
    }
    j += isFour ? four : two;
  }
}

/**
 * C = A · B (+ bias, rectified if asked) with nothing packed: A (m, k) given by its strides in bytes, B (k, n) and C
 * row-major. A row's last vector ends with the row, and may have columns in common with the vector before it. These are computed
 * twice, with the same result.
 */
export function directProduct<T>(
  c: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  rectify: bool,
): void {
  const size = sizeof<T>();
  const row = <usize>n * size;
  if (WIDE && n >= 2 * lanes<T>()) {
    const rows = m & -4;
    if (rectify) wideColumns<T, Rectified>(c, a, aRow, aColumn, b, rows, n, k, bias);
    else wideColumns<T, AsTheyAre>(c, a, aRow, aColumn, b, rows, n, k, bias);
    c += <usize>rows * row;
    a += <usize>rows * aRow;
    m -= rows;
  }
  for (let j = 0; j < n; ) {
    const vectors = narrowVectors<T>(n - j);
    const width = min(vectors * lanes<T>(), n - j);
    const last = <usize>(width - lanes<T>()) * size;
    const panel = b + <usize>j * size;
    const shift = bias ? bias + <usize>j * size : 0;
    let to = c + <usize>j * size;
    let from = a;
    for (let left = m; left > 0; left -= 2) {
      if (vectors == 5) direct2x5<T>(to, row, from, aRow, aColumn, panel, row, k, left, last, shift, rectify);
      else if (vectors == 4)
        direct2x4<T>(to, row, from, aRow, aColumn, panel, row, k, left, last, shift, rectify);
      else if (vectors == 3)
        direct2x3<T>(to, row, from, aRow, aColumn, panel, row, k, left, last, shift, rectify);
      else if (vectors == 2)
        direct2x2<T>(to, row, from, aRow, aColumn, panel, row, k, left, last, shift, rectify);
      else direct2x1<T>(to, row, from, aRow, aColumn, panel, row, k, left, last, shift, rectify);
      from += 2 * aRow;
      to += 2 * row;
    }
    j += width;
  }
}

/** to (columns, rows) ← from (rows, columns), both row-major. */
export function transpose<T>(to: usize, from: usize, rows: i32, columns: i32): void {
  const size = sizeof<T>();
  let i = 0;
  if (size == 4)
    for (; i + 4 <= rows; i += 4)
      transposeFour(
        to + ((<usize>i) << 2),
        (<usize>rows) << 2,
        from + ((<usize>(i * columns)) << 2),
        (<usize>columns) << 2,
        columns,
      );
  for (; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      store<T>(to + <usize>(j * rows + i) * size, load<T>(from + <usize>(i * columns + j) * size));
    }
  }
}
