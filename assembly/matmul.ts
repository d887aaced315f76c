/**
 * Matrix products in the three forms that training needs.
 *
 *   matmul             Y (m, n)  = X (m, k) · W (k, n)
 *   matmulTransposedA  dW (m, n) = X (k, m)ᵀ · dY (k, n)
 *   matmulTransposedB  dX (m, n) = dY (m, k) · W (n, k)ᵀ
 *
 * All matrices are row-major and dense; pointers are byte addresses, sizes count elements. The result overlaps
 * nothing. `workspace` holds the packed blocks, `matmulWorkspaceBytes()` bytes, aligned to 16.
 *
 * One core serves all three, after Goto and van de Geijn ("Anatomy of high-performance matrix multiplication",
 * 2008): blocks of A (MC × KC) and B (KC × NC) are copied into the order in which the tile reads them, which also
 * makes the transposed forms alike. A tile is 2 rows × 4 vectors, so that its 8 sums and all its loads stay in
 * registers (V8 hoists a block's loads above its arithmetic: 2·4 + 2 + 4 + 1 = 15 of 16). Columns past the last
 * full panel take a 4 × 2 or 6 × 1 tile: 50 columns are 48 + 2, and a 2 × 4 tile would waste a fifth of the work.
 *
 * The terms of a sum are added in the order of k, in blocks of KC: an element's bits depend on k alone, not on m,
 * n or its place.
 */
import { lanes, loadPartial, storePartial } from "./inline/lanes";

// In float32 a block of A (192 KiB) stays in L2 and a panel of B (KC × 16 elements, 24 KiB) in L1; a block of B is as
// wide as it is to pack A only once for 1024 columns.
const KC: i32 = 384;
const MC: i32 = 128;
const NC: i32 = 1024;

/** Bytes that a product needs to pack its blocks, in either precision. */
export function matmulWorkspaceBytes(): i32 {
  return (MC * KC + KC * NC) * 8;
}

/**
 * Packs `rows` rows of A from `a` on, `k` columns, in pairs of rows: [rows / 2][k][2]. A row too few is filled
 * with zeros. `rowStride` and `columnStride` are in bytes.
 */
function packA<T>(to: usize, a: usize, rowStride: usize, columnStride: usize, rows: i32, k: i32): void {
  const size = sizeof<T>();
  const panel = <usize>k * 2 * size;
  if (rowStride == size) {
    // Aᵀ is row-major: a pair lies side by side. Rows of Aᵀ outermost, so that reading is sequential.
    for (let p = 0; p < k; p++) {
      let from = a + <usize>p * columnStride;
      let out = to + <usize>p * 2 * size;
      let i = 0;
      for (; i + 2 <= rows; i += 2) {
        if (size == 4) store<u64>(out, load<u64>(from));
        else v128.store(out, v128.load(from));
        from += 2 * size;
        out += panel;
      }
      if (i < rows) {
        store<T>(out, load<T>(from));
        store<T>(out + size, <T>0);
      }
    }
    return;
  }
  for (let i = 0; i < rows; i += 2) {
    let from = a + <usize>i * rowStride;
    let out = to + <usize>(i >> 1) * panel;
    const end = out + panel;
    if (i + 1 < rows) {
      let other = from + rowStride;
      if (columnStride == size) {
        const vectorEnd = end - (panel & 31);
        while (out < vectorEnd) {
          const u = v128.load(from);
          const v = v128.load(other);
          if (size == 4) {
            v128.store(out, v128.shuffle<f32>(u, v, 0, 4, 1, 5));
            v128.store(out + 16, v128.shuffle<f32>(u, v, 2, 6, 3, 7));
          } else {
            v128.store(out, v128.shuffle<f64>(u, v, 0, 2));
            v128.store(out + 16, v128.shuffle<f64>(u, v, 1, 3));
          }
          from += 16;
          other += 16;
          out += 32;
        }
      }
      while (out < end) {
        store<T>(out, load<T>(from));
        store<T>(out + size, load<T>(other));
        from += columnStride;
        other += columnStride;
        out += 2 * size;
      }
    } else {
      while (out < end) {
        store<T>(out, load<T>(from));
        store<T>(out + size, <T>0);
        from += columnStride;
        out += 2 * size;
      }
    }
  }
}

