/** The update of Adam, with the penalty's gradient. */

export interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** @param t the number of the update, from 1 on */
export function update(
  w: Float32Array,
  dw: Float32Array,
  { m, v }: Moments,
  lambda: number,
  rate: number,
  t: number,
): void {
  const step = rate / (1 - 0.9 ** t);
  const root = 1 / Math.sqrt(1 - 0.999 ** t);
  for (let i = 0; i < w.length; i++) {
    const g = dw[i]! + lambda * w[i]!;
    const first = 0.9 * m[i]! + 0.1 * g;
    const second = 0.999 * v[i]! + 0.001 * g * g;
    m[i] = first;
    v[i] = second;
    w[i]! -= (step * first) / (Math.sqrt(second) * root + 1e-8);
  }
}
