/**
 * Matrix products as fast as plain JavaScript was found to do them: a tile of 2 rows × 5 columns whose ten sums are
 * local variables (so V8 keeps them in registers), fed from packed doubles (so that a float32 is converted once and
 * not at every use).
 *
 * Against rows of the result to which 4 or 8 terms are added at a time, the usual form, it is 1.9 and 1.5 times as
 * fast at 100 × 3072 × 50. Of the tiles from 2 × 2 to 4 × 4, 2 × 5 is the best at the paper's widths, all multiples
 * of 5, on Node 20 and 24.
 */

/** Terms that are added before the sums go back to the result, so that a panel of B (256 × 5 doubles) stays in L1. */
const BLOCK = 256;
const ROWS = 2;
const COLUMNS = 5;

const packedA = new Float64Array(BLOCK * ROWS);
/** Room for the packed B, which grows to the widest one. */
let packedB = new Float64Array(0);

/** Packs B's terms from `start` on in panels of 5 columns: [n / 5][terms][5]. Columns that do not exist are zero. */
function packB(
  b: Float32Array,
  bRow: number,
  bColumn: number,
  n: number,
  start: number,
  terms: number,
): number {
  const panels = Math.ceil(n / COLUMNS);
  const size = panels * terms * COLUMNS;
  if (packedB.length < size) packedB = new Float64Array(size);
  let to = 0;
  for (let j = 0; j < panels * COLUMNS; j += COLUMNS) {
    const existing = Math.min(COLUMNS, n - j);
    for (let p = start; p < start + terms; p++) {
      let from = p * bRow + j * bColumn;
      for (let column = 0; column < COLUMNS; column++) {
        packedB[to++] = column < existing ? b[from]! : 0;
        from += bColumn;
      }
    }
  }
  return panels;
}

/** Packs two rows of A, interleaved: [terms][2]. A row that does not exist is zero. */
function packA(a: Float32Array, from: number, aRow: number, aColumn: number, terms: number, rows: number) {
  let first = from;
  let second = from + aRow;
  for (let p = 0; p < terms * ROWS; p += ROWS) {
    packedA[p] = a[first]!;
    packedA[p + 1] = rows > 1 ? a[second]! : 0;
    first += aColumn;
    second += aColumn;
  }
}

/** C (m, n) = A (m, k) · B (k, n): element (i, p) of A is a[i · aRow + p · aColumn], (p, j) of B likewise. */
function product(
  c: Float32Array,
  a: Float32Array,
  aRow: number,
  aColumn: number,
  b: Float32Array,
  bRow: number,
  bColumn: number,
  m: number,
  n: number,
  k: number,
): void {
  c.fill(0);
  for (let start = 0; start < k; start += BLOCK) {
    const terms = Math.min(BLOCK, k - start);
    const panels = packB(b, bRow, bColumn, n, start, terms);
    for (let i = 0; i < m; i += ROWS) {
      const rows = Math.min(ROWS, m - i);
      packA(a, i * aRow + start * aColumn, aRow, aColumn, terms, rows);
      for (let panel = 0; panel < panels; panel++) {
        const j = panel * COLUMNS;
        addTile(c, i * n + j, n, panel * terms * COLUMNS, terms, rows, Math.min(COLUMNS, n - j));
      }
    }
  }
}

/** Adds to the result from `at` on, `rows` × `columns` of it, the packed rows of A times a packed panel of B. */
function addTile(
  c: Float32Array,
  at: number,
  stride: number,
  panel: number,
  terms: number,
  rows: number,
  columns: number,
): void {
  const a = packedA;
  const b = packedB;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s04 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s14 = 0;
  const end = terms * ROWS;
  let q = panel;
  for (let p = 0; p < end; p += ROWS) {
    const a0 = a[p]!;
    const a1 = a[p + 1]!;
    const b0 = b[q]!;
    const b1 = b[q + 1]!;
    const b2 = b[q + 2]!;
    const b3 = b[q + 3]!;
    const b4 = b[q + 4]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s04 += a0 * b4;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s14 += a1 * b4;
    q += COLUMNS;
  }
  addRow(c, at, columns, s00, s01, s02, s03, s04);
  if (rows > 1) addRow(c, at + stride, columns, s10, s11, s12, s13, s14);
}

function addRow(
  c: Float32Array,
  at: number,
  columns: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
  s4: number,
): void {
  c[at]! += s0;
  if (columns > 1) c[at + 1]! += s1;
  if (columns > 2) c[at + 2]! += s2;
  if (columns > 3) c[at + 3]! += s3;
  if (columns > 4) c[at + 4]! += s4;
}

/** Y (n, outputs) = X (n, inputs) · W (inputs, outputs). */
export function multiply(
  y: Float32Array,
  x: Float32Array,
  w: Float32Array,
  n: number,
  inputs: number,
  outputs: number,
): void {
  product(y, x, inputs, 1, w, outputs, 1, n, outputs, inputs);
}

/** dW (inputs, outputs) = X (n, inputs)ᵀ · dY (n, outputs). */
export function transposedA(
  dw: Float32Array,
  x: Float32Array,
  dy: Float32Array,
  n: number,
  inputs: number,
  outputs: number,
): void {
  product(dw, x, 1, inputs, dy, outputs, 1, inputs, outputs, n);
}

/** dX (n, inputs) = dY (n, outputs) · W (inputs, outputs)ᵀ. */
export function transposedB(
  dx: Float32Array,
  dy: Float32Array,
  w: Float32Array,
  n: number,
  inputs: number,
  outputs: number,
): void {
  product(dx, dy, outputs, 1, w, 1, outputs, n, inputs, outputs);
}
