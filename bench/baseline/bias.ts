/** A row vector added to every row, and its gradient. */

export function add(y: Float32Array, x: Float32Array, bias: Float32Array, n: number, d: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * d;
    for (let j = 0; j < d; j++) y[row + j] = x[row + j]! + bias[j]!;
  }
}

/** The sums of the columns, eight rows a pass. Each pass reads and writes the sums once. */
export function columnSums(sums: Float32Array, x: Float32Array, n: number, d: number): void {
  sums.fill(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    let at = i * d;
    for (let j = 0; j < d; j++) {
      sums[j]! +=
        x[at]! +
        x[at + d]! +
        x[at + 2 * d]! +
        x[at + 3 * d]! +
        x[at + 4 * d]! +
        x[at + 5 * d]! +
        x[at + 6 * d]! +
        x[at + 7 * d]!;
      at++;
    }
  }
  for (; i < n; i++) {
    const row = i * d;
    for (let j = 0; j < d; j++) sums[j]! += x[row + j]!;
  }
}
