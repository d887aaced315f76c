/**
 * Matrix products in the three forms that training needs.
 *
 *   matmul             Y (m, n)  = X (m, k) · W (k, n)
 *   matmulTransposedA  dW (m, n) = X (k, m)ᵀ · dY (k, n)
 *   matmulTransposedB  dX (m, n) = dY (m, k) · W (n, k)ᵀ
 *
 * matmul adds `bias` (n), unless that is 0. With a bias, `rectify` puts 0 for what is neither positive nor NaN. All matrices are
 * row-major and dense; pointers are byte addresses, sizes count elements. The result overlaps
 * nothing. `workspace` holds the packed blocks, MATMUL_WORKSPACE_BYTES for every part, aligned to 16. `part` of
 * `parts` is the share of one thread.
 *
 * One core serves all three, after Goto and van de Geijn ("Anatomy of high-performance matrix multiplication",
 * 2008): blocks of A (MC × KC) and B (KC × NC) are copied into the order in which the tiles read them, which also
 * makes the transposed forms alike. The tiles (scripts/tiles.mjs) keep 2 rows × 5 or 4 vectors of C in registers, for
 * the last columns 2 × 3, 4 × 2 or 6 × 1. Where B is small, as in the layers behind the first one, nothing is copied
 * (see direct.ts).
 *
 * The terms of a sum are added one by one in the order of k, whatever the blocks: a tile goes on from what is in C.
 * So an element's bits depend on nothing but its row of A and its column of B, whatever way they take.
 */
import { addBiasToRow } from "../inline/bias";
import { lanes } from "../inline/lanes";
import { multiplyPanel, multiplyPartialFive, PANEL, panelVectors } from "../inline/panels";
import { share } from "../inline/share";
import { directProduct, isDirect, transpose } from "./direct";
import { fewRows } from "./fewRows";
import { FEW_ROWS, KC, MATMUL_WORKSPACE_BYTES, MC, NC, PACKED_A } from "./layout";
import { packA, packB, pairBytes } from "./pack";
import { isSparse, sparseProduct } from "./sparse";

/** c[i,j] += bias[j], rectified if asked; c (rows, columns), its rows cStride bytes apart. */
function addBias<T>(c: usize, cStride: usize, bias: usize, rows: i32, columns: i32, rectify: bool): void {
  for (let i = 0; i < rows; i++) {
    addBiasToRow<T>(c, c, bias, columns, rectify);
    c += cStride;
  }
}

/**
 * C = A · B (+ bias, rectified if asked) with A (m, k) and B (k, n) given by their strides in bytes. A thread has a share of C's
 * rows or of its columns, whichever are more, and packs what it needs in a workspace of its own.
 */
