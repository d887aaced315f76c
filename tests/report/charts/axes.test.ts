import { describe, expect, it } from "vitest";
import {
  countDomain,
  countTicks,
  evenTexts,
  extent,
  linearTicks,
  logTicks,
  tickTexts,
  valueEncoding,
} from "../../../src/report/charts/axes.ts";
import { textWidth } from "../../../src/report/charts/textWidth.ts";

describe("extent", () => {
  it("is the lowest and the highest value, if there is one", () => {
    expect(extent([3, -1, 2])).toEqual([-1, 3]);
    expect(extent([])).toBeUndefined();
  });
});

describe("ticks", () => {
  it("stand at powers of ten where several are shown", () => {
    expect(logTicks([1e-5, 1e-1])).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
    expect(logTicks([3e-4, 2])).toEqual([1e-3, 1e-2, 1e-1, 1]);
    expect(logTicks([1, 1e5])).toEqual([1, 10, 100, 1000, 1e4, 1e5]);
  });

  it("stand at multiples of them where the range is short, or else at its ends", () => {
    expect(logTicks([1e-3, 1e-2])).toEqual([1e-3, 2e-3, 5e-3, 1e-2]);
    expect(logTicks([0.0021, 0.0069])).toEqual([3e-3, 4e-3, 5e-3, 6e-3]);
    expect(logTicks([0.0031, 0.0039])).toEqual([0.0031, 0.0039]);
    expect(logTicks([0.5, 0.5])).toEqual([0.5]);
  });

  it("leave powers of ten out where there are many", () => {
    const ticks = logTicks([1e-300, 1e300]);
    expect(ticks.length).toBeLessThanOrEqual(10);
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    expect(logTicks([5e-324, 1]).every((tick) => tick > 0 && tick <= 1)).toBe(true);
  });

  it("are four to ten round numbers on a linear axis", () => {
    expect(linearTicks([0, 1])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([0.5, 0.95])).toEqual([0.5, 0.6, 0.7, 0.8, 0.9]);
    expect(linearTicks([-3, 8])).toEqual([-2, 0, 2, 4, 6, 8]);
    expect(linearTicks([0.31, 0.5346])).toEqual([0.35, 0.4, 0.45, 0.5]);
    expect(linearTicks([7, 7])).toEqual([7]);
    expect(linearTicks([0, 5e-324])).toEqual([0, 5e-324]);
    expect(linearTicks([-1.7e308, 1.7e308])).toEqual([-1.7e308, 1.7e308]);
  });

  it("are whole for counts", () => {
    expect(countTicks([0, 3])).toEqual([0, 1, 2, 3]);
    expect(countTicks([50, 400])).toEqual([50, 100, 150, 200, 250, 300, 350, 400]);
    expect(countDomain([4, 4])).toEqual([3, 5]);
  });

  it("are written in one way", () => {
    expect(tickTexts([1e-4, 1e-3, 1e-2])).toEqual(["1e-4", "1e-3", "1e-2"]);
    expect(tickTexts([0.001, 0.01, 1])).toEqual(["0.001", "0.01", "1"]);
    expect(tickTexts([1e4, 1e5])).toEqual(["1e4", "1e5"]);
    expect(tickTexts([0, 0.5])).toEqual(["0", "0.5"]);
    expect(evenTexts([0.35, 0.4])).toEqual(["0.35", "0.40"]);
    expect(evenTexts([1e-5, 2e-5])).toEqual(["1e-5", "2e-5"]);
    expect(evenTexts([])).toEqual([]);
  });
});

describe("valueEncoding", () => {
  it("is logarithmic where the values leap, and only there", () => {
    const axis = { title: "loss", logAbove: 30 };
    expect(valueEncoding(axis, [1, 31])).toMatchObject({
      title: "loss, logarithmic",
      scale: { type: "log", domain: [1, 31], nice: false },
      axis: { values: [1, 2, 5, 10, 20] },
    });
    // Not from 0.1 to 100.
    expect(valueEncoding(axis, [0.9, 31])).toMatchObject({
      scale: { domain: [0.9, 31], nice: false },
      axis: { values: [1, 2, 5, 10, 20] },
    });
    expect(valueEncoding(axis, [1, 30])).toMatchObject({ title: "loss", scale: { domain: [1, 30] } });
    expect(valueEncoding(axis, [0, 31])).toMatchObject({ title: "loss", scale: { domain: [0, 31] } });
  });

  it("has room around equal values, but not above what is possible", () => {
    expect(valueEncoding({ title: "accuracy", limit: 1 }, [1, 1])).toMatchObject({
      scale: { domain: [0.9, 1] },
    });
    expect(valueEncoding({ title: "rate", from: 0 }, [2, 2])).toMatchObject({ scale: { domain: [0, 2.2] } });
    expect(valueEncoding({ title: "value" }, [])).toMatchObject({ scale: { domain: [0, 1] } });
  });
});

describe("textWidth", () => {
  it("adds up the widths of the letters", () => {
    expect(textWidth("Hello", 10)).toBeCloseTo(7.22 + 5.56 + 2.22 + 2.22 + 5.56, 10);
    expect(textWidth("0.50", 12)).toBeCloseTo(12 * (3 * 0.556 + 0.278), 10);
    expect(textWidth("", 12)).toBe(0);
  });

  it("takes bold letters for wider, and ideographs for as wide as they are high", () => {
    expect(textWidth("Cost", 18, true)).toBeGreaterThan(textWidth("Cost", 18));
    expect(textWidth("漢字", 10)).toBe(20);
    expect(textWidth("λη", 10)).toBeCloseTo(11.12, 10);
  });

  it("knows each printable character of ASCII", () => {
    const widths = Array.from({ length: 95 }, (_, i) => textWidth(String.fromCharCode(32 + i), 1000));
    // The sum over the hmtx table of LiberationSans-Regular.ttf, each width in thousandths of an em, rounded.
    expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(50_058, 6);
  });
});
