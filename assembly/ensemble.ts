/**
 * The weighted mean of the outputs of several networks, added in float64, and what is made of it.
 *
 *   ensembleAdd     sums[i] = weight · c(x[i]), plus sums[i] unless it is the first network
 *   ensembleMean    y[i] = c(sums[i])
 *   ensembleLog     y[i] = c(log(max(sums[i], least)) / temperature); of odds
 *                   y[i] = c(log(p / (1 − p)) / temperature), p = min(max(sums[i], least), below)
 *
 * c clamps to the finite numbers of T; `least` is its least normal number, `below` its largest one below 1. A NaN passes.
 * All arrays have n elements: sums float64, x and y of type T. y is rounded once.
 */
import { log } from "./inline/elementary";
import { loadUpTo, storeUpTo } from "./inline/lanes";

/** Two numbers at `p`, or one, in float64. */
function loadDoubles<T>(p: usize, count: i32): v128 {
  if (sizeof<T>() == 8) return loadUpTo<f64>(p, count);
  return f64x2.promote_low_f32x4(count >= 2 ? v128.load64_zero(p) : v128.load32_zero(p));
}

/** The counterpart of {@link loadDoubles}. */
function storeDoubles<T>(p: usize, v: v128, count: i32): void {
  if (sizeof<T>() == 8) {
    storeUpTo<f64>(p, v, count);
    return;
  }
  const singles = f32x4.demote_f64x2_zero(v);
  if (count >= 2) v128.store64_lane(p, singles, 0);
  else v128.store32_lane(p, singles, 0);
}

/** The numbers of `v` between two others. A NaN passes, as it comes first. */
function between(v: v128, least: f64, most: f64): v128 {
  return f64x2.pmin(f64x2.pmax(v, f64x2.splat(least)), f64x2.splat(most));
}

function finite<T>(v: v128): v128 {
  const largest = sizeof<T>() == 4 ? <f64>f32.MAX_VALUE : f64.MAX_VALUE;
  return between(v, -largest, largest);
}

/** A probability that has a logarithm. */
function probability<T>(v: v128, most: f64): v128 {
  return between(v, sizeof<T>() == 4 ? <f64>f32.MIN_NORMAL_VALUE : f64.MIN_NORMAL_VALUE, most);
}

export function ensembleAdd<T>(sums: usize, x: usize, n: i32, weight: f64, isFirst: bool): void {
  const factor = f64x2.splat(weight);
  for (let left = n; left > 0; left -= 2) {
    const product = f64x2.mul(factor, finite<T>(loadDoubles<T>(x, left)));
    storeUpTo<f64>(sums, isFirst ? product : f64x2.add(loadUpTo<f64>(sums, left), product), left);
    sums += 16;
    x += 2 * sizeof<T>();
  }
}

export function ensembleMean<T>(y: usize, sums: usize, n: i32): void {
  for (let left = n; left > 0; left -= 2) {
    storeDoubles<T>(y, finite<T>(loadUpTo<f64>(sums, left)), left);
    sums += 16;
    y += 2 * sizeof<T>();
  }
}

export function ensembleLog<T>(y: usize, sums: usize, n: i32, temperature: f64, ofOdds: bool): void {
  const divisor = f64x2.splat(temperature);
  const one = f64x2.splat(1);
  const below = 1 - (sizeof<T>() == 4 ? <f64>f32.EPSILON : f64.EPSILON) / 2;
  for (let left = n; left > 0; left -= 2) {
    let p = probability<T>(loadUpTo<f64>(sums, left), ofOdds ? below : f64.MAX_VALUE);
    if (ofOdds) p = f64x2.div(p, f64x2.sub(one, p));
    storeDoubles<T>(y, finite<T>(f64x2.div(log<f64>(p), divisor)), left);
    sums += 16;
    y += 2 * sizeof<T>();
  }
}
