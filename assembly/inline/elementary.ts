/**
 * exp, log and what follows from them, of every lane, from additions, multiplications and divisions: `src/math.ts`
 * derives the formulas, states the errors and carries out the same operations in the same order, so that host and wasm
 * agree to the bit.
 */

/** x · log₂ e, to the nearest integer. */
function exponentF32(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)));
}

/** x − k · ln 2. */
function restF32(x: v128, k: v128): v128 {
  return f32x4.sub(
    f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375))),
    f32x4.mul(k, f32x4.splat(-0.00021219444005469057)),
  );
}

/** e^r − 1 for a small r, by its series. */
function seriesF32(r: v128): v128 {
  let q = f32x4.splat(<f32>(1.0 / 5040.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 720.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 120.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 24.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 6.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.5));
  return f32x4.add(r, f32x4.mul(f32x4.mul(r, r), q));
}

/** y · 2^k, by two factors. */
function scaledF32(y: v128, k: v128): v128 {
  const exponent = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(exponent, 1);
  const bias = i32x4.splat(127);
  const scale1 = i32x4.shl(i32x4.add(half, bias), 23);
  const scale2 = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23);
  return f32x4.mul(f32x4.mul(y, scale1), scale2);
}

function expF32(x: v128): v128 {
  // pmin and pmax pass on a NaN that comes first, in one instruction where min and max take six. The bounds keep both factors of
  // 2^k normal numbers.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const k = exponentF32(clamped);
  return scaledF32(f32x4.add(f32x4.splat(1), seriesF32(restF32(clamped, k))), k);
}

/** e^(x + small), −120 < x ≤ 0. */
function expOfSumF32(x: v128, small: v128): v128 {
  const k = exponentF32(x);
  const r = f32x4.add(restF32(x, k), small);
  return scaledF32(f32x4.add(f32x4.splat(1), seriesF32(r)), k);
}

function expm1F32(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-18)), f32x4.splat(89));
  const k = exponentF32(clamped);
  const small = i32x4.trunc_sat_f32x4_s(f32x4.pmin(k, f32x4.splat(30)));
  const inverse = i32x4.shl(i32x4.sub(i32x4.splat(127), small), 23);
  const y = f32x4.add(f32x4.sub(f32x4.splat(1), inverse), seriesF32(restF32(clamped, k)));
  return withSign<f32>(scaledF32(y, k), x);
}

/** x · log₂ e, to the nearest integer. */
function exponentF64(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(1.4426950408889634)));
}

/** x − k · ln 2. */
function restF64(x: v128, k: v128): v128 {
  return f64x2.sub(
    f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.69314718036912381649))),
    f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)),
  );
}

/** e^r − 1 for a small r, by its series. */
function seriesF64(r: v128): v128 {
  let q = f64x2.splat(1.0 / 6227020800.0);
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 479001600.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 39916800.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 3628800.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 362880.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 40320.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 5040.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 720.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 120.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 24.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(1.0 / 6.0));
  q = f64x2.add(f64x2.mul(q, r), f64x2.splat(0.5));
  return f64x2.add(r, f64x2.mul(f64x2.mul(r, r), q));
}

/** y · 2^k, by two factors. */
function scaledF64(y: v128, k: v128): v128 {
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  const half = i64x2.shr_s(exponent, 1);
  const bias = i64x2.splat(1023);
  const scale1 = i64x2.shl(i64x2.add(half, bias), 52);
  const scale2 = i64x2.shl(i64x2.add(i64x2.sub(exponent, half), bias), 52);
  return f64x2.mul(f64x2.mul(y, scale1), scale2);
}

function expF64(x: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746)), f64x2.splat(710));
  const k = exponentF64(clamped);
  return scaledF64(f64x2.add(f64x2.splat(1), seriesF64(restF64(clamped, k))), k);
}

/** e^(x + small), −800 < x ≤ 0. */
function expOfSumF64(x: v128, small: v128): v128 {
  const k = exponentF64(x);
  const r = f64x2.add(restF64(x, k), small);
  return scaledF64(f64x2.add(f64x2.splat(1), seriesF64(r)), k);
}

function expm1F64(x: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-38)), f64x2.splat(710));
  const k = exponentF64(clamped);
  const small = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(f64x2.pmin(k, f64x2.splat(60))));
  const inverse = i64x2.shl(i64x2.sub(i64x2.splat(1023), small), 52);
  const y = f64x2.add(f64x2.sub(f64x2.splat(1), inverse), seriesF64(restF64(clamped, k)));
  return withSign<f64>(scaledF64(y, k), x);
}

