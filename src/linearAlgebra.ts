/** Symmetric positive definite systems of some hundred equations, in float64. Matrices are (n, n), row-major. */
import { NnwasmError } from "./errors.ts";

/**
 * The lower triangular L with L · Lᵀ = A. If A is singular up to rounding, a little is added to its diagonal: at first
 * nothing, then 1e-10, 1e-8, 1e-6, 1e-4 of the diagonal's mean.
 * @param a (n, n), of which the lower triangle is read
 * @throws NnwasmError if it is not positive definite even so
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += a[i * n + i]! / n;
  for (const jitter of [0, 1e-10, 1e-8, 1e-6, 1e-4]) {
    const factor = factorize(a, n, jitter * mean);
    if (factor !== undefined) return factor;
  }
  throw new NnwasmError(`cholesky: a (${n}, ${n}) matrix is not positive definite. Check how it was made.`);
}

/** L of A + shift · I, or undefined at the first pivot that is not above 0. */
function factorize(a: Float64Array, n: number, shift: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]! + (i === j ? shift : 0);
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i > j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0 && sum < Infinity) l[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** Solves L · x = b. @param b (n), becomes x */
export function solveLower(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
}

/** Solves Lᵀ · x = b. @param b (n), becomes x */
export function solveLowerTransposed(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i]! / l[i * n + i]!;
    b[i] = x;
    // Row i of L is used, so that memory is read in order.
    for (let k = 0; k < i; k++) b[k]! -= l[i * n + k]! * x;
  }
}

/** (L · Lᵀ)⁻¹, both triangles. */
export function inverseFromFactor(l: Float64Array, n: number): Float64Array {
  // Row j of `columns` is column j of L⁻¹: its elements above the diagonal are 0.
  const columns = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    columns[j * n + j] = 1 / l[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * n + k]! * columns[j * n + k]!;
      columns[j * n + i] = sum / l[i * n + i]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += columns[i * n + k]! * columns[j * n + k]!;
      inverse[i * n + j] = sum;
      inverse[j * n + i] = sum;
    }
  }
  return inverse;
}
