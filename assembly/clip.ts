/**
 * The squares of gradients, for the norm by which they are clipped, and the clipping itself.
 *
 *   sumOfSquares     sum = Σ_u (Σ_f g[f,u]²)            each column's squares from the first row on, then the columns in order
 *   scaleBy          g[i] *= factor
 *
 * All sums are float64, and their order does not depend on the layout: firstLayerSquares has the same bits for the pairs of
 * firstLayer/weight.ts, where a column that does not exist holds zeros. columns: at least as many f64 as there are columns.
 */
import { lanes, loadPartial, storePartial } from "./inline/lanes";
import { share } from "./inline/share";

/** The least elements that one thread has. */
const SHARE: i32 = 1024;

/** sums + v · v. */
function withSquares(sums: v128, v: v128): v128 {
  return f64x2.add(sums, f64x2.mul(v, v));
}

/** Two elements in float64. */
function two<T>(p: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(p)) : v128.load(p);
}

/** The columns' sums in order. */
function total(columns: usize, count: i32): f64 {
  let sum: f64 = 0;
  const end = columns + ((<usize>count) << 3);
  for (; columns < end; columns += 8) sum += load<f64>(columns);
  return sum;
}

export function sumOfSquares<T>(sum: usize, columns: usize, g: usize, rows: i32, width: i32): void {
  memory.fill(columns, 0, (<usize>width) << 3);
  const even = columns + ((<usize>(width & ~1)) << 3);
  for (let row = 0; row < rows; row++) {
    let at = columns;
    for (; at < even; at += 16) {
      v128.store(at, withSquares(v128.load(at), two<T>(g)));
      g += 2 * sizeof<T>();
    }
    if (width & 1) {
      const value = <f64>load<T>(g);
      store<f64>(at, load<f64>(at) + value * value);
      g += sizeof<T>();
    }
  }
  store<f64>(sum, total(columns, width));
}

export function firstLayerSquares(sum: usize, columns: usize, pairs: usize, units: i32, d: i32): void {
  const stride = (<usize>d) << 3;
  const count = (units + 1) >> 1;
  let to = columns;
  let pair = 0;
  // Four pairs at a time, as an addition has to wait for the one before it.
  for (; pair + 4 <= count; pair += 4) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p0 = pairs;
    let p1 = pairs + stride;
    let p2 = p1 + stride;
    let p3 = p2 + stride;
    const end = p1;
    while (p0 < end) {
      s0 = withSquares(s0, two<f32>(p0));
      s1 = withSquares(s1, two<f32>(p1));
      s2 = withSquares(s2, two<f32>(p2));
      s3 = withSquares(s3, two<f32>(p3));
      p0 += 8;
      p1 += 8;
      p2 += 8;
      p3 += 8;
    }
    v128.store(to, s0);
    v128.store(to, s1, 16);
    v128.store(to, s2, 32);
    v128.store(to, s3, 48);
    to += 64;
    pairs += 4 * stride;
  }
  for (; pair < count; pair++) {
    let s0 = f64x2.splat(0);
    const end = pairs + stride;
    for (; pairs < end; pairs += 8) s0 = withSquares(s0, two<f32>(pairs));
    v128.store(to, s0);
    to += 16;
  }
  store<f64>(sum, total(columns, 2 * count));
}

export function scaleBy<T>(g: usize, n: i32, factor: f64, part: i32, parts: i32): void {
  const first = share(n, SHARE, part, parts);
  g += <usize>first * sizeof<T>();
  n = share(n, SHARE, part + 1, parts) - first;
  const factors = v128.splat<T>(<T>factor);
  const end = g + ((<usize>n * sizeof<T>()) & ~15);
  for (; g < end; g += 16) v128.store(g, v128.mul<T>(v128.load(g), factors));
  const left = n & (lanes<T>() - 1);
  if (left) storePartial<T>(g, v128.mul<T>(loadPartial<T>(g, left), factors), left);
}
