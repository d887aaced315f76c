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

/** A fixed-point number as a scaled one. */
const scaled = (mantissa: bigint): Scaled => ({ mantissa, exponent: -Number(BITS) });
const toFixed = ({ mantissa, exponent }: Scaled) => shift(mantissa, exponent + Number(BITS));

/** e^x of a double, in fixed point. */
const expOf = (x: number) => toFixed(expFixed(fixed(exact(x))));

/** log v of a fixed-point v > 0, from a guess of it that is near enough, as in {@link logError}. */
function logNear(v: bigint, guess: number): bigint {
  const inverse = expFixed(-fixed(exact(guess)));
  const d = shift(v * inverse.mantissa, inverse.exponent) - ONE;
  const d2 = (d * d) >> BITS;
  return fixed(exact(guess)) + d - d2 / 2n + ((d2 * d) >> BITS) / 3n;
}

/** The error of `actual` as e^x − 1, in ulps, for |x| ≥ 2^-100. */
export function expm1Error(actual: number, x: number): number {
  return ulps(actual, scaled(expOf(x) - ONE));
}

/** The error of `actual` as log(1 + x), in ulps, for |x| ≥ 2^-100. */
export function log1pError(actual: number, x: number): number {
  return ulps(actual, scaled(logNear(ONE + fixed(exact(x)), Math.log1p(x))));
}

/** The error of `actual` as 1 / (1 + e^−x), in ulps. */
export function sigmoidError(actual: number, x: number): number {
  const e = expFixed(fixed(exact(-Math.abs(x))));
  const below = ONE + toFixed(e);
  if (x >= 0) return ulps(actual, scaled((ONE * ONE) / below));
  return ulps(actual, { mantissa: (e.mantissa << BITS) / below, exponent: e.exponent });
}

/** The error of `actual` as tanh x, in ulps, for |x| ≥ 2^-100. */
export function tanhError(actual: number, x: number): number {
  const e = expOf(2 * x);
  return ulps(actual, scaled(((e - ONE) << BITS) / (e + ONE)));
}

/** The error of `actual` as log(1 + e^x), in ulps, for x > −100. */
export function softplusError(actual: number, x: number): number {
  const guess = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  return ulps(actual, scaled(logNear(ONE + expOf(x), guess)));
}

/** −x²/2, exactly, of a double that is a multiple of 2^-127. */
const exponentOfBell = (x: number) => {
  const { mantissa, exponent } = exact(x);
  return -shift(mantissa * mantissa, 2 * exponent - 1 + Number(BITS));
};

/** The error of `actual` as e^(−x²/2), in ulps. */
export function bellError(actual: number, x: number): number {
  return ulps(actual, expFixed(exponentOfBell(x)));
}

/** 1 / √(2π): the sum of ½ + φ · series to 1 would need it; here from its square's root. π by Machin's formula. */
const DENSITY = (() => {
  const arctan = (inverse: bigint) => {
    let [sum, term] = [0n, ONE / inverse];
    for (let i = 1n; term !== 0n; i += 2n) {
      sum += term / i;
      term = -term / (inverse * inverse);
    }
    return sum;
  };
  const pi = 4n * (4n * arctan(5n) - arctan(239n));
  const square = (ONE * ONE) / (2n * pi);
  // √(v · 2^256) in fixed point, by Newton's method.
  let root = ONE;
  for (let i = 0; i < 300; i++) root = (root + (square * ONE) / root) / 2n;
  return root;
})();

/**
 * The error of `actual` as the normal distribution Φ(x), in ulps, for |x| ≤ 10, beyond which the sum leaves too few digits:
 * Φ(x) = ½ + φ(x) · Σ x^(2k+1) / (1 · 3 · 5 … (2k + 1)).
 */
export function normalError(actual: number, x: number): number {
  const value = fixed(exact(x));
  let [sum, term] = [0n, value];
  for (let k = 1n; term !== 0n && term !== -1n; k += 2n) {
    sum += term;
    term = ((((term * value) >> BITS) * value) >> BITS) / (k + 2n);
  }
  const density = (DENSITY * toFixed(expFixed(exponentOfBell(x)))) >> BITS;
  return ulps(actual, scaled(ONE / 2n + ((density * sum) >> BITS)));
}
