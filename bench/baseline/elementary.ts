/** exp and log of every element, by the engine's own functions, which plain JavaScript would use. */

export function exp(y: Float32Array, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = Math.exp(x[i]!);
}

export function log(y: Float32Array, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i]!);
}
