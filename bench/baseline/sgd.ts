/** The update of stochastic gradient descent. */

export function update(w: Float32Array, dw: Float32Array, rate: number): void {
  for (let i = 0; i < w.length; i++) w[i]! -= rate * dw[i]!;
}

/** The update with the penalty's gradient, in one pass. */
export function updateL2(w: Float32Array, dw: Float32Array, lambda: number, rate: number): void {
  const keep = 1 - rate * lambda;
  for (let i = 0; i < w.length; i++) w[i] = keep * w[i]! - rate * dw[i]!;
}

/** The update with momentum, and the penalty's gradient. */
export function updateMomentum(
  w: Float32Array,
  dw: Float32Array,
  velocity: Float32Array,
  lambda: number,
  momentum: number,
  rate: number,
): void {
  for (let i = 0; i < w.length; i++) {
    const v = momentum * velocity[i]! + dw[i]! + lambda * w[i]!;
    velocity[i] = v;
    w[i]! -= rate * v;
  }
}
