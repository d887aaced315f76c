/** The point of a polytope that is nearest to 0: least squares with weights ≥ 0 whose sum is 1. */
import { cholesky, solveLower, solveLowerTransposed } from "../linearAlgebra.ts";

/** By how much, of the least value so far, a corner must promise to lower it: less is not worth a weight. */
const PROMISE = 1e-10;

/** What a sum of products can be by the rounding of weights and products alone, as a share of the sum of their sizes. */
const ROUNDING = 1e-13;

/**
 * The weights w ≥ 0, Σ w = 1, for which wᵀ · G · w is least: with G_kl = e_k · e_l, those of the point Σ_k w_k · e_k that is
 * nearest to 0. They are exact up to rounding. Few are above 0: of equal points, the first alone.
 *
 * Wolfe, "Finding the nearest point in a polytope", 1976: from the nearest corner on, the corner that promises most comes to
 * those in use; the nearest point of the flat through them is the next, but what would get a weight below 0 has to go.
 *
 * @param gram (k, k), row-major, symmetric and positive semidefinite. k ≥ 1, some tens at most
 */
export function nearestOnSimplex(gram: Float64Array, k: number): Float64Array {
  let nearest = 0;
  for (let i = 1; i < k; i++) if (gram[i * k + i]! < gram[nearest * k + nearest]!) nearest = i;
  let weights = new Float64Array(k);
  weights[nearest] = 1;
  let used = [nearest];
  // Each round lowers the value, and no set of corners comes twice: some k rounds. The limit is for rounding alone.
  for (let round = 0; round < 10 * k; round++) {
    const products = timesGram(gram, weights);
    const value = dot(weights, products);
    let next = 0;
    for (let i = 1; i < k; i++) if (products[i]! < products[next]!) next = i;
    const row = gram.subarray(next * k, (next + 1) * k);
    const rounding = ROUNDING * dot(row.map(Math.abs), weights);
    if (!(products[next]! < value * (1 - PROMISE) - rounding) || used.includes(next)) return weights;
    const found = nearestOfFlat(gram, k, weights, [...used, next]);
    if (!(dot(found.weights, timesGram(gram, found.weights)) < value)) return weights;
    ({ weights, used } = found);
  }
  return weights;
}

/** On the way from `from` to the nearest point of the flat through the used corners, dropping those that it leaves. */
function nearestOfFlat(
  gram: Float64Array,
  k: number,
  from: Float64Array,
  corners: readonly number[],
): { weights: Float64Array<ArrayBuffer>; used: number[] } {
  const weights = Float64Array.from(from);
  let used = [...corners];
  for (;;) {
    const goal = solveFlat(gram, k, used);
    let step = 1;
    used.forEach((corner, i) => {
      const now = weights[corner]!;
      if (goal[i]! <= 0) step = Math.min(step, now === 0 ? 0 : now / (now - goal[i]!));
    });
    const isLast = goal.every((each) => each > 0);
    const left = used.filter((corner, i) => {
      const now = weights[corner]!;
      const leaves = goal[i]! <= 0 && (now === 0 || now / (now - goal[i]!) <= step);
      weights[corner] = leaves ? 0 : isLast ? goal[i]! : now + step * (goal[i]! - now);
      return !leaves;
    });
    if (isLast) return { weights, used };
    used = left;
  }
}

/**
 * The weights of the used corners, of any sign, whose sum is 1 and for which vᵀ · G · v is least: (G + c · 1·1ᵀ) · u = 1,
 * v = u / Σ u. Any c > 0 has the same solution; the least square of a corner does not drown the others.
 */
function solveFlat(gram: Float64Array, k: number, used: readonly number[]): Float64Array {
  const n = used.length;
  const c = used.reduce((least, corner) => Math.min(least, gram[corner * k + corner]!), Infinity);
  const matrix = new Float64Array(n * n);
  used.forEach((a, i) => {
    used.forEach((b, j) => {
      matrix[i * n + j] = gram[a * k + b]! + c;
    });
  });
  const solution = new Float64Array(n).fill(1);
  const factor = cholesky(matrix, n);
  solveLower(factor, n, solution);
  solveLowerTransposed(factor, n, solution);
  let sum = 0;
  for (const each of solution) sum += each;
  return solution.map((each) => each / sum);
}

function timesGram(gram: Float64Array, weights: Float64Array): Float64Array {
  const k = weights.length;
  return weights.map((_, i) => dot(gram.subarray(i * k, (i + 1) * k), weights));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The weighted products of some columns, G_kl = Σ_i weight_i · a_ik · a_il, (k, k). @param columns each as long as weights */
export function gramOf(columns: readonly Float64Array[], weights: Float64Array): Float64Array {
  const k = columns.length;
  const gram = new Float64Array(k * k);
  columns.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const b = columns[j]!;
      let sum = 0;
      for (let row = 0; row < weights.length; row++) sum += weights[row]! * a[row]! * b[row]!;
      gram[i * k + j] = sum;
      gram[j * k + i] = sum;
    }
  });
  return gram;
}
