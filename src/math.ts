/**
 * Elementary functions from additions, multiplications and divisions alone, so that their bits are the same on every
 * engine (`Math.exp` and `Math.log` are not specified to the bit). The float32 and float64 kernels of
 * `assembly/inline/elementary.ts` carry out the operations of most of them in the same order: these are their
 * definition.
 */

const bits = new DataView(new ArrayBuffer(8));

/** 2^k as a double, −1022 ≤ k ≤ 1023. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

// ln 2 in two parts: k · LN2_HIGH is exact for |k| < 2^20, as the last 20 bits of LN2_HIGH are 0.
const LN2_HIGH = 0.6931471803691238; // 0x3FE62E42_FEE00000
const LN2_LOW = 1.9082149292705877e-10; // ln 2 − LN2_HIGH
const LOG2_E = Math.LOG2E;
const ROUND = 6755399441055744; // 1.5 · 2^52: (x + ROUND) − ROUND rounds x to the nearest integer, ties to even

/** e^r − 1 for a small r, by its series. */
function expSeries(r: number): number {
  let q = 1 / 6227020800;
  q = q * r + 1 / 479001600;
  q = q * r + 1 / 39916800;
  q = q * r + 1 / 3628800;
  q = q * r + 1 / 362880;
  q = q * r + 1 / 40320;
  q = q * r + 1 / 5040;
  q = q * r + 1 / 720;
  q = q * r + 1 / 120;
  q = q * r + 1 / 24;
  q = q * r + 1 / 6;
  q = q * r + 0.5;
  return r + r * r * q;
}

/**
 * e^x. Error ≤ 1 ulp over the whole range; overflows to Infinity above 709.782712893384, underflows through the
 * denormals to 0 below −745.133219101941; exp(NaN) is NaN.
 *
 *   x = k · ln 2 + r, |r| ≤ ln 2 / 2        e^x = 2^k · (1 + r + r² · q(r)), q: the Taylor series to r^13
 */
export function exp(x: number): number {
  const clamped = Math.min(Math.max(x, -746), 710);
  const k = clamped * LOG2_E + ROUND - ROUND;
  const r = clamped - k * LN2_HIGH - k * LN2_LOW;
  const y = 1 + expSeries(r);
  // Two factors: 2^k alone leaves the range of exponents at both ends, and the denormals are rounded once.
  const half = k >> 1;
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}

/**
 * The natural logarithm. Error ≤ 1 ulp; log(0) = −Infinity, log(x < 0) = log(NaN) = NaN, log(Infinity) = Infinity.
 *
 *   x = 2^k · (1 + f), √½ ≤ 1 + f < √2       s = f / (2 + f)
 *   log(1 + f) = f − (f²/2 − s · (f²/2 + R)),  R = Σ 2 s^(2i) / (2i + 1), i = 1 … 10
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const k = splitForLog(x);
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const r = logSeries(s * s);
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + r) + k * LN2_LOW) - f);
}

/** k of x = 2^k · (1 + f), √½ ≤ 1 + f < √2, for 0 < x < Infinity. 1 + f is left in `bits`. */
function splitForLog(x: number): number {
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: out of the denormals
    k = -54;
  }
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  // Counting the exponent from √½ = 0x3FE6A09E… puts 1 + f into [√½, √2).
  const offset = high - 0x3fe6a09e;
  k += offset >> 20;
  bits.setUint32(0, (offset & 0xfffff) + 0x3fe6a09e);
  return k;
}

/** R of {@link log}, z = s². */
function logSeries(z: number): number {
  let r = 2 / 21;
  r = r * z + 2 / 19;
  r = r * z + 2 / 17;
  r = r * z + 2 / 15;
  r = r * z + 2 / 13;
  r = r * z + 2 / 11;
  r = r * z + 2 / 9;
  r = r * z + 2 / 7;
  r = r * z + 2 / 5;
  r = r * z + 2 / 3;
  return r * z;
}

