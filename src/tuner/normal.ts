/** The standard normal distribution. It uses only src/math.ts and arithmetic, so its bits are the same on every engine. */
import { exp } from "../math.ts";

const INVERSE_ROOT_2_PI = 0.3989422804014327; // 1 / √(2π)
const HALF_LOG_2_PI = 0.9189385332046728; // ½ log 2π

/** The density, e^(−x²/2) / √(2π). Relative error < 2e-15 where it is not denormal. */
export function normalPdf(x: number): number {
  const size = Math.min(Math.abs(x), 40); // 0 from 38.6 on; NaN stays NaN
  // x² = head² + (size − head) · (size + head), where head² is exact. So a large exponent loses no digits.
  const head = Math.floor(size * 16) / 16;
  const tail = (size - head) * (size + head);
  return INVERSE_ROOT_2_PI * exp(-0.5 * head * head) * exp(-0.5 * tail);
}

/** The logarithm of the density, −x²/2 − ½ log 2π. */
export function logNormalPdf(x: number): number {
  return -0.5 * x * x - HALF_LOG_2_PI;
}

/**
 * The probability of a value ≤ x. Relative error < 1e-14, in the lower tail too, where it is not denormal.
 *
 *   |x| < 2   Φ(x) = ½ + φ(x) · (x + x³/3 + x⁵/(3 · 5) + …)
 *   |x| ≥ 2   Φ(−x) = φ(x) / (x + 1 / (x + 2 / (x + 3 / (x + …))))       (Laplace's continued fraction)
 */
export function normalCdf(x: number): number {
  if (x <= -2) return lowerTail(-x);
  if (x >= 2) return 1 - lowerTail(x);
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + normalPdf(x) * sum;
}

/** The probability of a value from a to b, a ≤ b, without the cancellation of Φ(b) − Φ(a) in the upper tail. */
export function normalMass(a: number, b: number): number {
  return a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);
}

/** Φ(−x) for x ≥ 2, with enough levels of the fraction for every digit of a double: 110 at 2, 11 from 20 on. */
function lowerTail(x: number): number {
  const density = normalPdf(x);
  if (density === 0) return 0;
  let rest = x;
  for (let level = Math.ceil(10 + 400 / (x * x)); level >= 1; level--) rest = x + level / rest;
  return density / rest;
}
