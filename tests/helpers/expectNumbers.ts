/** Matchers for arrays of numbers. Their messages name the worst element, its index and both values. */
import { expect } from "vitest";

/** A number as text, where −0 is "-0". String() gives "0" for it. */
const show = (value: number | undefined) => (Object.is(value, -0) ? "-0" : String(value));

/** Fails with the worst of the elements that `differs` picks, if there is one. */
function expectNone(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  differs: (a: number, e: number) => boolean,
): void {
  if (actual.length !== expected.length) {
    expect.fail(`${what}: ${actual.length} elements, expected ${expected.length}.`);
  }
  let count = 0;
  let worst = 0;
  let worstError = -1;
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (!differs(a, e)) continue;
    count++;
    const error = Math.abs(a - e) / Math.max(Math.abs(e), Number.MIN_VALUE);
    const rank = Number.isNaN(error) ? Infinity : error;
    if (rank > worstError) {
      worst = i;
      worstError = rank;
    }
  }
  if (count > 0) {
    expect.fail(
      `${what}: ${count} of ${actual.length} elements differ, the worst is [${worst}]: ` +
        `${show(actual[worst])}, expected ${show(expected[worst])}.`,
    );
  }
}

/** |actual − expected| ≤ tolerance · max(1, |expected|), element by element; NaN equals NaN. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-12,
  what = "expectClose",
): void {
  expectNone(
    actual,
    expected,
    what,
    (a, e) => !Object.is(a, e) && !(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))),
  );
}

/** The same bits in every element: −0 is not 0; NaN equals NaN with any payload. */
export function expectSameBits(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what = "expectSameBits",
): void {
  expectNone(actual, expected, what, (a, e) => !Object.is(a, e));
}
