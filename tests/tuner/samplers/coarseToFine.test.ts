import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { CoarseToFineSampler } from "../../../src/tuner/samplers/index.ts";
import {
  categorical,
  type Distribution,
  float,
  int,
  type ParamValue,
} from "../../../src/tuner/searchSpace.ts";
import type { FinishedTrial, SamplerContext } from "../../../src/tuner/trial.ts";
import { chiSquared, kolmogorovSmirnov } from "../../helpers/distributions.ts";
import { contextOf, runSequentially, trialOf } from "../../helpers/tuning.ts";

const lambda = { l2: float(1e-5, 1e-1, { log: true }) };
const numbersOf = (trials: readonly FinishedTrial[], name: string) =>
  trials.map(({ params }) => params[name] as number);

/** Trials of x, as (round, x, value), numbered in this order. */
const historyOf = (distribution: Distribution, ...trials: [round: number, x: ParamValue, value: number][]) =>
  trials.map(([round, x, value], number) =>
    trialOf({ x: distribution }, { number, round, params: { x }, value }),
  );

/** x in 2,000 trials of a round. */
function draws(distribution: Distribution, parts: Partial<SamplerContext>): number[] {
  const sampler = new CoarseToFineSampler();
  return Array.from(
    { length: 2000 },
    (_, i) => sampler.sample("x", distribution, contextOf({ round: 1, number: 10 + i, ...parts })) as number,
  );
}

const rangeOf = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;

/** All within [low, high], and filling it but for a hundredth at either end. */
function expectFilled(values: readonly number[], low: number, high: number): void {
  const [least, most] = rangeOf(values);
  const slack = 0.01 * (high - low);
  expect(least).toBeGreaterThanOrEqual(low);
  expect(least).toBeLessThan(low + slack);
  expect(most).toBeLessThanOrEqual(high);
  expect(most).toBeGreaterThan(high - slack);
}