// 1 / ln 2 in two parts: the product of LOG2_E_HIGH with a number of 32 bits is exact, as its last 32 bits are 0.
const LOG2_E_HIGH = 1.4426950407214463; // 0x3FF71547_65200000
const LOG2_E_LOW = 1.6751713164886512e-10; // 1 / ln 2 − LOG2_E_HIGH

/**
 * The logarithm to base 2. Error ≤ 1 ulp; exact at powers of two; the same special values as {@link log}.
 *
 *   log₂(x) = k + log(1 + f) / ln 2, with the k and f of {@link log}; the product in two parts, as musl's log2.c has it
 */
export function log2(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  const k = splitForLog(x);
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const halfSquare = 0.5 * f * f;
  bits.setFloat64(0, f - halfSquare);
  bits.setUint32(4, 0);
  const high = bits.getFloat64(0);
  // log(1 + f) = high + low
  const low = f - high - halfSquare + s * (halfSquare + logSeries(s * s));
  const product = high * LOG2_E_HIGH;
  const rest = (low + high) * LOG2_E_LOW + low * LOG2_E_HIGH;
  const sum = k + product;
  return rest + (k - sum + product) + sum;
}

// π in two parts: their sum has 106 bits.
const PI_HIGH = Math.PI;
const PI_LOW = 1.2246467991473532e-16;

/**
 * cos(π·x). Error ≤ 1.5 ulp; exact at multiples of ½ (0 has no sign) and at ±Infinity NaN. The reduction of x is exact.
 *
 *   a = |x| mod 2, brought into [0, ½] by cos(2π − v) = cos v and cos(π − v) = −cos v
 *   a ≤ ¼: cos(πa) by its Taylor series to a^16        a > ¼: sin(π · (½ − a)) by its to a^17
 */
export function cosPi(x: number): number {
  const turned = Math.abs(x) % 2;
  const a = turned > 1 ? 2 - turned : turned;
  return a > 0.5 ? 0 - cosOfQuarter(1 - a) : cosOfQuarter(a);
}

/** cos(π·a), 0 ≤ a ≤ ½. */
function cosOfQuarter(a: number): number {
  if (a > 0.25) return sinOfEighth(0.5 - a);
  const z = PI_HIGH * a * (PI_HIGH * a);
  let q = 1 / 20922789888000;
  q = q * z - 1 / 87178291200;
  q = q * z + 1 / 479001600;
  q = q * z - 1 / 3628800;
  q = q * z + 1 / 40320;
  q = q * z - 1 / 720;
  q = q * z + 1 / 24;
  return 1 - (0.5 * z - z * z * q);
}

/** sin(π·a), 0 ≤ a ≤ ¼. */
function sinOfEighth(a: number): number {
  const v = PI_HIGH * a;
  const z = v * v;
  let q = 1 / 355687428096000;
  q = q * z - 1 / 1307674368000;
  q = q * z + 1 / 6227020800;
  q = q * z - 1 / 39916800;
  q = q * z + 1 / 362880;
  q = q * z - 1 / 5040;
  q = q * z + 1 / 120;
  q = q * z - 1 / 6;
  return v + (v * z * q + PI_LOW * a);
}

// Some of them in float32: every operation is rounded, so that the bits are those of the wasm lanes.
const f = Math.fround;
const bits32 = new DataView(new ArrayBuffer(4));
function powerOfTwo32(k: number): number {
  bits32.setInt32(0, (k + 127) << 23);
  return bits32.getFloat32(0);
}
const LN2_HIGH_32 = f(0.693359375); // 10 bits: k · LN2_HIGH_32 is exact for |k| < 2^14
const LN2_LOW_32 = f(-0.00021219444005469057); // ln 2 − LN2_HIGH_32
const LOG2_E_32 = f(LOG2_E);
const ROUND_32 = 12582912; // 1.5 · 2^23

/** e^r − 1 for a small r in float32, by its series. */
function expSeriesf(r: number): number {
  let q = f(1 / 5040);
  q = f(f(q * r) + f(1 / 720));
  q = f(f(q * r) + f(1 / 120));
  q = f(f(q * r) + f(1 / 24));
  q = f(f(q * r) + f(1 / 6));
  q = f(f(q * r) + 0.5);
  return f(r + f(f(r * r) * q));
}