function product<T>(
  c: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  rectify: bool,
  workspace: usize,
  part: i32,
  parts: i32,
): void {
  const size = sizeof<T>();
  const cStride = <usize>n * size;
  workspace += <usize>part * <usize>MATMUL_WORKSPACE_BYTES;
  if (isDirect<T>(n, k, aColumn)) {
    const first = share(m, 2, part, parts);
    m = share(m, 2, part + 1, parts) - first;
    if (bColumn != size) {
      transpose<T>(workspace, b, n, k);
      b = workspace;
    }
    directProduct<T>(
      c + <usize>first * cStride,
      a + <usize>first * aRow,
      aRow,
      aColumn,
      b,
      m,
      n,
      k,
      bias,
      rectify,
    );
    return;
  }
  const byLists = size == 4 && isSparse(a, m, n, k);
  if (parts > 1) {
    if (n > m) {
      const first = share(n, PANEL * lanes<T>(), part, parts);
      c += <usize>first * size;
      if (bias) bias += <usize>first * size;
      b += <usize>first * bColumn;
      n = share(n, PANEL * lanes<T>(), part + 1, parts) - first;
    } else {
      // The tiles have 2, 4 or 6 rows.
      const first = share(m, 12, part, parts);
      c += <usize>first * cStride;
      a += <usize>first * aRow;
      m = share(m, 12, part + 1, parts) - first;
    }
  }
  if (k == 0) {
    for (let i = 0; i < m; i++) memory.fill(c + <usize>i * cStride, 0, <usize>n * size);
    if (bias) addBias<T>(c, cStride, bias, m, n, rectify);
    return;
  }
  if (byLists && sparseProduct(c, cStride, a, aRow, aColumn, b, bRow, bColumn, m, n, k, workspace)) {
    if (bias) addBias<T>(c, cStride, bias, m, n, rectify);
    return;
  }
  const packedA = workspace;
  const packedB = workspace + <usize>PACKED_A;
  // The end of B's room is free where a panel's five vectors are not full, as NC is no multiple of five vectors.
  const scratch = workspace + <usize>MATMUL_WORKSPACE_BYTES - 2 * 5 * 16;
  for (let kb = 0; kb < k; kb += KC) {
    const kc = min(KC, k - kb);
    const add = kb > 0;
    const pair = pairBytes<T>(kc);
    for (let jb = 0; jb < n; jb += NC) {
      const nc = min(NC, n - jb);
      packB<T>(packedB, b + <usize>kb * bRow + <usize>jb * bColumn, bRow, bColumn, nc, kc);
      for (let ib = 0; ib < m; ib += MC) {
        const mc = min(MC, m - ib);
        packA<T>(packedA, a + <usize>ib * aRow + <usize>kb * aColumn, aRow, aColumn, mc, kc);
        let panel = packedB;
        for (let j = 0; j < nc; ) {
          const vectors = panelVectors<T>(nc - j);
          const columns = min(vectors * lanes<T>(), nc - j);
          const corner = c + <usize>ib * cStride + <usize>(jb + j) * size;
          if (vectors == 5 && columns < 5 * lanes<T>()) {
            multiplyPartialFive<T>(corner, cStride, packedA, pair, panel, kc, add, mc, columns, scratch);
          } else {
            multiplyPanel<T>(corner, cStride, packedA, pair, panel, vectors, kc, add, mc, columns);
          }
          panel += <usize>(vectors * lanes<T>()) * <usize>kc * size;
          j += vectors * lanes<T>();
        }
        if (bias && kb + kc == k) {
          const corner = c + <usize>ib * cStride + <usize>jb * size;
          addBias<T>(corner, cStride, bias + <usize>jb * size, mc, nc, rectify);
        }
      }
    }
  }
}

export function matmul<T>(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  m: i32,
  n: i32,
  k: i32,
  rectify: bool,
  workspace: usize,
  part: i32,
  parts: i32,
): void {
  const size = sizeof<T>();
  const row = <usize>n * size;
  if (m <= FEW_ROWS && !isDirect<T>(n, k, size)) {
    if (part > 0) return;
    fewRows<T>(y, x, w, m, n, k);
    if (bias) addBias<T>(y, row, bias, m, n, rectify);
    return;
  }
  product<T>(y, x, <usize>k * size, size, w, row, size, m, n, k, bias, rectify, workspace, part, parts);
}

export function matmulTransposedA<T>(
  dw: usize,
  x: usize,
  dy: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
  part: i32,
  parts: i32,
): void {
  const size = sizeof<T>();
  product<T>(
    dw,
    x,
    size,
    <usize>m * size,
    dy,
    <usize>n * size,
    size,
    m,
    n,
    k,
    0,
    false,
    workspace,
    part,
    parts,
  );
}

export function matmulTransposedB<T>(
  dx: usize,
  dy: usize,
  w: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
  part: i32,
  parts: i32,
): void {
  const size = sizeof<T>();
  product<T>(
    dx,
    dy,
    <usize>k * size,
    size,
    w,
    size,
    <usize>k * size,
    m,
    n,
    k,
    0,
    false,
    workspace,
    part,
    parts,
  );
}
