/** The update of stochastic gradient descent. */

export function update(w: Float32Array, dw: Float32Array, rate: number): void {
  for (let i = 0; i < w.length; i++) w[i]! -= rate * dw[i]!;
}

/** The update with the penalty's gradient, in one pass. */
export function updateL2(w: Float32Array, dw: Float32Array, lambda: number, rate: number): void {
  const keep = 1 - rate * lambda;
  for (let i = 0; i < w.length; i++) w[i] = keep * w[i]! - rate * dw[i]!;
}