/** e^x in float32. Error < 1.1 ulp (of float32); Infinity above 88.72284, through the denormals to 0 below −103.97208. */
export function expf(x: number): number {
  const clamped = f(Math.min(Math.max(x, -104), 89));
  const k = f(f(f(clamped * LOG2_E_32) + ROUND_32) - ROUND_32);
  const r = f(f(clamped - f(k * LN2_HIGH_32)) - f(k * LN2_LOW_32));
  const y = f(1 + expSeriesf(r));
  const half = k >> 1;
  return f(f(y * powerOfTwo32(half)) * powerOfTwo32(k - half));
}

/** R(z) of the logarithm in float32. */
function logSeriesf(z: number): number {
  let r = f(2 / 9);
  r = f(f(r * z) + f(2 / 7));
  r = f(f(r * z) + f(2 / 5));
  r = f(f(r * z) + f(2 / 3));
  return f(r * z);
}

/** The natural logarithm in float32. Error ≤ 1 ulp (of float32); the same special values as {@link log}. */
export function logf(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 1.1754943508222875e-38) {
    x *= 33554432; // 2^25: out of the denormals
    k = -25;
  }
  bits32.setFloat32(0, x);
  const offset = bits32.getInt32(0) - 0x3f3504f3; // √½
  k += offset >> 23;
  bits32.setInt32(0, (offset & 0x7fffff) + 0x3f3504f3);
  const g = f(bits32.getFloat32(0) - 1);
  const s = f(g / f(2 + g));
  const r = logSeriesf(f(s * s));
  const halfSquare = f(f(0.5 * g) * g);
  const low = f(f(s * f(halfSquare + r)) + f(k * LN2_LOW_32));
  return f(f(k * LN2_HIGH_32) - f(f(halfSquare - low) - g));
}

/**
 * e^x − 1. Error < 2 ulp over the whole range, near 0 too; −1 below −37.5, Infinity above 709.782712893384; expm1(±0) is ±0.
 *
 *   x = k · ln 2 + r, |r| ≤ ln 2 / 2        e^x − 1 = 2^k · ((1 − 2^−k) + (e^r − 1))
 */
export function expm1(x: number): number {
  if (x === 0) return x;
  const clamped = Math.min(Math.max(x, -38), 710);
  const k = clamped * LOG2_E + ROUND - ROUND;
  const r = clamped - k * LN2_HIGH - k * LN2_LOW;
  // From 2^54 on, the 1 is nothing to e^x.
  const y = 1 - powerOfTwo(-Math.min(k, 60)) + expSeries(r);
  const half = k >> 1;
  return y * powerOfTwo(half) * powerOfTwo(k - half);
}

/**
 * log(1 + x). Error < 1 ulp over the whole range, near 0 too; log1p(−1) = −Infinity, log1p(x < −1) = log1p(NaN) = NaN,
 * log1p(Infinity) = Infinity, log1p(±0) = ±0.
 *
 *   u = 1 + x, rounded: log(1 + x) = log u + (1 + x − u) / u; between √½ and √2, where k = 0, f is x itself
 */
export function log1p(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (x === Infinity || x === 0) return x;
  const u = 1 + x;
  const rest = u - 1;
  const error = 1 - (u - rest) + (x - rest);
  bits.setFloat64(0, u);
  const offset = bits.getUint32(0) - 0x3fe6a09e;
  const k = offset >> 20;
  bits.setUint32(0, (offset & 0xfffff) + 0x3fe6a09e);
  const f = k === 0 ? x : bits.getFloat64(0) - 1;
  const c = k === 0 ? 0 : error / u;
  const s = f / (2 + f);
  const r = logSeries(s * s);
  const halfSquare = 0.5 * f * f;
  return k * LN2_HIGH - (halfSquare - (s * (halfSquare + r) + (k * LN2_LOW + c)) - f);
}

