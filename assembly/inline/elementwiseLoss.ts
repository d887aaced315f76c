/**
 * The losses that compare each output with a target of its own. They differ in what one number costs:
 *
 *   loss    = Σ_i w_i · (Σ_j l(z[i,j], t[i,j])) / c         in float64, j then i, from the first to the last
 *   dz[i,j] = l′(z[i,j], t[i,j]) · factor[i] / (n · c)      see sampleWeights.ts
 *
 * z, dz: (n, c), row-major; targets: (n, c), bytes for flags, of z's type for numbers; weights: (n) f64 or 0; loss: one f64.
 * dz may be z. Vectors run over all n · c numbers, so that samples with one output fill them as well.
 */
import { sigmoid, softplus } from "./elementary";
import { lanes, loadUpTo, storeUpTo } from "./lanes";
import { scaleGradient, weightOf } from "./sampleWeights";

/** Which loss it is, as a type: the compiler makes code for each, with no branch in it. */
export type Logistic = u8;
export type Squared = u16;
export type Absolute = u32;
export type Huber = u64;

/** Flags as sign bits, the first `left` of a vector. */
function signs<T>(flags: usize, left: i32): v128 {
  if (sizeof<T>() == 8) {
    const bits = i64x2.splat(<i64>load<u8>(flags));
    return i64x2.shl(left > 1 ? i64x2.replace_lane(bits, 1, <i64>load<u8>(flags, 1)) : bits, 63);
  }
  let bits = i32x4.splat(<i32>load<u8>(flags));
  if (left > 1) bits = i32x4.replace_lane(bits, 1, <i32>load<u8>(flags, 1));
  if (left > 2) bits = i32x4.replace_lane(bits, 2, <i32>load<u8>(flags, 2));
  if (left > 3) bits = i32x4.replace_lane(bits, 3, <i32>load<u8>(flags, 3));
  return i32x4.shl(bits, 31);
}

/** l′, where `r` is z − t. */
function slope<T, M>(r: v128, delta: T): v128 {
  if (sizeof<M>() == sizeof<Squared>()) return v128.add<T>(r, r);
  const above = v128.splat<T>(sizeof<M>() == sizeof<Huber>() ? delta : <T>1);
  const below = v128.neg<T>(above);
  if (sizeof<M>() == sizeof<Huber>()) {
    return v128.bitselect(above, v128.bitselect(below, r, v128.lt<T>(r, below)), v128.gt<T>(r, above));
  }
  const zero = v128.splat<T>(<T>0);
  return v128.or(v128.and(above, v128.gt<T>(r, zero)), v128.and(below, v128.lt<T>(r, zero)));
}

/** l from one lane: from r, or for the logistic loss from l itself. */
function cost<T, M>(lane: T, delta: T): f64 {
  const v = <f64>lane;
  if (sizeof<M>() == sizeof<Logistic>()) return v;
  if (sizeof<M>() == sizeof<Squared>()) return v * v;
  const a = abs<f64>(v);
  if (sizeof<M>() == sizeof<Absolute>()) return a;
  const d = <f64>delta;
  return a <= d ? 0.5 * a * a : d * (a - 0.5 * d);
}

export function elementwiseLoss<T, M>(
  loss: usize,
  dz: usize,
  z: usize,
  targets: usize,
  weights: usize,
  n: i32,
  c: i32,
  delta: T,
): void {
  const size = n * c;
  let total: f64 = 0;
  let row: f64 = 0;
  let i = 0;
  let j = 0;
  for (let k = 0; k < size; k += lanes<T>()) {
    const left = size - k;
    const at = <usize>k * sizeof<T>();
    const v = loadUpTo<T>(z + at, left);
    let costs: v128;
    if (sizeof<M>() == sizeof<Logistic>()) {
      const sign = signs<T>(targets + <usize>k, left);
      const u = v128.xor(v, sign);
      costs = softplus<T>(u);
      storeUpTo<T>(dz + at, v128.xor(sigmoid<T>(u), sign), left);
    } else {
      costs = v128.sub<T>(v, loadUpTo<T>(targets + at, left));
      storeUpTo<T>(dz + at, slope<T, M>(costs, delta), left);
    }
    row += cost<T, M>(v128.extract_lane<T>(costs, 0), delta);
    if (++j == c) {
      total += weightOf(weights, i++) * row;
      row = 0;
      j = 0;
    }
    if (left > 1) {
      row += cost<T, M>(v128.extract_lane<T>(costs, 1), delta);
      if (++j == c) {
        total += weightOf(weights, i++) * row;
        row = 0;
        j = 0;
      }
    }
    if (sizeof<T>() == 4) {
      if (left > 2) {
        row += cost<T, M>(v128.extract_lane<T>(costs, 2), delta);
        if (++j == c) {
          total += weightOf(weights, i++) * row;
          row = 0;
          j = 0;
        }
      }
      if (left > 3) {
        row += cost<T, M>(v128.extract_lane<T>(costs, 3), delta);
        if (++j == c) {
          total += weightOf(weights, i++) * row;
          row = 0;
          j = 0;
        }
      }
    }
  }
  scaleGradient<T>(dz, weights, n, c);
  store<f64>(loss, total / <f64>c);
}