/**
 * Packs a panel of B, `width` columns of which the first `columns` exist, the others zero: [k][width].
 * Strides are in bytes.
 */
function packPanel<T>(
  to: usize,
  b: usize,
  rowStride: usize,
  columnStride: usize,
  columns: i32,
  width: i32,
  k: i32,
): void {
  const size = sizeof<T>();
  const outStride = <usize>width * size;
  if (columnStride == size) {
    for (let p = 0; p < k; p++) {
      const from = b + <usize>p * rowStride;
      const out = to + <usize>p * outStride;
      let j = 0;
      for (; j + lanes<T>() <= columns; j += lanes<T>()) {
        v128.store(out + <usize>j * size, v128.load(from + <usize>j * size));
      }
      if (j < columns) {
        v128.store(out + <usize>j * size, loadPartial<T>(from + <usize>j * size, columns - j));
        j += lanes<T>();
      }
      for (; j < width; j += lanes<T>()) v128.store(out + <usize>j * size, i32x4.splat(0));
    }
    return;
  }
  for (let j = 0; j < width; j++) {
    let from = b + <usize>j * columnStride;
    let out = to + <usize>j * size;
    const end = out + <usize>k * outStride;
    if (j < columns) {
      while (out < end) {
        store<T>(out, load<T>(from));
        from += rowStride;
        out += outStride;
      }
    } else {
      while (out < end) {
        store<T>(out, <T>0);
        out += outStride;
      }
    }
  }
}

/** Writes a vector of the result, or adds it to what is there; only `columns` elements of it exist. */
function put<T>(to: usize, v: v128, add: bool, columns: i32): void {
  if (columns >= lanes<T>()) {
    v128.store(to, add ? v128.add<T>(v128.load(to), v) : v);
  } else if (columns > 0) {
    storePartial<T>(to, add ? v128.add<T>(loadPartial<T>(to, columns), v) : v, columns);
  }
}

