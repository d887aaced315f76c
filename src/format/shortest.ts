/** Floats as text that reads back to the same float, with as few digits as that takes. */

/** The least and the most significant digits that a float32 can need. */
const LEAST_DIGITS = 6;
const MOST_DIGITS = 9;

/** 10^0 … 10^22: those that a double holds exactly, and with which a division is rounded once. */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** A float32's text: the shortest decimal that Math.fround() takes back to it, "0.1" for 0.10000000149011612. */
export function shortestFloat32(value: number): string {
  // Whole numbers that a float32 tells apart are their own shortest text; so are infinities and NaN.
  if (Number.isInteger(value) ? Math.abs(value) < 16_777_216 : !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e-12 && size < 1e6) {
    // The place of the first digit: 0.0123 has 1, 123 has −3 or −2. One too many costs a try, and no digit.
    let scale = LEAST_DIGITS - 1;
    for (let rest = size; rest < 1; rest *= 10) scale++;
    for (let rest = size; rest >= 10; rest /= 10) scale--;
    for (let digits = LEAST_DIGITS; digits <= MOST_DIGITS; digits++, scale++) {
      const power = POWERS[scale]!;
      // Both are exact, so the quotient is the double that its decimal text stands for.
      const candidate = Math.round(value * power) / power;
      if (Math.fround(candidate) === value) return String(candidate);
    }
  }
  // The smallest have fewer digits than six.
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(MOST_DIGITS)));
}

/** Writes floats of this precision: the shortest text that reads back to the same float. */
export const shortestText = (precision: "float32" | "float64"): ((value: number) => string) =>
  precision === "float32" ? shortestFloat32 : String;
