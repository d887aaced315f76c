import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldsOf, sidesOf } from "../../src/ensemble/folds.ts";
import {
  conformalQuantile,
  intervalsOf,
  radiusFor,
  residualQuantiles,
} from "../../src/ensemble/intervals.ts";
import { ConfigError } from "../../src/errors.ts";
import { Random } from "../../src/random.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => ((i * 7) % n) + 1);

describe("the radius of intervals", () => {
  it("is the residual of rank ⌈(n + 1) · coverage⌉, in whatever order they come", () => {
    expect(upTo(19).slice(0, 4)).toEqual([1, 8, 15, 3]);
    expect(conformalQuantile(upTo(19), 0.9)).toEqual({ radius: 18, promised: true });
    expect(conformalQuantile(upTo(19), 0.91)).toEqual({ radius: 19, promised: true });
    expect(conformalQuantile(upTo(19), 0.5)).toEqual({ radius: 10, promised: true });
    expect(conformalQuantile([5, 0, 0], 0.01)).toEqual({ radius: 0, promised: true });
    // 0.7 · 10 and 0.29 · 100 are a little above 7 and below 29 in doubles.
    expect(conformalQuantile([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.7).radius).toBe(7);
    expect(
      conformalQuantile(
        Array.from({ length: 99 }, (_, i) => i + 1),
        0.29,
      ).radius,
    ).toBe(29);
  });

  it("is the largest where the rows do not suffice, which it says", () => {
    expect(conformalQuantile(upTo(9), 0.9)).toEqual({ radius: 9, promised: true });
    expect(conformalQuantile(upTo(8), 0.9)).toEqual({ radius: 8, promised: false });
    expect(conformalQuantile([4], 0.5)).toEqual({ radius: 4, promised: true });
    expect(conformalQuantile([4], 0.51)).toEqual({ radius: 4, promised: false });
  });

  it("takes rows by their weights: equal ones change nothing, those of 0 are none", () => {
    const residuals = upTo(19);
    for (const weight of [1, 0.1, 7]) {
      const weights = residuals.map(() => weight);
      expect(conformalQuantile(residuals, 0.9, weights)).toEqual({ radius: 18, promised: true });
    }
    const more = [...residuals, 1000, 1000];
    const weights = more.map((residual) => (residual === 1000 ? 0 : 1));
    expect(conformalQuantile(more, 0.9, weights)).toEqual({ radius: 18, promised: true });
    // (6 + 2) · 0.5 = 4 is reached with the second, (6 + 2) · 0.8 = 6.4 by none.
    expect(conformalQuantile([1, 2, 3], 0.5, [1, 3, 2])).toEqual({ radius: 2, promised: true });
    expect(conformalQuantile([1, 2, 3], 0.8, [1, 3, 2])).toEqual({ radius: 3, promised: false });
  });
});

const cases = fc.record({
  residuals: fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 300 }),
  coverage: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
});

describe("quantiles of residuals", () => {
  it("give the very radius for every whole percent, and no smaller one for any other coverage", () => {
    const property = fc.property(cases, ({ residuals, coverage }) => {
      const stored = residualQuantiles(residuals);
      expect(stored.radii).toHaveLength(101);
      expect([...stored.radii].sort((a, b) => a - b)).toEqual(stored.radii);
      for (let percent = 50; percent < 100; percent++) {
        expect(radiusFor(stored, percent / 100)).toEqual(conformalQuantile(residuals, percent / 100));
      }
      const [found, exact] = [radiusFor(stored, coverage), conformalQuantile(residuals, coverage)];
      expect(found.promised).toBe(exact.promised);
      expect(found.radius).toBeGreaterThanOrEqual(exact.radius);
      const above = Math.min(coverage + 0.01, 0.999);
      expect(found.radius).toBeLessThanOrEqual(conformalQuantile(residuals, above).radius);
    });
    fc.assert(property, { numRuns: 100, seed: 1 });
  });

  it("come back from JSON", () => {
    const stored = residualQuantiles(upTo(19), 11, upTo(19));
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
    expect(residualQuantiles(upTo(4), 3)).toEqual({ mostCoverage: 0.8, radii: [1, 3, 4] });
  });
});