/** 2 rows × 4 vectors, k ≥ 1. a: [k][2], b: [k][4 vectors]. */
function tile2x4<T>(
  c: usize,
  cStride: usize,
  a: usize,
  b: usize,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
): void {
  let c00 = v128.splat<T>(<T>0);
  let c01 = c00;
  let c02 = c00;
  let c03 = c00;
  let c10 = c00;
  let c11 = c00;
  let c12 = c00;
  let c13 = c00;
  const end = b + ((<usize>k) << 6);
  do {
    const a0 = v128.load_splat<T>(a);
    const a1 = v128.load_splat<T>(a, sizeof<T>());
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    c00 = v128.add<T>(c00, v128.mul<T>(a0, b0));
    c10 = v128.add<T>(c10, v128.mul<T>(a1, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(a0, b1));
    c11 = v128.add<T>(c11, v128.mul<T>(a1, b1));
    c02 = v128.add<T>(c02, v128.mul<T>(a0, b2));
    c12 = v128.add<T>(c12, v128.mul<T>(a1, b2));
    c03 = v128.add<T>(c03, v128.mul<T>(a0, b3));
    c13 = v128.add<T>(c13, v128.mul<T>(a1, b3));
    a += 2 * sizeof<T>();
    b += 64;
  } while (b != end);
  const l = lanes<T>();
  put<T>(c, c00, add, columns);
  put<T>(c + 16, c01, add, columns - l);
  put<T>(c + 32, c02, add, columns - 2 * l);
  put<T>(c + 48, c03, add, columns - 3 * l);
  if (rows > 1) {
    c += cStride;
    put<T>(c, c10, add, columns);
    put<T>(c + 16, c11, add, columns - l);
    put<T>(c + 32, c12, add, columns - 2 * l);
    put<T>(c + 48, c13, add, columns - 3 * l);
  }
}

/** 4 rows × 2 vectors: two pairs of A, `pair` bytes apart. b: [k][2 vectors]. */
function tile4x2<T>(
  c: usize,
  cStride: usize,
  a: usize,
  pair: usize,
  b: usize,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
): void {
  let c00 = v128.splat<T>(<T>0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let a2 = rows > 2 ? a + pair : a;
  const end = b + ((<usize>k) << 5);
  do {
    const x0 = v128.load_splat<T>(a);
    const x1 = v128.load_splat<T>(a, sizeof<T>());
    const x2 = v128.load_splat<T>(a2);
    const x3 = v128.load_splat<T>(a2, sizeof<T>());
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    c00 = v128.add<T>(c00, v128.mul<T>(x0, b0));
    c01 = v128.add<T>(c01, v128.mul<T>(x0, b1));
    c10 = v128.add<T>(c10, v128.mul<T>(x1, b0));
    c11 = v128.add<T>(c11, v128.mul<T>(x1, b1));
    c20 = v128.add<T>(c20, v128.mul<T>(x2, b0));
    c21 = v128.add<T>(c21, v128.mul<T>(x2, b1));
    c30 = v128.add<T>(c30, v128.mul<T>(x3, b0));
    c31 = v128.add<T>(c31, v128.mul<T>(x3, b1));
    a += 2 * sizeof<T>();
    a2 += 2 * sizeof<T>();
    b += 32;
  } while (b != end);
  const l = lanes<T>();
  put<T>(c, c00, add, columns);
  put<T>(c + 16, c01, add, columns - l);
  if (rows > 1) {
    put<T>(c + cStride, c10, add, columns);
    put<T>(c + cStride + 16, c11, add, columns - l);
  }
  if (rows > 2) {
    put<T>(c + 2 * cStride, c20, add, columns);
    put<T>(c + 2 * cStride + 16, c21, add, columns - l);
  }
  if (rows > 3) {
    put<T>(c + 3 * cStride, c30, add, columns);
    put<T>(c + 3 * cStride + 16, c31, add, columns - l);
  }
}

/** 6 rows × 1 vector: three pairs of A, `pair` bytes apart. b: [k][1 vector]. */
function tile6x1<T>(
  c: usize,
  cStride: usize,
  a: usize,
  pair: usize,
  b: usize,
  k: i32,
  add: bool,
  rows: i32,
  columns: i32,
): void {
  let c0 = v128.splat<T>(<T>0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let a2 = rows > 2 ? a + pair : a;
  let a4 = rows > 4 ? a2 + pair : a;
  const end = b + ((<usize>k) << 4);
  do {
    const b0 = v128.load(b);
    c0 = v128.add<T>(c0, v128.mul<T>(v128.load_splat<T>(a), b0));
    c1 = v128.add<T>(c1, v128.mul<T>(v128.load_splat<T>(a, sizeof<T>()), b0));
    c2 = v128.add<T>(c2, v128.mul<T>(v128.load_splat<T>(a2), b0));
    c3 = v128.add<T>(c3, v128.mul<T>(v128.load_splat<T>(a2, sizeof<T>()), b0));
    c4 = v128.add<T>(c4, v128.mul<T>(v128.load_splat<T>(a4), b0));
    c5 = v128.add<T>(c5, v128.mul<T>(v128.load_splat<T>(a4, sizeof<T>()), b0));
    a += 2 * sizeof<T>();
    a2 += 2 * sizeof<T>();
    a4 += 2 * sizeof<T>();
    b += 16;
  } while (b != end);
  put<T>(c, c0, add, columns);
  if (rows > 1) put<T>(c + cStride, c1, add, columns);
  if (rows > 2) put<T>(c + 2 * cStride, c2, add, columns);
  if (rows > 3) put<T>(c + 3 * cStride, c3, add, columns);
  if (rows > 4) put<T>(c + 4 * cStride, c4, add, columns);
  if (rows > 5) put<T>(c + 5 * cStride, c5, add, columns);
}

/** Vectors in the panel that starts `columns` columns before the end: 4 while they last, then 2 and 1. */
function panelVectors<T>(columns: i32): i32 {
  const vectors = (columns + lanes<T>() - 1) / lanes<T>();
  return vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
}

/** C = A · B with A (m, k) and B (k, n) given by their strides in bytes. */
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
  workspace: usize,
): void {
  const size = sizeof<T>();
  const cStride = <usize>n * size;
  if (k == 0) {
    memory.fill(c, 0, <usize>m * cStride);
    return;
  }
  const packedA = workspace;
  const packedB = workspace + <usize>(MC * KC) * 8;
  for (let kb = 0; kb < k; kb += KC) {
    const kc = min(KC, k - kb);
    const add = kb > 0;
    const pair = <usize>kc * 2 * size;
    for (let jb = 0; jb < n; jb += NC) {
      const nc = min(NC, n - jb);
      let to = packedB;
      for (let j = 0; j < nc; ) {
        const width = panelVectors<T>(nc - j) * lanes<T>();
        const from = b + <usize>kb * bRow + <usize>(jb + j) * bColumn;
        packPanel<T>(to, from, bRow, bColumn, min(width, nc - j), width, kc);
        to += <usize>width * <usize>kc * size;
        j += width;
      }
      for (let ib = 0; ib < m; ib += MC) {
        const mc = min(MC, m - ib);
        packA<T>(packedA, a + <usize>ib * aRow + <usize>kb * aColumn, aRow, aColumn, mc, kc);
        let panel = packedB;
        for (let j = 0; j < nc; ) {
          const vectors = panelVectors<T>(nc - j);
          const columns = min(vectors * lanes<T>(), nc - j);
          const corner = c + <usize>ib * cStride + <usize>(jb + j) * size;
          const step = vectors == 4 ? 2 : vectors == 2 ? 4 : 6;
          for (let i = 0; i < mc; i += step) {
            const at = corner + <usize>i * cStride;
            const pairs = packedA + <usize>(i >> 1) * pair;
            if (vectors == 4) tile2x4<T>(at, cStride, pairs, panel, kc, add, mc - i, columns);
            else if (vectors == 2) tile4x2<T>(at, cStride, pairs, pair, panel, kc, add, mc - i, columns);
            else tile6x1<T>(at, cStride, pairs, pair, panel, kc, add, mc - i, columns);
          }
          panel += <usize>(vectors * lanes<T>()) * <usize>kc * size;
          j += vectors * lanes<T>();
        }
      }
    }
  }
}

function matmul<T>(y: usize, x: usize, w: usize, m: i32, n: i32, k: i32, workspace: usize): void {
  const size = sizeof<T>();
  product<T>(y, x, <usize>k * size, size, w, <usize>n * size, size, m, n, k, workspace);
}

function matmulTransposedA<T>(
  dw: usize,
  x: usize,
  dy: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  const size = sizeof<T>();
  product<T>(dw, x, size, <usize>m * size, dy, <usize>n * size, size, m, n, k, workspace);
}

function matmulTransposedB<T>(
  dx: usize,
  dy: usize,
  w: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  const size = sizeof<T>();
  product<T>(dx, dy, <usize>k * size, size, w, size, <usize>k * size, m, n, k, workspace);
}

export function matmulF32(y: usize, x: usize, w: usize, m: i32, n: i32, k: i32, workspace: usize): void {
  matmul<f32>(y, x, w, m, n, k, workspace);
}
export function matmulF64(y: usize, x: usize, w: usize, m: i32, n: i32, k: i32, workspace: usize): void {
  matmul<f64>(y, x, w, m, n, k, workspace);
}
export function matmulTransposedAF32(
  dw: usize,
  x: usize,
  dy: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  matmulTransposedA<f32>(dw, x, dy, m, n, k, workspace);
}
export function matmulTransposedAF64(
  dw: usize,
  x: usize,
  dy: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  matmulTransposedA<f64>(dw, x, dy, m, n, k, workspace);
}
export function matmulTransposedBF32(
  dx: usize,
  dy: usize,
  w: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  matmulTransposedB<f32>(dx, dy, w, m, n, k, workspace);
}
export function matmulTransposedBF64(
  dx: usize,
  dy: usize,
  w: usize,
  m: i32,
  n: i32,
  k: i32,
  workspace: usize,
): void {
  matmulTransposedB<f64>(dx, dy, w, m, n, k, workspace);
}
