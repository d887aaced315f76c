/** Per-feature sums of bytes and of their squares, four rows a pass, which are first added as integers. */
export function bytes(
  sums: Float64Array,
  squares: Float64Array,
  values: Uint8Array,
  n: number,
  d: number,
): void {
  sums.fill(0);
  squares.fill(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let at = i * d;
    for (let j = 0; j < d; j++) {
      const v0 = values[at]!;
      const v1 = values[at + d]!;
      const v2 = values[at + 2 * d]!;
      const v3 = values[at + 3 * d]!;
      sums[j]! += v0 + v1 + v2 + v3;
      squares[j]! += v0 * v0 + v1 * v1 + v2 * v2 + v3 * v3;
      at++;
    }
  }
  for (; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const v = values[i * d + j]!;
      sums[j]! += v;
      squares[j]! += v * v;
    }
  }
}
