/** Where numbers lie and how far they are spread, and what they are relative to that: always finite, and the same everywhere. */

const LARGEST = Number.MAX_VALUE;

/** A number, infinity being the largest that there is. */
export const finite = (x: number): number => Math.min(Math.max(x, -LARGEST), LARGEST);

/** The numbers of a column in some rows, without the missing ones (NaN). */
export function present(cells: ArrayLike<number>, rows: ArrayLike<number>): Float64Array {
  const found = new Float64Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = cells[rows[i]!]!;
    if (!Number.isNaN(value)) found[count++] = finite(value);
  }
  return found.subarray(0, count);
}

/**
 * A quantile with linear interpolation, as NumPy's `quantile(x, q)`: between the numbers with the places ⌊q·(n − 1)⌋ and the
 * next one, counted from 0 in their order.
 * @param sorted ascending, n ≥ 1 finite numbers
 * @param q 0 ≤ q ≤ 1
 */
export function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  const t = place - below;
  const width = b - a;
  // Two halves, where the width is more than the largest number.
  if (width > LARGEST) return a * (1 - t) + b * t;
  return t < 0.5 ? a + width * t : b - width * (1 - t);
}

/** Median and spread of the numbers of a column. */
export interface Robust {
  readonly median: number;
  /** What stands for 1: the interquartile range; if that is 0, half the range; 0 if all numbers are the same, or there are none. */
  readonly scale: number;
}

/** @param values finite; sorted here */
export function robustOf(values: Float64Array): Robust {
  if (values.length === 0) return { median: 0, scale: 0 };
  values.sort();
  const range = finite(quantile(values, 0.75) - quantile(values, 0.25));
  const half = values.at(-1)! / 2 - values[0]! / 2;
  // Adding 0 makes 0 of −0, which JSON does not keep.
  return { median: quantile(values, 0.5) + 0, scale: range > 0 ? range : half };
}

/** Mean and deviation of the numbers of a column. */
export interface Moments {
  readonly mean: number;
  /** √(Σ (x − mean)² / n); 0 if all numbers are the same, or there are none. */
  readonly std: number;
}

/** Brought near 1 by a power of two, so that neither squares nor differences overflow or vanish. */
function unitFactor(width: number): number {
  if (width > 2 ** 400) return 2 ** -600;
  return width < 2 ** -400 ? 2 ** 600 : 1;
}

/**
 * Mean and (biased) deviation, in two passes from the first number to the last. They are measured from the middle of the range,
 * so that nothing cancels, however close together the numbers are.
 * @param values finite
 */
export function momentsOf(values: Float64Array): Moments {
  const n = values.length;
  if (n === 0) return { mean: 0, std: 0 };
  let [low, high] = [LARGEST, -LARGEST];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return { mean: low + 0, std: 0 };
  const middle = low / 2 + high / 2;
  const factor = unitFactor(high / 2 - low / 2);
  const near = (value: number) => (factor < 1 ? value * factor - middle * factor : (value - middle) * factor);
  let sum = 0;
  for (const value of values) sum += near(value);
  const mean = sum / n;
  let squares = 0;
  for (const value of values) {
    const off = near(value) - mean;
    squares += off * off;
  }
  return { mean: finite(middle + mean / factor) + 0, std: finite(Math.sqrt(squares / n) / factor) };
}

/** (x − centre) / scale; 0 if scale is 0. Infinite only where the quotient is larger than the largest number; never NaN. */
export function scaled(x: number, centre: number, scale: number): number {
  if (scale === 0) return 0;
  const difference = x - centre;
  return Math.abs(difference) <= LARGEST ? difference / scale : (x / 2 - centre / 2) / (scale / 2);
}

/**
 * s / √(1 + (s/3)²): s where it is small, and never more than 3 from 0. Infinity gives 3.
 *
 * From 2^30 on the root is |s| / 3 to the last bit.
 */
export function smoothClip(s: number): number {
  if (Math.abs(s) > 2 ** 30) return s > 0 ? 3 : -3;
  const third = s / 3;
  return s / Math.sqrt(1 + third * third);
}