/** What a straight line, or the mean, says of a curve with noise that grows: models that are wrong in a way of their own. */
function simulate(rows: number, seed: number, slope: boolean): number {
  const random = new Random(seed, "coverage");
  const draw = (count: number) =>
    Array.from({ length: count }, () => {
      const x = random.uniform();
      return { x, y: 3 * x * x + (0.2 + x) * random.normal() };
    });
  const data = draw(rows);
  const lineOf = (some: typeof data) => {
    const mean = (of: (row: (typeof data)[number]) => number) =>
      some.reduce((sum, row) => sum + of(row), 0) / some.length;
    const [x, y] = [mean((row) => row.x), mean((row) => row.y)];
    const b = slope ? mean((row) => (row.x - x) * (row.y - y)) / mean((row) => (row.x - x) ** 2) : 0;
    return (at: number) => y + b * (at - x);
  };
  const folds = foldsOf(rows, { folds: 5, seed });
  const residuals = new Float64Array(rows);
  const models = Array.from({ length: folds.count }, (_, fold) => {
    const { train, validation } = sidesOf(folds, fold);
    const model = lineOf(Array.from(train, (row) => data[row]!));
    for (const row of validation) residuals[row] = Math.abs(data[row]!.y - model(data[row]!.x));
    return model;
  });
  const { radius } = radiusFor(residualQuantiles(residuals), 0.9);
  const heldBack = draw(1000);
  const predict = (x: number) => models.reduce((sum, model) => sum + model(x) / models.length, 0);
  return heldBack.filter(({ x, y }) => Math.abs(y - predict(x)) <= radius).length / 1000;
}

describe("intervals from a cross-validation", () => {
  it.each([
    [30, true],
    [30, false],
    [100, true],
  ])("of %d rows hold 0.9 of the truth, on average over many samples", (rows, slope) => {
    const seeds = 300;
    let sum = 0;
    for (let seed = 0; seed < seeds; seed++) sum += simulate(rows, seed, slope);
    expect(sum / seeds).toBeGreaterThan(0.89);
    expect(sum / seeds).toBeLessThan(0.93);
  });

  it("of 1000 rows hold between 0.85 and 0.95 in every sample", () => {
    for (let seed = 0; seed < 100; seed++) {
      const share = simulate(1000, seed, true);
      expect(share).toBeGreaterThan(0.85);
      expect(share).toBeLessThan(0.95);
    }
  });
});

describe("refusals", () => {
  it.each([
    [[], 0.9, undefined, "conformalQuantile: there are no residuals, expected that of one row or more."],
    [[1, -1], 0.9, undefined, "conformalQuantile: residual 1 is -1, expected a finite number ≥ 0."],
    [[NaN], 0.9, undefined, "conformalQuantile: residual 0 is NaN, expected a finite number ≥ 0."],
    [
      [1],
      1,
      undefined,
      "conformalQuantile: the coverage is 1, expected a number between 0 and 1, such as 0.9.",
    ],
    [
      [1],
      90,
      undefined,
      "conformalQuantile: the coverage is 90, expected a number between 0 and 1, such as 0.9.",
    ],
    [[1], 0.9, [1, 2], "conformalQuantile: weights has 2 entries, expected an array of 1."],
    [[1], 0.9, [0], "conformalQuantile: all weights are 0, expected one above 0. Leave them out."],
  ])("%j at %d with %j: %s", (residuals, coverage, weights, message) => {
    expect(() => conformalQuantile(residuals, coverage, weights)).toThrow(new ConfigError(message));
  });

  it("name a grid of one, and a coverage that is none", () => {
    const size = "residualQuantiles: size is 1, expected an integer ≥ 2.";
    expect(() => residualQuantiles([1], 1)).toThrow(new ConfigError(size));
    const coverage = "radiusFor: the coverage is 0, expected a number between 0 and 1, such as 0.9.";
    expect(() => radiusFor(residualQuantiles([1]), 0)).toThrow(new ConfigError(coverage));
  });
});

describe("the intervals of targets", () => {
  it("are quantiles of each one's residuals, in its own unit, by the rows' weights", () => {
    const [predictions, targets] = [Float32Array.of(0, 1, 2, -1, 1, 0), [1, 1, 0, 1, 1, 4]];
    const [first, second] = intervalsOf(predictions, targets, [10, 0.5])!;
    expect(first).toEqual(residualQuantiles([10, 20, 0]));
    expect(second).toEqual(residualQuantiles([0, 1, 2]));
    const weights = [1, 0, 3];
    expect(intervalsOf(predictions, targets, [10, 0.5], weights)![0]).toEqual(
      residualQuantiles([10, 20, 0], 101, weights),
    );
  });

  it("are finite where the unit is huge, and none without a row that counts", () => {
    expect(intervalsOf([4], [1], [1e308])![0]!.radii.at(-1)).toBe(Number.MAX_VALUE);
    expect(intervalsOf([], [], [1])).toBeUndefined();
    expect(intervalsOf([1, 2], [1, 2], [1], [0, 0])).toBeUndefined();
  });
});
