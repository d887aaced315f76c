/** The L2 penalty on weights, and its gradient. */

/** ½ · lambda · Σ w², in four sums, as each addition to a single sum would wait for the one before. */
export function penalty(w: Float32Array, lambda: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 4 <= w.length; i += 4) {
    s0 += w[i]! * w[i]!;
    s1 += w[i + 1]! * w[i + 1]!;
    s2 += w[i + 2]! * w[i + 2]!;
    s3 += w[i + 3]! * w[i + 3]!;
  }
  for (; i < w.length; i++) s0 += w[i]! * w[i]!;
  return 0.5 * lambda * (s0 + s1 + s2 + s3);
}

export function addGradient(dw: Float32Array, w: Float32Array, lambda: number): void {
  for (let i = 0; i < dw.length; i++) dw[i]! += lambda * w[i]!;
}
