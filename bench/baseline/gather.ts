/** A batch taken from a data set. */

/** Gathers and standardises bytes, four rows a pass, so that a feature's factors are loaded once for four rows. */
export function bytes(
  x: Float32Array,
  values: Uint8Array,
  rows: Uint32Array,
  scale: Float32Array,
  shift: Float32Array,
  n: number,
  d: number,
): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const from0 = rows[i]! * d;
    const from1 = rows[i + 1]! * d;
    const from2 = rows[i + 2]! * d;
    const from3 = rows[i + 3]! * d;
    let to = i * d;
    for (let j = 0; j < d; j++) {
      const s = scale[j]!;
      const t = shift[j]!;
      x[to] = values[from0 + j]! * s + t;
      x[to + d] = values[from1 + j]! * s + t;
      x[to + 2 * d] = values[from2 + j]! * s + t;
      x[to + 3 * d] = values[from3 + j]! * s + t;
      to++;
    }
  }
  for (; i < n; i++) {
    const from = rows[i]! * d;
    for (let j = 0; j < d; j++) x[i * d + j] = values[from + j]! * scale[j]! + shift[j]!;
  }
}

/** Copies rows that were standardised before. They take four times the memory; the copy is three times as fast as `bytes`. */
export function floats(x: Float32Array, values: Float32Array, rows: Uint32Array, n: number, d: number): void {
  for (let i = 0; i < n; i++) x.set(values.subarray(rows[i]! * d, (rows[i]! + 1) * d), i * d);
}

export function labels(y: Uint8Array, values: Uint8Array, rows: Uint32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = values[rows[i]!]!;
}