describe("CoarseToFineSampler", () => {
  it("takes rounds of 10, 5 and 5 trials, each around the best of the round before", () => {
    // The first round is best, so that round 2 differs between "of the round before" and "so far".
    const score = ({ l2 }: Record<string, ParamValue>, number: number) =>
      -Math.abs(Math.log10(l2 as number) + 3) - (number < 10 ? 0 : 100);
    const trials = runSequentially(new CoarseToFineSampler(), lambda, score, Infinity, 7, "maximize");
    const rounds = [0, 1, 2].map((round) => trials.filter((trial) => trial.round === round));
    expect(trials.map(({ round }) => round)).toEqual(
      [0, 1, 2].flatMap((r) => new Array(r === 0 ? 10 : 5).fill(r)),
    );
    for (const round of [1, 2]) {
      const best = rounds[round - 1]!.reduce((a, b) => (b.value! > a.value! ? b : a)).params.l2 as number;
      for (const l2 of numbersOf(rounds[round]!, "l2")) {
        expect(l2).toBeGreaterThanOrEqual(0.8 * best * (1 - 1e-15));
        expect(l2).toBeLessThanOrEqual(1.2 * best * (1 + 1e-15));
      }
    }
    const [first, second] = rounds.map((round) => Math.max(...round.map(({ value }) => value!)));
    expect(first).toBeGreaterThan(second!);
  });

  it("draws the first round over the whole range, uniformly in the logarithm if it has one", () => {
    expect(kolmogorovSmirnov(draws(lambda.l2, { round: 0 }), (x) => (Math.log10(x) + 5) / 4)).toBeLessThan(1);
    expect(kolmogorovSmirnov(draws(float(-2, 2), { round: 0 }), (x) => (x + 2) / 4)).toBeLessThan(1);
  });

  it("draws the later rounds uniformly in ±20%, even where the range is logarithmic", () => {
    const history = historyOf(lambda.l2, [0, 0.01, 0.5], [0, 0.05, 0.4]);
    const values = draws(lambda.l2, { history });
    expectFilled(values, 0.008, 0.012);
    expect(kolmogorovSmirnov(values, (x) => (x - 0.008) / 0.004)).toBeLessThan(1);
  });

  it("takes the largest or the smallest value as the best, of equals the first", () => {
    const history = historyOf(lambda.l2, [0, 0.001, 0.5], [0, 0.01, 0.4], [0, 0.02, 0.5], [0, 0.03, 0.4]);
    expectFilled(draws(lambda.l2, { history, direction: "maximize" }), 0.0008, 0.0012);
    expectFilled(draws(lambda.l2, { history, direction: "minimize" }), 0.008, 0.012);
  });

  it("goes as far as width says", () => {
    const sampler = new CoarseToFineSampler({ width: 0.5 });
    const history = historyOf(lambda.l2, [0, 0.01, 0.5]);
    const values = Array.from(
      { length: 2000 },
      (_, number) => sampler.sample("x", lambda.l2, contextOf({ round: 1, number, history })) as number,
    );
    expectFilled(values, 0.005, 0.015);
  });

  it("cuts the interval to the range, without heaping values at its end", () => {
    const history = historyOf(lambda.l2, [0, 0.095, 0.5]);
    const values = draws(lambda.l2, { history });
    expectFilled(values, 0.076, 0.1);
    expect(kolmogorovSmirnov(values, (x) => (x - 0.076) / 0.024)).toBeLessThan(1);
  });

  it("takes the share of the size for negative values, and of the range for 0", () => {
    const range = float(-10, 10);
    expectFilled(draws(range, { history: historyOf(range, [0, -5, 1]) }), -6, -4);
    expectFilled(draws(range, { history: historyOf(range, [0, 0, 1]) }), -4, 4);
  });

  it("rounds integers, which move by 1 at least", () => {
    const range = int(1, 200);
    const around = (best: number) => [...new Set(draws(range, { history: historyOf(range, [0, best, 1]) }))];
    expect(around(50).sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => 40 + i));
    expect(around(2).sort()).toEqual([1, 2, 3]);
    expect(around(1).sort()).toEqual([1, 2]);
    expect(around(200).sort((a, b) => a - b)).toEqual(Array.from({ length: 41 }, (_, i) => 160 + i));
  });

  it("cuts an integer's interval at the range so that the end keeps its share", () => {
    // U(2, 3.5) around 3, rounded: 2 from (2, 2.5), 3 from (2.5, 3.5).
    const range = int(1, 3);
    const values = draws(range, { history: historyOf(range, [0, 3, 1]) });
    const counts = [1, 2, 3].map((value) => values.filter((drawn) => drawn === value).length);
    expect(counts[0]).toBe(0);
    expect(chiSquared(counts.slice(1), [1 / 3, 2 / 3])).toBeLessThan(1);
  });

  it("keeps the best trial's choice", () => {
    const layers = categorical(["50,50", "50,30,20", null]);
    const history = historyOf(layers, [0, "50,50", 0.1], [0, null, 0.3], [0, "50,30,20", 0.2]);
    expect(new Set(draws(layers, { history }))).toEqual(new Set([null]));
  });

  it("falls back to the best of all rounds if none of the round before is complete, then to a coarse draw", () => {
    const complete = historyOf(lambda.l2, [0, 0.01, 0.5], [1, 0.05, 0.7]);
    const ended = (["pruned", "failed"] as const).map((state, i) =>
      trialOf({ x: lambda.l2 }, { number: 2 + i, round: 2, state, params: { x: 0.09 }, value: 0.9 }),
    );
    expectFilled(draws(lambda.l2, { round: 3, history: [...complete, ...ended] }), 0.04, 0.06);
    const coarse = draws(lambda.l2, { round: 3, history: ended });
    expect(coarse).toEqual(draws(lambda.l2, { round: 0 }));
  });

  it("draws coarsely what the best trial lacks or has out of the range", () => {
    const history = historyOf(lambda.l2, [0, 0.5, 1]);
    expect(draws(lambda.l2, { history })).toEqual(draws(lambda.l2, { round: 0 }));
    const without = [trialOf({}, { params: {}, value: 1 })];
    expect(draws(lambda.l2, { history: without })).toEqual(draws(lambda.l2, { round: 0 }));
  });

  it("prescribes its rounds and ends after the last", () => {
    const sampler = new CoarseToFineSampler({ coarse: 4, fine: 3, rounds: 5 });
    expect([0, 1, 2, 9].map((round) => sampler.roundSize(round))).toEqual([4, 3, 3, 3]);
    expect([sampler.limit(), new CoarseToFineSampler().limit()]).toEqual([16, 20]);
    expect(new CoarseToFineSampler({ rounds: 1 }).limit()).toBe(10);
  });

  it("keeps its numbers from version to version", () => {
    const score = ({ l2 }: Record<string, ParamValue>) => -Math.abs((l2 as number) - 0.005);
    const trials = runSequentially(new CoarseToFineSampler(), lambda, score, 20, 42, "maximize");
    expect([0, 9, 10, 14, 15, 19].map((number) => trials[number]!.params.l2)).toEqual([
      0.0002599179360664866, 0.0003015944921943989, 0.0023903918083009444, 0.0020735200339691883,
      0.0025981011643687905, 0.0023842139503543257,
    ]);
  });

  it.each([
    [{ coarse: 0 }, "coarse is 0, expected an integer ≥ 1."],
    [{ fine: 1.5 }, "fine is 1.5, expected an integer ≥ 1."],
    [{ rounds: -1 }, "rounds is -1, expected an integer ≥ 1."],
    [{ width: 0 }, "width is 0, expected a finite number > 0."],
    [{ width: NaN }, "width is NaN, expected a finite number > 0."],
  ])("refuses %j", (options, message) => {
    expect(() => new CoarseToFineSampler(options)).toThrow(
      new ConfigError(`CoarseToFineSampler: ${message}`),
    );
  });
});