/** 1 / (1 + e^−x), from e^−|x|, which cannot overflow. Error < 3 ulp; 0 at −Infinity, 1 at Infinity. */
export function sigmoid(x: number): number {
  const e = exp(-Math.abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/** The hyperbolic tangent, m / (m + 2) with m = e^2|x| − 1. Error < 3 ulp, near 0 too; tanh(±0) is ±0, tanh(±Infinity) ±1. */
export function tanh(x: number): number {
  const m = expm1(Math.min(2 * Math.abs(x), 40));
  const y = m / (m + 2);
  return x < 0 || Object.is(x, -0) ? -y : y;
}

/** log(1 + e^x) = max(x, 0) + log1p(e^−|x|). Error < 2 ulp; 0 at −Infinity, Infinity at Infinity. */
export function softplus(x: number): number {
  return Math.max(x, 0) + log1p(exp(-Math.abs(x)));
}

/** e^x − 1 in float32. Error < 2 ulp (of float32); −1 below −17.4, Infinity above 88.72284; the special values of {@link expm1}. */
export function expm1f(x: number): number {
  if (x === 0) return x;
  const clamped = f(Math.min(Math.max(x, -18), 89));
  const k = f(f(f(clamped * LOG2_E_32) + ROUND_32) - ROUND_32);
  const r = f(f(clamped - f(k * LN2_HIGH_32)) - f(k * LN2_LOW_32));
  const y = f(f(1 - powerOfTwo32(-Math.min(k, 30))) + expSeriesf(r));
  const half = k >> 1;
  return f(f(y * powerOfTwo32(half)) * powerOfTwo32(k - half));
}

/** log(1 + x) in float32. Error < 1 ulp (of float32); the special values of {@link log1p}. */
export function log1pf(x: number): number {
  if (!(x > -1)) return x === -1 ? -Infinity : NaN;
  if (x === Infinity || x === 0) return x;
  const u = f(1 + x);
  const rest = f(u - 1);
  const error = f(f(1 - f(u - rest)) + f(x - rest));
  bits32.setFloat32(0, u);
  const offset = bits32.getInt32(0) - 0x3f3504f3;
  const k = offset >> 23;
  bits32.setInt32(0, (offset & 0x7fffff) + 0x3f3504f3);
  const g = k === 0 ? x : f(bits32.getFloat32(0) - 1);
  const c = k === 0 ? 0 : f(error / u);
  const s = f(g / f(2 + g));
  const r = logSeriesf(f(s * s));
  const halfSquare = f(f(0.5 * g) * g);
  const low = f(f(s * f(halfSquare + r)) + f(f(k * LN2_LOW_32) + c));
  return f(f(k * LN2_HIGH_32) - f(f(halfSquare - low) - g));
}

/** {@link sigmoid} in float32. Error < 3 ulp (of float32). */
export function sigmoidf(x: number): number {
  const e = expf(-Math.abs(x));
  return f((x >= 0 ? 1 : e) / f(1 + e));
}

/** {@link tanh} in float32. Error < 3 ulp (of float32). */
export function tanhf(x: number): number {
  const m = expm1f(Math.min(f(2 * Math.abs(x)), 20));
  const y = f(m / f(m + 2));
  return x < 0 || Object.is(x, -0) ? -y : y;
}

/** {@link softplus} in float32. Error < 2 ulp (of float32). */
export function softplusf(x: number): number {
  return f(Math.max(x, 0) + log1pf(expf(-Math.abs(x))));
}

/** The standard normal distribution at x. */
export interface Normal {
  /** Φ(x), the share of it below x. */
  readonly below: number;
  /** e^(−x²/2), which is its density times √(2π). */
  readonly bell: number;
}

/**
 * Φ(x) = ½ · erfc(−x/√2) and e^(−x²/2), of which the first is made. Error < 4 and 1 ulp, in the far tails too, or a few
 * smallest denormals.
 *
 *   Φ(−a) = e^(−a²/2) · p(q) / (1 + a), a = |x|, q = (a − 6) / (a + 6): the transformation of Shepherd and Laframboise
 *   ("Chebyshev approximation of (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞", 1981); p, of degree 22, interpolates at
 *   Chebyshev's points for a ≤ 39, its relative error is 5e-18 (in float32 degree 10, a ≤ 15, 2e-9, 4 in place of 6)
 *   a² = h² + (a − h) · (a + h), h: a without its last 27 bits, whose square is exact
 */
export function normal(x: number): Normal {
  const a = Math.min(Math.abs(x), 39);
  const q = (a - 6) / (a + 6);
  let p = 1.5259835259442815e-9;
  p = p * q + 2.8152942562141636e-9;
  p = p * q - 1.5636459536408018e-8;
  p = p * q - 1.97046368728413e-8;
  p = p * q + 1.3255062471926538e-7;
  p = p * q - 7.684867484812304e-10;
  p = p * q - 9.998816010304957e-7;
  p = p * q + 1.7839999776602933e-6;
  p = p * q + 4.412621633850935e-6;
  p = p * q - 2.63534514737785e-5;
  p = p * q + 3.7794808614152075e-5;
  p = p * q + 0.00011948966463189282;
  p = p * q - 0.0008689946413045316;
  p = p * q + 0.0029356555176513763;
  p = p * q - 0.007059819424925712;
  p = p * q + 0.013246864153901632;
  p = p * q - 0.019766479219617394;
  p = p * q + 0.02259246706279732;
  p = p * q - 0.01614151733221389;
  p = p * q - 0.0043733867795938035;
  p = p * q + 0.03981142456243012;
  p = p * q - 0.08502536230577072;
  p = p * q + 0.45345520027112796;
  bits.setFloat64(0, a);
  bits.setUint32(4, bits.getUint32(4) & 0xf8000000);
  const h = bits.getFloat64(0);
  const bell = expOfSum(-0.5 * h * h, -0.5 * (a - h) * (a + h));
  const tail = (p / (1 + a)) * bell;
  return { below: x > 0 ? 1 - tail : tail, bell };
}

/** e^(x + small), −800 < x ≤ 0. */
function expOfSum(x: number, small: number): number {
  const k = x * LOG2_E + ROUND - ROUND;
  const r = x - k * LN2_HIGH - k * LN2_LOW + small;
  const half = k >> 1;
  return (1 + expSeries(r)) * powerOfTwo(half) * powerOfTwo(k - half);
}

/** {@link normal} in float32. Error < 4 and 1.1 ulp (of float32), or a few smallest denormals. */
export function normalf(x: number): Normal {
  const a = Math.min(Math.abs(x), 15);
  const q = f(f(a - 4) / f(a + 4));
  let p = f(-7.287426619851388e-5);
  p = f(f(p * q) - f(6.352731286623946e-5));
  p = f(f(p * q) + f(0.0006915921599735817));
  p = f(f(p * q) - f(0.0003021742128707815));
  p = f(f(p * q) - f(0.005003214457933421));
  p = f(f(p * q) + f(0.017939978966285828));
  p = f(f(p * q) - f(0.03219752979886611));
  p = f(f(p * q) + f(0.028599984506217046));
  p = f(f(p * q) + f(0.013999614036561235));
  p = f(f(p * q) - f(0.0967034665987817));
  p = f(f(p * q) + f(0.4720532066675619));
  bits32.setFloat32(0, a);
  bits32.setInt32(0, bits32.getInt32(0) & 0xfffff000);
  const h = bits32.getFloat32(0);
  const bell = expOfSumf(f(f(-0.5 * h) * h), f(f(-0.5 * f(a - h)) * f(a + h)));
  const tail = f(f(p / f(1 + a)) * bell);
  return { below: x > 0 ? f(1 - tail) : tail, bell };
}

/** {@link expOfSum} in float32, −120 < x ≤ 0. */
function expOfSumf(x: number, small: number): number {
  const k = f(f(f(x * LOG2_E_32) + ROUND_32) - ROUND_32);
  const r = f(f(f(x - f(k * LN2_HIGH_32)) - f(k * LN2_LOW_32)) + small);
  const half = k >> 1;
  return f(f(f(1 + expSeriesf(r)) * powerOfTwo32(half)) * powerOfTwo32(k - half));
}

/**
 * base to the power of an integer ≥ 0, by repeated squaring: products alone, so the bits are the same everywhere, for any
 * exponent a double holds.
 */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  let factor = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
}