/** R(z) of the logarithm. */
function logSeriesF32(z: v128): v128 {
  let r = f32x4.splat(<f32>(2.0 / 9.0));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 7.0)));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 5.0)));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 3.0)));
  return f32x4.mul(r, z);
}

/** R(z) of the logarithm. */
function logSeriesF64(z: v128): v128 {
  let r = f64x2.splat(2.0 / 21.0);
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 19.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 17.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 15.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 13.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 11.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 9.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 7.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 5.0));
  r = f64x2.add(f64x2.mul(r, z), f64x2.splat(2.0 / 3.0));
  return f64x2.mul(r, z);
}

function logF32(x: v128): v128 {
  const denormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(33554432)), x, denormal);
  const offset = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.add(i32x4.shr_s(offset, 23), v128.and(denormal, i32x4.splat(-25)));
  const k = f32x4.convert_i32x4_s(exponent);
  const mantissa = i32x4.add(v128.and(offset, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const g = f32x4.sub(mantissa, f32x4.splat(1));
  const s = f32x4.div(g, f32x4.add(f32x4.splat(2), g));
  const r = logSeriesF32(f32x4.mul(s, s));
  const halfSquare = f32x4.mul(f32x4.mul(f32x4.splat(0.5), g), g);
  const low = f32x4.add(
    f32x4.mul(s, f32x4.add(halfSquare, r)),
    f32x4.mul(k, f32x4.splat(-0.00021219444005469057)),
  );
  const y = f32x4.sub(f32x4.mul(k, f32x4.splat(0.693359375)), f32x4.sub(f32x4.sub(halfSquare, low), g));
  return special(
    y,
    x,
    f32x4.eq(x, f32x4.splat(Infinity)),
    f32x4.eq(x, f32x4.splat(0)),
    f32x4.ge(x, f32x4.splat(0)),
    f32x4.splat(-Infinity),
    f32x4.splat(NaN),
  );
}

function logF64(x: v128): v128 {
  const denormal = f64x2.lt(x, f64x2.splat(2.2250738585072014e-308));
  const scaled = v128.bitselect(f64x2.mul(x, f64x2.splat(18014398509481984)), x, denormal);
  // The exponent is counted from the high word alone, as on the host; the low words stay as they are.
  const high = i64x2.shr_s(scaled, 32);
  const offset = i64x2.sub(high, i64x2.splat(0x3fe6a09e));
  const exponent = i64x2.add(i64x2.shr_s(offset, 20), v128.and(denormal, i64x2.splat(-54)));
  // Both lanes fit in 32 bits: move their low words together to convert them.
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponent, exponent, 0, 2, 0, 2));
  const newHigh = i64x2.add(v128.and(offset, i64x2.splat(0xfffff)), i64x2.splat(0x3fe6a09e));
  const mantissa = v128.or(i64x2.shl(newHigh, 32), v128.and(scaled, i64x2.splat(0xffffffff)));
  const g = f64x2.sub(mantissa, f64x2.splat(1));
  const s = f64x2.div(g, f64x2.add(f64x2.splat(2), g));
  const r = logSeriesF64(f64x2.mul(s, s));
  const halfSquare = f64x2.mul(f64x2.mul(f64x2.splat(0.5), g), g);
  const low = f64x2.add(
    f64x2.mul(s, f64x2.add(halfSquare, r)),
    f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)),
  );
  const y = f64x2.sub(
    f64x2.mul(k, f64x2.splat(0.69314718036912381649)),
    f64x2.sub(f64x2.sub(halfSquare, low), g),
  );
  return special(
    y,
    x,
    f64x2.eq(x, f64x2.splat(Infinity)),
    f64x2.eq(x, f64x2.splat(0)),
    f64x2.ge(x, f64x2.splat(0)),
    f64x2.splat(-Infinity),
    f64x2.splat(NaN),
  );
}

