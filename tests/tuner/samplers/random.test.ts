import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/random.ts";
import { RandomSampler } from "../../../src/tuner/samplers/index.ts";
import { between, sampleDistribution } from "../../../src/tuner/samplers/random.ts";
import { categorical, type Distribution, float, int } from "../../../src/tuner/searchSpace.ts";
import { chiSquared, kolmogorovSmirnov } from "../../helpers/distributions.ts";
import { contextOf } from "../../helpers/tuning.ts";

/** One draw in each of 5,000 trials. */
function draws(distribution: Distribution): number[] {
  const sampler = new RandomSampler();
  return Array.from(
    { length: 5000 },
    (_, number) => sampler.sample("x", distribution, contextOf({ number })) as number,
  );
}

const countsOf = (values: readonly unknown[], of: readonly unknown[]) =>
  of.map((value) => values.filter((drawn) => drawn === value).length);

describe("RandomSampler", () => {
  it("draws a float uniformly", () => {
    expect(kolmogorovSmirnov(draws(float(-3, 7)), (x) => (x + 3) / 10)).toBeLessThan(1);
  });

  it("draws a logarithmic float uniformly in the logarithm, and thus the report's λ", () => {
    const values = draws(float(1e-5, 1e-1, { log: true }));
    expect(kolmogorovSmirnov(values, (x) => (Math.log10(x) + 5) / 4)).toBeLessThan(1);
    // A fourth of the draws in each decade, where uniform ones would have 90% in the last.
    const sorted = values.sort((a, b) => a - b);
    for (const [i, decade] of [1e-4, 1e-3, 1e-2].entries()) {
      expect(Math.abs(Math.log10(sorted[1250 * (i + 1)]! / decade))).toBeLessThan(0.1);
    }
  });

  it("draws every integer alike", () => {
    const values = [-2, -1, 0, 1, 2, 3];
    expect(chiSquared(countsOf(draws(int(-2, 3)), values), new Array(6).fill(1 / 6))).toBeLessThan(1);
  });

  it("draws a logarithmic integer as likely as its interval in the logarithm is long", () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8];
    const probabilities = values.map((k) => Math.log((k + 0.5) / (k - 0.5)) / Math.log(8.5 / 0.5));
    expect(chiSquared(countsOf(draws(int(1, 8, { log: true })), values), probabilities)).toBeLessThan(1);
  });

  it("draws every choice alike", () => {
    const choices = ["a", null, 3, false];
    expect(chiSquared(countsOf(draws(categorical(choices)), choices), new Array(4).fill(1 / 4))).toBeLessThan(
      1,
    );
  });

  it("draws another number for another seed, trial or parameter, and the same for the same, whatever the past", () => {
    const sampler = new RandomSampler();
    const draw = (name: string, parts: object) => sampler.sample(name, float(0, 1), contextOf(parts));
    const values = [
      draw("x", {}),
      draw("x", { seed: 2 }),
      draw("x", { number: 1 }),
      draw("y", {}),
      draw("x", { pending: [{ number: 0, params: { x: 0.5 } }], round: 1, direction: "minimize" }),
    ];
    expect(new Set(values.slice(0, 4)).size).toBe(4);
    expect(values[4]).toBe(values[0]);
  });

  it("depends on no results, so that all trials may be one round", () => {
    expect(new RandomSampler().roundSize()).toBe(Infinity);
  });

  it("keeps its numbers from version to version", () => {
    const sampler = new RandomSampler();
    const context = contextOf({ seed: 42, number: 3 });
    expect([
      sampler.sample("l2", float(1e-5, 1e-1, { log: true }), context),
      sampler.sample("rate", float(-1, 1), context),
      sampler.sample("width", int(1, 512, { log: true }), context),
      sampler.sample("layers", int(1, 9), context),
      sampler.sample("batch", categorical([50, 100, 200]), context),
    ]).toEqual([0.00010552136942204923, -0.32755347599698514, 323, 6, 200]);
  });
});

describe("sampleDistribution", () => {
  const ends = fc
    .tuple(
      fc.double({ min: -1e300, max: 1e300, noNaN: true }),
      fc.double({ min: -1e300, max: 1e300, noNaN: true }),
    )
    .map(([a, b]) => (a < b ? [a, b] : [b, a]) as [number, number]);
  const positive = fc
    .tuple(
      fc.double({ min: 5e-324, max: 1e308, noNaN: true }),
      fc.double({ min: 5e-324, max: 1e308, noNaN: true }),
    )
    .map(([a, b]) => (a < b ? [a, b] : [b, a]) as [number, number]);
  const integers = fc
    .tuple(fc.maxSafeInteger(), fc.maxSafeInteger())
    .map(([a, b]) => (a < b ? [a, b] : [b, a]) as [number, number]);

  it("stays within any range", () => {
    fc.assert(
      fc.property(ends, positive, integers, fc.nat(), ([a, b], [c, d], [i, j], seed) => {
        const random = new Random(seed);
        const within = (value: unknown, low: number, high: number) =>
          typeof value === "number" && value >= low && value <= high;
        const log = sampleDistribution(float(c, d, { log: true }), random);
        const integer = sampleDistribution(int(i, j), random);
        const logInteger = sampleDistribution(int(1, Math.max(Math.abs(i), 1), { log: true }), random);
        return (
          within(sampleDistribution(float(a, b), random), a, b) &&
          within(log, c, d) &&
          within(integer, i, j) &&
          Number.isSafeInteger(integer) &&
          within(logInteger, 1, Math.max(Math.abs(i), 1)) &&
          Number.isInteger(logInteger)
        );
      }),
    );
  });

  it("interpolates exactly at both ends, where the difference overflows too", () => {
    const largest = Number.MAX_VALUE;
    expect([between(0.1, 0.7, 0), between(0.1, 0.7, 1), between(-largest, largest, 0.5)]).toEqual([
      0.1, 0.7, 0,
    ]);
  });
});
