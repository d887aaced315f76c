import { describe, expect, it } from "vitest";
import {
  finite,
  momentsOf,
  present,
  quantile,
  robustOf,
  scaled,
  smoothClip,
} from "../../src/preprocessing/scale.ts";
import { Random } from "../../src/random.ts";

const of = (...values: number[]) => Float64Array.from(values);

describe("quantiles", () => {
  it("are NumPy's, with linear interpolation", () => {
    // numpy.quantile([1, 2, 4, 8, 16], [0, .25, .3, .5, .6, .75, 1])
    const values = of(1, 2, 4, 8, 16);
    const found = [0, 0.25, 0.3, 0.5, 0.6, 0.75, 1].map((q) => quantile(values, q));
    [1, 2, 2.4, 4, 5.6, 8, 16].forEach((expected, i) => {
      expect(found[i]).toBeCloseTo(expected, 14);
    });
    expect(quantile(of(3), 0.75)).toBe(3);
    expect(quantile(of(1, 2), 0.5)).toBe(1.5);
  });

  it("of numbers whose difference is no number any more are numbers", () => {
    expect(quantile(of(-1.5e308, 1.5e308), 0.5)).toBe(0);
    expect(quantile(of(-1.5e308, 1.5e308), 0.25)).toBeCloseTo(-0.75e308, -290);
  });
});

describe("median and spread", () => {
  it("are the median and the interquartile range", () => {
    expect(robustOf(of(5, 1, 4, 2, 3))).toEqual({ median: 3, scale: 2 });
  });

  it("are half the range where the quartiles are the same, and 0 where all numbers are", () => {
    expect(robustOf(of(0, 0, 0, 0, 0, 0, 0, 9, -1))).toEqual({ median: 0, scale: 5 });
    expect(robustOf(of(7, 7, 7))).toEqual({ median: 7, scale: 0 });
    expect(robustOf(of())).toEqual({ median: 0, scale: 0 });
    expect(Object.is(robustOf(of(-0)).median, 0)).toBe(true);
  });

  it("of the largest and the least numbers are finite", () => {
    const { MAX_VALUE, MIN_VALUE } = Number;
    expect(robustOf(of(-MAX_VALUE, -MAX_VALUE, MAX_VALUE, MAX_VALUE))).toEqual({
      median: 0,
      scale: MAX_VALUE,
    });
    expect(robustOf(of(0, MIN_VALUE, 3 * MIN_VALUE))).toEqual({ median: MIN_VALUE, scale: MIN_VALUE });
  });
});

describe("mean and deviation", () => {
  it("are those of all numbers", () => {
    // Around 5 the squares are 9, 1, 1, 1, 0, 0, 4, 16: 32 / 8 = 4.
    expect(momentsOf(of(2, 4, 4, 4, 5, 5, 7, 9))).toEqual({ mean: 5, std: 2 });
    expect(momentsOf(of(3, 3))).toEqual({ mean: 3, std: 0 });
    expect(momentsOf(of())).toEqual({ mean: 0, std: 0 });
  });

  it.each([1e300, 1e-300, 2 ** -1060])(
    "are as many times as large for numbers that are %d times as large",
    (unit) => {
      const { mean, std } = momentsOf(of(2, 4, 4, 4, 5, 5, 7, 9).map((value) => value * unit));
      expect(mean / unit).toBeCloseTo(5, 3);
      expect(std / unit).toBeCloseTo(2, 3);
    },
  );

  it("do not cancel far from 0", () => {
    expect(momentsOf(of(1e15 + 1, 1e15 + 3))).toEqual({ mean: 1e15 + 2, std: 1 });
    const { MAX_VALUE } = Number;
    expect(momentsOf(of(-MAX_VALUE, MAX_VALUE))).toEqual({ mean: 0, std: MAX_VALUE });
  });
});

it("numbers of rows are those that are there, infinity the largest of them", () => {
  expect(present([1, Number.NaN, 3, Infinity, 9], [3, 1, 0])).toEqual(of(Number.MAX_VALUE, 1));
  expect(finite(-Infinity)).toBe(-Number.MAX_VALUE);
});

describe("the smooth clip", () => {
  it("is s where it is small, and 3 far out", () => {
    expect(smoothClip(0)).toBe(0);
    expect(smoothClip(3)).toBeCloseTo(3 / Math.SQRT2, 14);
    expect(smoothClip(-4)).toBeCloseTo(-4 / (5 / 3), 14);
    expect(smoothClip(1e-9)).toBe(1e-9);
    expect([Infinity, 1e300, 2 ** 30, -Infinity, -(2 ** 31)].map(smoothClip)).toEqual([3, 3, 3, -3, -3]);
  });

  it("never falls", () => {
    const random = new Random(1, "test");
    for (let i = 0; i < 1000; i++) {
      const s = (random.uniform() - 0.5) * 2 ** Math.floor(random.uniform() * 80);
      expect(smoothClip(s * 1.001)).toBeCloseTo(smoothClip(s), 2);
      expect(Math.abs(smoothClip(s * 1.001))).toBeGreaterThanOrEqual(Math.abs(smoothClip(s)) - 1e-14);
    }
  });
});

it("a scaled number is never NaN", () => {
  const some = [0, 5e-324, -5e-324, 1, 1e300, -1e300, Number.MAX_VALUE, -Number.MAX_VALUE];
  const infinite = [...some, Infinity, -Infinity];
  for (const x of infinite) {
    for (const centre of some) {
      for (const scale of some.filter((each) => each >= 0)) {
        expect(scaled(x, centre, scale), `(${x} − ${centre}) / ${scale}`).not.toBeNaN();
      }
    }
  }
  expect(scaled(5, 3, 0)).toBe(0);
  expect(scaled(5, 3, 4)).toBe(0.5);
  expect(scaled(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MAX_VALUE)).toBe(2);
});
