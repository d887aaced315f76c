/**
 * exp and log of every lane, from additions, multiplications and divisions: `src/math.ts` derives the formulas,
 * states the errors (float32: exp < 1.1 ulp, log ≤ 1 ulp; float64: ≤ 1 ulp each) and carries out the same
 * operations in the same order, so that host and wasm agree to the bit.
 */

function expF32(x: v128): v128 {
  // pmin and pmax pass on a NaN that comes first, in one instruction where min and max take six. The bounds keep both factors of
  // 2^k normal numbers.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-104)), f32x4.splat(89));
  const k = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.4426950408889634)));
  const r = f32x4.sub(
    f32x4.sub(clamped, f32x4.mul(k, f32x4.splat(0.693359375))),
    f32x4.mul(k, f32x4.splat(-0.00021219444005469057)),
  );
  let q = f32x4.splat(<f32>(1.0 / 5040.0));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 720.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 120.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 24.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(<f32>(1.0 / 6.0)));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.5));
  const y = f32x4.add(f32x4.splat(1), f32x4.add(r, f32x4.mul(f32x4.mul(r, r), q)));
  const exponent = i32x4.trunc_sat_f32x4_s(k);
  const half = i32x4.shr_s(exponent, 1);
  const bias = i32x4.splat(127);
  const scale1 = i32x4.shl(i32x4.add(half, bias), 23);
  const scale2 = i32x4.shl(i32x4.add(i32x4.sub(exponent, half), bias), 23);
  return f32x4.mul(f32x4.mul(y, scale1), scale2);
}

function expF64(x: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746)), f64x2.splat(710));
  const k = f64x2.nearest(f64x2.mul(clamped, f64x2.splat(1.4426950408889634)));
  const r = f64x2.sub(
    f64x2.sub(clamped, f64x2.mul(k, f64x2.splat(0.69314718036912381649))),
    f64x2.mul(k, f64x2.splat(1.90821492927058770002e-10)),
  );
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
  const y = f64x2.add(f64x2.splat(1), f64x2.add(r, f64x2.mul(f64x2.mul(r, r), q)));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  const half = i64x2.shr_s(exponent, 1);
  const bias = i64x2.splat(1023);
  const scale1 = i64x2.shl(i64x2.add(half, bias), 52);
  const scale2 = i64x2.shl(i64x2.add(i64x2.sub(exponent, half), bias), 52);
  return f64x2.mul(f64x2.mul(y, scale1), scale2);
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
  const z = f32x4.mul(s, s);
  let r = f32x4.splat(<f32>(2.0 / 9.0));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 7.0)));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 5.0)));
  r = f32x4.add(f32x4.mul(r, z), f32x4.splat(<f32>(2.0 / 3.0)));
  r = f32x4.mul(r, z);
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
  const z = f64x2.mul(s, s);
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
  r = f64x2.mul(r, z);
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

/** log's special values: Infinity stays, 0 gives −Infinity, what is not ≥ 0 (NaN too) gives NaN. */
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