function log1pF32(x: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(one, x);
  const rest = f32x4.sub(u, one);
  const error = f32x4.add(f32x4.sub(one, f32x4.sub(u, rest)), f32x4.sub(x, rest));
  const offset = i32x4.sub(u, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.shr_s(offset, 23);
  const isNear = i32x4.eq(exponent, i32x4.splat(0));
  const k = f32x4.convert_i32x4_s(exponent);
  const mantissa = i32x4.add(v128.and(offset, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const g = v128.bitselect(x, f32x4.sub(mantissa, one), isNear);
  const c = v128.andnot(f32x4.div(error, u), isNear);
  const s = f32x4.div(g, f32x4.add(f32x4.splat(2), g));
  const r = logSeriesF32(f32x4.mul(s, s));
  const halfSquare = f32x4.mul(f32x4.mul(f32x4.splat(0.5), g), g);
  const low = f32x4.add(
    f32x4.mul(s, f32x4.add(halfSquare, r)),
    f32x4.add(f32x4.mul(k, f32x4.splat(-0.00021219444005469057)), c),
  );
  const y = f32x4.sub(f32x4.mul(k, f32x4.splat(0.693359375)), f32x4.sub(f32x4.sub(halfSquare, low), g));
  return special(
    withSign<f32>(y, x),
    x,
    f32x4.eq(x, f32x4.splat(Infinity)),
    f32x4.eq(x, f32x4.splat(-1)),
    f32x4.ge(x, f32x4.splat(-1)),
    f32x4.splat(-Infinity),
    f32x4.splat(NaN),
  );
}

function log1pF64(x: v128): v128 {
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  const rest = f64x2.sub(u, one);
  const error = f64x2.add(f64x2.sub(one, f64x2.sub(u, rest)), f64x2.sub(x, rest));
  const high = i64x2.shr_s(u, 32);
  const offset = i64x2.sub(high, i64x2.splat(0x3fe6a09e));
  const exponent = i64x2.shr_s(offset, 20);
  const isNear = i64x2.eq(exponent, i64x2.splat(0));
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponent, exponent, 0, 2, 0, 2));
  const newHigh = i64x2.add(v128.and(offset, i64x2.splat(0xfffff)), i64x2.splat(0x3fe6a09e));
  const mantissa = v128.or(i64x2.shl(newHigh, 32), v128.and(u, i64x2.splat(0xffffffff)));
  const g = v128.bitselect(x, f64x2.sub(mantissa, one), isNear);
  const c = v128.andnot(f64x2.div(error, u), isNear);
  const s = f64x2.div(g, f64x2.add(f64x2.splat(2), g));
  const r = logSeriesF64(f64x2.mul(s, s));
  const halfSquare = f64x2.mul(f64x2.mul(f64x2.splat(0.5), g), g);
  const low = f64x2.add(
    f64x2.mul(s, f64x2.add(halfSquare, r)),
    f64x2.add(f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)), c),
  );
  const y = f64x2.sub(
    f64x2.mul(k, f64x2.splat(0.69314718036912381649)),
    f64x2.sub(f64x2.sub(halfSquare, low), g),
  );
  return special(
    withSign<f64>(y, x),
    x,
    f64x2.eq(x, f64x2.splat(Infinity)),
    f64x2.eq(x, f64x2.splat(-1)),
    f64x2.ge(x, f64x2.splat(-1)),
    f64x2.splat(-Infinity),
    f64x2.splat(NaN),
  );
}

/** A logarithm's special values: Infinity stays, the zero of its argument gives −Infinity, what is not `valid` (NaN too) NaN. */
function special(
  y: v128,
  x: v128,
  infinite: v128,
  zero: v128,
  valid: v128,
  minusInfinity: v128,
  nan: v128,
): v128 {
  let result = v128.bitselect(x, y, infinite);
  result = v128.bitselect(minusInfinity, result, zero);
  return v128.bitselect(result, nan, valid);
}

/** e^x of every lane. */
export function exp<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? expF32(x) : expF64(x);
}

/** The natural logarithm of every lane. */
export function log<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? logF32(x) : logF64(x);
}

/** The sign bit of every lane. */
function signs<T>(): v128 {
  return v128.splat<T>(<T>-0.0);
}

/** y with the signs of x. */
export function withSign<T>(y: v128, x: v128): v128 {
  return v128.bitselect(x, y, signs<T>());
}

/** e^x − 1 of every lane. */
export function expm1<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? expm1F32(x) : expm1F64(x);
}

/** log(1 + x) of every lane. */
export function log1p<T>(x: v128): v128 {
  return sizeof<T>() == 4 ? log1pF32(x) : log1pF64(x);
}

/** e^−|x| of every lane. */
function expOfMinusSize<T>(x: v128): v128 {
  return exp<T>(v128.or(x, signs<T>()));
}

