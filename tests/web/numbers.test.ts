/** The kit's arithmetic: texts of numbers, steps of fields, ticks, histograms, bars, strokes. */
import { describe, expect, it } from "vitest";
import { brushed } from "../../src/web/kit/brush.ts";
import {
  bytesText,
  durationText,
  numberText,
  percentText,
  spreadText,
  steadyText,
  wholeText,
} from "../../src/web/kit/format.ts";
import { deathOf, innerRange, type LayerHistogram, ridge } from "../../src/web/kit/histogram.ts";
import { barShare, unitsAt } from "../../src/web/kit/layerScale.ts";
import { numberProblem, shownNumber, steppedNumber } from "../../src/web/kit/numberField.tsx";
import { exponentsWithin, niceAbove, powerText, ticksWithin } from "../../src/web/kit/ticks.ts";

describe("texts", () => {
  it.each([
    [() => wholeText(156870), "156,870"],
    [() => wholeText(-1234.4), "−1,234"],
    [() => numberText(0.42134), "0.4213"],
    [() => numberText(-3.1e-7), "−3.1e-7"],
    [() => numberText(3.1e-7), "3.1e-7"],
    [() => numberText(0), "0"],
    [() => numberText(2_500_000), "2.5e6"],
    [() => numberText(Number.NaN), "NaN"],
    [() => numberText(-Infinity), "−∞"],
    [() => steadyText(0.5), "0.5000"],
    [() => steadyText(-0.5), "−0.5000"],
    [() => steadyText(123.456), "123.46"],
    [() => steadyText(Number.NaN), "NaN"],
    [() => spreadText(0.63), "0.630"],
    [() => spreadText(0.000487), "4.87e-4"],
    [() => spreadText(0), "0"],
    [() => percentText(0.9731), "97.3%"],
    [() => percentText(1), "100%"],
    [() => percentText(0.99999), "100.0%"],
    [() => durationText(0.85), "850 ms"],
    [() => durationText(4.21), "4.2 s"],
    [() => durationText(185), "3 min 5 s"],
    [() => durationText(Number.POSITIVE_INFINITY), "–"],
    [() => bytesText(512), "512 B"],
    [() => bytesText(170_498_071), "170 MB"],
    [() => bytesText(999_999), "1.0 MB"],
  ])("%s", (text, expected) => {
    expect(text()).toBe(expected);
  });
});

describe("a field of a number", () => {
  it("says what is wrong with a text", () => {
    const limits = { min: 1, max: 1000, whole: true };
    expect(numberProblem("", limits)).toBe("Give a number.");
    expect(numberProblem("ten", limits)).toBe("“ten” is not a number.");
    expect(numberProblem("1.5", limits)).toBe("Give a whole number.");
    expect(numberProblem("0", limits)).toBe("From 1 to 1000.");
    expect(numberProblem("0", { min: 1 })).toBe("At least 1.");
    expect(numberProblem("2", { max: 1e-5 })).toBe("At most 1e-5.");
    expect(numberProblem("0,5", {})).toBeUndefined();
    expect(numberProblem("1e3", limits)).toBeUndefined();
  });

  it("shows a number so that it can be typed again", () => {
    for (const value of [0.1, 1e-5, 45000, 0.001, 123456789, 0])
      expect(Number(shownNumber(value))).toBe(value);
  });

  it("steps over its raster, and stays within its limits", () => {
    const limits = { min: 0, max: 1, step: 0.1 };
    expect(steppedNumber(0.2, true, 1, limits)).toBe(0.3);
    expect(steppedNumber(0.95, true, 10, limits)).toBe(1);
    expect(steppedNumber(0, false, 1, limits)).toBe(0);
  });

  it("steps 1, 2, 5, 10 over powers of ten, down to 0 where that is allowed", () => {
    const limits = { min: 0, step: 1e-6, logSteps: true };
    const up = [1e-6, 2e-6, 5e-6, 1e-5];
    let value = 0;
    for (const expected of up) {
      value = steppedNumber(value, true, 1, limits);
      expect(value).toBe(expected);
    }
    for (const expected of [5e-6, 2e-6, 1e-6, 0, 0]) {
      value = steppedNumber(value, false, 1, limits);
      expect(value).toBe(expected);
    }
    expect(steppedNumber(0.03, true, 1, limits)).toBe(0.05);
    expect(steppedNumber(0.03, false, 1, limits)).toBe(0.02);
    expect(steppedNumber(0.001, true, 10, limits)).toBe(0.01);
    expect(steppedNumber(0.1, true, 1, limits)).toBe(0.2);
  });
});

