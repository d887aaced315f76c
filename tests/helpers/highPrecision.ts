/**
 * e^x, log x, log₂ x and cos πx to more than 40 digits beyond a double's, in fixed point: BigInts that count 2^-256. They
 * are the oracle for src/math.ts. Math.exp and the like cannot be, as their errors are almost as large as those tested.
 */
const BITS = 256n;
const ONE = 1n << BITS;

/** A number mantissa · 2^exponent. */
interface Scaled {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const view = new DataView(new ArrayBuffer(8));

/** A finite double, exactly. */
function exact(x: number): Scaled {
  view.setFloat64(0, x);
  const word = view.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: x < 0 ? -magnitude : magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** value · 2^exponent, rounded down. */
const shift = (value: bigint, exponent: number) =>
  exponent >= 0 ? value << BigInt(exponent) : value >> BigInt(-exponent);

const fixed = ({ mantissa, exponent }: Scaled) => shift(mantissa, exponent + Number(BITS));

/** log 2 = Σ 1 / (i · 2^i). */
const LN2 = (() => {
  let sum = 0n;
  for (let i = 1n; i < BITS; i++) sum += (ONE >> i) / i;
  return sum;
})();

/** e^x of a fixed-point x: x = k · log 2 + rest, |rest| ≤ ½ log 2, and e^rest by its series. */
function expFixed(x: bigint): Scaled {
  const k = (x + (LN2 >> 1n)) / LN2 - (x + (LN2 >> 1n) < 0n ? 1n : 0n);
  const rest = x - k * LN2;
  let mantissa = 0n;
  let term = ONE;
  for (let i = 1n; term !== 0n; i++) {
    mantissa += term;
    term = ((term * rest) >> BITS) / i;
  }
  return { mantissa, exponent: Number(k) - Number(BITS) };
}

/**
 * |actual − truth| in units in the last place of a double: of the binade in which the truth lies, and never
 * less than the smallest denormal.
 */
function ulps(actual: number, truth: Scaled): number {
  const size = truth.mantissa < 0n ? -truth.mantissa : truth.mantissa;
  const binade = size.toString(2).length - 1 + truth.exponent;
  const unit = Math.max(binade - 52, -1074);
  // Both numbers are counted in 2^-40 of that unit.
  const scaled = (value: Scaled) => shift(value.mantissa, value.exponent - unit + 40);
  return Math.abs(Number(scaled(exact(actual)) - scaled(truth))) / 2 ** 40;
}

/** The error of `actual` as e^x, in ulps. */
export function expError(actual: number, x: number): number {
  return ulps(actual, expFixed(fixed(exact(x))));
}

/**
 * log x in fixed point. With g = Math.log(x), which is near enough, log x = g + log(1 + d), where 1 + d = x · e^−g, and d is
 * so small that three terms of its series suffice.
 */
function logFixed(x: number): bigint {
  const guess = Math.log(x);
  const { mantissa, exponent } = exact(x);
  const inverse = expFixed(-fixed(exact(guess)));
  const d = shift(mantissa * inverse.mantissa, exponent + inverse.exponent + Number(BITS)) - ONE;
  const d2 = (d * d) >> BITS;
  return fixed(exact(guess)) + d - d2 / 2n + ((d2 * d) >> BITS) / 3n;
}

/** The error of `actual` as log x, in ulps. */
export function logError(actual: number, x: number): number {
  return ulps(actual, { mantissa: logFixed(x), exponent: -Number(BITS) });
}

/** The error of `actual` as the logarithm of x to base 2, in ulps. */
export function log2Error(actual: number, x: number): number {
  return ulps(actual, { mantissa: (logFixed(x) << BITS) / LN2, exponent: -Number(BITS) });
}

/** π = 16 · arctan(1/5) − 4 · arctan(1/239) (Machin). */
const PI = (() => {
  const arctanOfInverse = (n: bigint) => {
    let sum = 0n;
    let power = ONE / n;
    for (let i = 1n; power !== 0n; i += 2n) {
      sum += i % 4n === 1n ? power / i : -power / i;
      power /= n * n;
    }
    return sum;
  };
  return 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n);
})();

/** The error of `actual` as cos πx, |x| < 2^60, in ulps. The series is that of cos v, v = π · (x mod 2), |v| ≤ π. */
export function cosPiError(actual: number, x: number): number {
  const turned = ((fixed(exact(x)) % (2n * ONE)) + 2n * ONE) % (2n * ONE);
  // Between two whole numbers the cosine is 0; the series ends near it.
  if (2n * turned === ONE || 2n * turned === 3n * ONE) return actual === 0 ? 0 : Infinity;
  const v = (PI * (turned > ONE ? turned - 2n * ONE : turned)) >> BITS;
  const v2 = (v * v) >> BITS;
  let sum = 0n;
  let term = ONE;
  for (let i = 1n; term !== 0n; i += 2n) {
    sum += term;
    term = -((term * v2) >> BITS) / (i * (i + 1n));
  }
  return ulps(actual, { mantissa: sum, exponent: -Number(BITS) });
}