/** 1 / (1 + e^−x) of every lane. */
export function sigmoid<T>(x: v128): v128 {
  const e = expOfMinusSize<T>(x);
  const one = v128.splat<T>(<T>1);
  const numerator = v128.bitselect(one, e, v128.ge<T>(x, v128.splat<T>(<T>0)));
  return v128.div<T>(numerator, v128.add<T>(one, e));
}

/** The hyperbolic tangent of every lane. */
export function tanh<T>(x: v128): v128 {
  const two = v128.splat<T>(<T>2);
  const most = v128.splat<T>(sizeof<T>() == 4 ? <T>20 : <T>40);
  const m = expm1<T>(v128.pmin<T>(v128.mul<T>(two, v128.abs<T>(x)), most));
  return withSign<T>(v128.div<T>(m, v128.add<T>(m, two)), x);
}

/** log(1 + e^x) of every lane. */
export function softplus<T>(x: v128): v128 {
  // 0 for a NaN, which the other summand has.
  const positive = v128.pmax<T>(v128.splat<T>(<T>0), x);
  return v128.add<T>(positive, log1p<T>(expOfMinusSize<T>(x)));
}

/** p(q) of the normal distribution. */
function tailSeries<T>(q: v128): v128 {
  return sizeof<T>() == 4 ? tailSeriesF32(q) : tailSeriesF64(q);
}

function tailSeriesF32(q: v128): v128 {
  let p = f32x4.splat(-7.287426619851388e-5);
  p = f32x4.sub(f32x4.mul(p, q), f32x4.splat(6.352731286623946e-5));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(0.0006915921599735817));
  p = f32x4.sub(f32x4.mul(p, q), f32x4.splat(0.0003021742128707815));
  p = f32x4.sub(f32x4.mul(p, q), f32x4.splat(0.005003214457933421));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(0.017939978966285828));
  p = f32x4.sub(f32x4.mul(p, q), f32x4.splat(0.03219752979886611));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(0.028599984506217046));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(0.013999614036561235));
  p = f32x4.sub(f32x4.mul(p, q), f32x4.splat(0.0967034665987817));
  p = f32x4.add(f32x4.mul(p, q), f32x4.splat(0.4720532066675619));
  return p;
}

function tailSeriesF64(q: v128): v128 {
  let p = f64x2.splat(1.5259835259442815e-9);
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8152942562141636e-9));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(1.5636459536408018e-8));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(1.97046368728413e-8));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(1.3255062471926538e-7));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(7.684867484812304e-10));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(9.998816010304957e-7));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(1.7839999776602933e-6));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(4.412621633850935e-6));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(2.63534514737785e-5));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(3.7794808614152075e-5));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.00011948966463189282));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.0008689946413045316));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.0029356555176513763));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.007059819424925712));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.013246864153901632));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.019766479219617394));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.02259246706279732));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.01614151733221389));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.0043733867795938035));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.03981142456243012));
  p = f64x2.sub(f64x2.mul(p, q), f64x2.splat(0.08502536230577072));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(0.45345520027112796));
  return p;
}

/** |x| of every lane, up to where e^(−x²/2) is 0. */
function distance<T>(x: v128): v128 {
  return v128.pmin<T>(v128.abs<T>(x), v128.splat<T>(sizeof<T>() == 4 ? <T>15 : <T>39));
}

/** e^(−x²/2) of every lane. */
export function normalBell<T>(x: v128): v128 {
  const a = distance<T>(x);
  const h = v128.and(a, sizeof<T>() == 4 ? i32x4.splat(0xfffff000) : i64x2.splat(0xfffffffff8000000));
  const half = v128.splat<T>(<T>-0.5);
  const square = v128.mul<T>(v128.mul<T>(half, h), h);
  const small = v128.mul<T>(v128.mul<T>(half, v128.sub<T>(a, h)), v128.add<T>(a, h));
  return sizeof<T>() == 4 ? expOfSumF32(square, small) : expOfSumF64(square, small);
}

/** The normal distribution Φ(x) of every lane. @param bell e^(−x²/2) */
export function normalBelow<T>(x: v128, bell: v128): v128 {
  const a = distance<T>(x);
  const one = v128.splat<T>(<T>1);
  const middle = v128.splat<T>(sizeof<T>() == 4 ? <T>4 : <T>6);
  const p = tailSeries<T>(v128.div<T>(v128.sub<T>(a, middle), v128.add<T>(a, middle)));
  const tail = v128.mul<T>(v128.div<T>(p, v128.add<T>(one, a)), bell);
  return v128.bitselect(v128.sub<T>(one, tail), tail, v128.gt<T>(x, v128.splat<T>(<T>0)));
}