describe("ticks", () => {
  it("are round, and within their range", () => {
    expect(niceAbove(3.7)).toBe(5);
    expect(niceAbove(0.1)).toBe(0.1);
    expect(niceAbove(2e-7)).toBe(2e-7);
    expect(ticksWithin(-1, 1, 4)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticksWithin(0.13, 0.37, 3)).toEqual([0.2, 0.3]);
    expect(exponentsWithin(-5.2, 0.4, 10)).toEqual([-5, -4, -3, -2, -1, 0]);
    expect(exponentsWithin(-11, 1, 4)).toEqual([-9, -6, -3, 0]);
    expect([-12, 0, 1, 3].map(powerText)).toEqual(["10⁻¹²", "1", "10", "10³"]);
  });
});

describe("a histogram", () => {
  const of = (min: number, max: number, counts: number[]): LayerHistogram => ({
    ...{ name: "layer", min, max, std: 1 },
    counts: Float32Array.from(counts),
  });

  it("comes onto the shared axis at its place, its peak with the full height", () => {
    const heights = ridge(of(-1, 1, [1, 2, 4, 2]), -2, 2, 40);
    expect(heights.slice(0, 7).every((height) => height === 0)).toBe(true);
    expect(Math.max(...heights)).toBeCloseTo(1, 1);
    expect(heights.indexOf(Math.max(...heights))).toBeGreaterThanOrEqual(22);
    expect(heights.slice(34).every((height) => height === 0)).toBe(true);
  });

  it("is a line of one column where the signal has died", () => {
    const spike = ridge(of(-1e-6, 1e-6, [1, 5, 9, 5, 1]), -2, 2, 41);
    expect([...spike.keys()].filter((i) => spike[i]! > 0)).toEqual([20]);
    const constant = ridge(of(0, 0, [7]), -2, 2, 41);
    expect([...constant.keys()].filter((i) => constant[i]! > 0)).toEqual([20]);
  });

  it("shows what lies beside the zeros after ReLU", () => {
    const counts = [5000, ...Array.from({ length: 63 }, (_, i) => 160 - 2 * i)];
    const heights = ridge(of(0, 4, counts), -4, 4, 200);
    expect(heights[110]).toBeGreaterThan(0.5);
  });

  it("draws nothing of nothing", () => {
    expect(ridge(of(-1, 1, [0, 0]), -1, 1, 4)).toEqual(new Float32Array(4));
    expect(ridge(of(Number.NaN, Number.NaN, [1]), -1, 1, 4)).toEqual(new Float32Array(4));
  });

  it("lies within the range that holds nearly all of it", () => {
    const counts = [1, ...new Array(8).fill(10_000), 1];
    expect(innerRange(of(0, 10, counts))).toEqual([1, 9]);
  });

  it("is dead without spread, with zeros alone, or when it is not finite", () => {
    expect(deathOf({ std: 0.5, zeros: 0.5 }, {})).toBeUndefined();
    expect(deathOf({ std: 5e-4 }, {})).toBe("no signal");
    expect(deathOf({ std: 5e-4 }, { deadBelow: 1e-5 })).toBeUndefined();
    expect(deathOf({ std: 0.5, zeros: 0.97 }, {})).toBe("97% zeros");
    expect(deathOf({ std: 0.5, zeros: 0.9996 }, {})).toBe("99.9% zeros");
    expect(deathOf({ std: Number.NaN }, {})).toBe("not finite");
  });
});

it("gives a bar's end the units that have it", () => {
  for (const units of [1, 10, 50, 500, 4000])
    expect(unitsAt(barShare(units, 3072), 3072)).toBe(Math.min(units, 3100));
  expect(unitsAt(0, 3072)).toBe(0);
});

it("strokes with a soft edge, and erases", () => {
  const empty = new Float32Array(64);
  const drawn = brushed(empty, 8, { x: 2, y: 4 }, { x: 6, y: 4 }, { radius: 1, ink: 1 });
  expect(empty.every((ink) => ink === 0)).toBe(true);
  expect([...drawn.slice(24, 32)]).toEqual([...drawn.slice(32, 40)]);
  expect(drawn[4 * 8 + 4]).toBe(1);
  expect(drawn[0]).toBe(0);
  const erased = brushed(drawn, 8, { x: 4.5, y: 4.5 }, { x: 4.5, y: 4.5 }, { radius: 1, ink: 0 });
  expect(erased[4 * 8 + 4]).toBe(0);
  expect(erased[4 * 8 + 1]).toBe(drawn[4 * 8 + 1]);
});
