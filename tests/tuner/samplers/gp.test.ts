import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { expectedImprovement, GPSampler } from "../../../src/tuner/samplers/gp.ts";
import { RandomSampler } from "../../../src/tuner/samplers/random.ts";
import {
  categorical,
  contains,
  float,
  int,
  isActive,
  type Params,
  type SearchSpace,
  when,
} from "../../../src/tuner/searchSpace.ts";
import type { Sampler } from "../../../src/tuner/trial.ts";
import { expectClose } from "../../helpers/expectNumbers.ts";
import { bestValue, contextOf, runSequentially, trialOf } from "../../helpers/tuning.ts";

type Numbers = Readonly<Record<string, number>>;

/** Branin's function: minima of 0.397887 at (−π, 12.275), (π, 2.275) and (9.42478, 2.475). */
function branin(params: Params): number {
  const { x, y } = params as Numbers;
  const valley = y! - (5.1 / (4 * Math.PI * Math.PI)) * x! * x! + (5 / Math.PI) * x! - 6;
  return valley * valley + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x!) + 10;
}
const braninSpace = { x: float(-5, 10), y: float(0, 15) };

/** Hartmann's function in six dimensions: its minimum is −3.32237. */
function hartmann(params: Params): number {
  const alpha = [1, 1.2, 3, 3.2];
  const a = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const p = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ];
  return -alpha.reduce((sum, weight, i) => {
    const squares = a[i]!.map((scale, j) => scale * ((params as Numbers)[`x${j}`]! - p[i]![j]!) ** 2);
    return sum + weight * Math.exp(-squares.reduce((s, square) => s + square));
  }, 0);
}
const hartmannSpace = Object.fromEntries(Array.from({ length: 6 }, (_, j) => [`x${j}`, float(0, 1)]));

/** All kinds of parameters, some of which exist only with others. */
const mixed: SearchSpace = {
  rate: float(1e-5, 1e-1, { log: true }),
  units: int(1, 300, { log: true }),
  depth: int(1, 9),
  activation: categorical(["relu", "tanh", "elu"]),
  alpha: when(float(0.1, 2), "activation", ["elu"]),
  kind: when(categorical(["a", "b"]), "depth", [1, 2, 3, 4]),
  fixed: float(3, 3),
};
/** Best at rate 1e-3, units 30, depth 3, elu, alpha 1, kind "b": 0. */
function mixedValue(params: Params): number {
  const { rate, units, depth, alpha } = params as Numbers;
  const distance =
    Math.abs(Math.log10(rate!) + 3) / 4 + Math.abs(Math.log(units! / 30)) / 6 + Math.abs(depth! - 3) / 8;
  const penalty = params.activation === "elu" ? Math.abs(alpha! - 1) / 4 : 0.5;
  return distance + penalty + (params.kind === "b" ? 0 : 0.25);
}

const seeds = Array.from({ length: 10 }, (_, i) => 100 + i);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;

describe("expectedImprovement", () => {
  it("is (best − mean) Φ(z) + deviation φ(z)", () => {
    // φ(0); 1 · Φ(1) + φ(1); −1 · Φ(−1) + φ(1); 2 · (½ Φ(½) + φ(½)).
    expectClose(
      [
        expectedImprovement(0, 1, 0),
        expectedImprovement(-1, 1, 0),
        expectedImprovement(1, 1, 0),
        expectedImprovement(4, 2, 5),
      ],
      [0.3989422804014327, 1.0833154705876864, 0.08331547058768637, 1.3955931148026122],
      1e-14,
    );
  });

  it("is the improvement itself where nothing is uncertain, and never below 0", () => {
    expect([expectedImprovement(1, 0, 3), expectedImprovement(3, 0, 1)]).toEqual([2, 0]);
    for (let z = 0; z < 60; z += 0.25) expect(expectedImprovement(z, 1, 0)).toBeGreaterThanOrEqual(0);
  });
});

describe("GPSampler", () => {
  // Stated before these seeds were run: a third of random search's mean regret on Branin, half of it on Hartmann, and in
  // 9 of 10 seeds the better one.
  it.each([
    ["Branin", branin, braninSpace, 0.397887, 1 / 3],
    ["Hartmann", hartmann, hartmannSpace, -3.32237, 1 / 2],
  ])("beats random search on %s's function in 25 trials", (_, f, space, optimum, share) => {
    const regrets = (sampler: Sampler) =>
      seeds.map((seed) => bestValue(runSequentially(sampler, space, f, 25, seed)) - optimum);
    const [gp, random] = [regrets(new GPSampler()), regrets(new RandomSampler())];
    expect(mean(gp)).toBeLessThan(share * mean(random));
    expect(gp.filter((regret, i) => regret < random[i]!).length).toBeGreaterThanOrEqual(9);
  });

  it("beats random search among numbers, integers, choices and conditions, in rounds of 4", () => {
    const best = (sampler: Sampler) =>
      mean(
        seeds.map((seed) => bestValue(runSequentially(sampler, mixed, mixedValue, 24, seed, "minimize", 4))),
      );
    expect(best(new GPSampler())).toBeLessThan(0.5 * best(new RandomSampler()));
  });

  it("searches from the best trials too: a single candidate is enough to get to the bottom of a bowl", () => {
    const target = [0.1, 0.25, 0.4, 0.55, 0.7];
    const space = Object.fromEntries(target.map((_, j) => [`x${j}`, float(0, 1)]));
    const bowl = (params: Params) =>
      target.reduce((sum, t, j) => sum + ((params as Numbers)[`x${j}`]! - t) ** 2, 0);
    const sampler = new GPSampler({ candidates: 1 });
    // From the candidate alone, it comes to 0.013.
    const regrets = seeds.map((seed) => bestValue(runSequentially(sampler, space, bowl, 25, 200 + seed)));
    expect(mean(regrets)).toBeLessThan(0.008);
  });

  it("proposes what the space contains, and leaves out what does not exist", () => {
    for (const { params } of runSequentially(new GPSampler({ startup: 4 }), mixed, mixedValue, 20, 3)) {
      expect(Object.keys(params)).toEqual(
        Object.keys(mixed).filter((name) => isActive(mixed[name]!, params)),
      );
      for (const [name, value] of Object.entries(params)) expect(contains(mixed[name]!, value)).toBe(true);
    }
  });

  it("proposes the same again in the same context, and something else with another seed", () => {
    const run = (seed: number) =>
      runSequentially(new GPSampler(), mixed, mixedValue, 16, seed, "minimize", 4);
    expect(run(5)).toEqual(run(5));
    expect(run(5)[0]!.params).not.toEqual(run(6)[0]!.params);
  });

  it("maximizes f as it minimizes −f", () => {
    const up = runSequentially(new GPSampler(), braninSpace, (p) => -branin(p), 14, 1, "maximize");
    const down = runSequentially(new GPSampler(), braninSpace, branin, 14, 1);
    expect(up.map(({ params }) => params)).toEqual(down.map(({ params }) => params));
  });

  it("keeps the trials of a round away from each other", () => {
    const sampler = new GPSampler();
    const history = runSequentially(sampler, braninSpace, branin, 12, 1);
    const pending: { number: number; params: Params }[] = [];
    for (let i = 0; i < 6; i++) {
      const context = contextOf({
        direction: "minimize",
        number: 12 + i,
        round: 5,
        indexInRound: i,
        history,
      });
      pending.push({
        number: 12 + i,
        params: sampler.propose(braninSpace, { ...context, pending: [...pending] }),
      });
    }
    const distances = pending.flatMap(({ params: a }, i) =>
      pending.slice(0, i).map(({ params: b }) => {
        const [dx, dy] = ["x", "y"].map((name) => ((a as Numbers)[name]! - (b as Numbers)[name]!) / 15);
        return Math.hypot(dx!, dy!);
      }),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.02);
  });

  it("spreads the first trials over the space: each quarter of every range has 1 to 3 of 8", () => {
    for (const seed of seeds) {
      const first = runSequentially(new GPSampler(), braninSpace, branin, 8, seed);
      for (const [name, { low, high }] of Object.entries(braninSpace)) {
        const counts = [0, 0, 0, 0];
        for (const { params } of first) {
          counts[Math.floor((4 * ((params as Numbers)[name]! - low)) / (high - low))]! += 1;
        }
        for (const count of counts) expect(count >= 1 && count <= 3).toBe(true);
      }
    }
  });

  it("prescribes the first round, which does not depend on results, and leaves the others to the study", () => {
    expect([0, 1, 2].map((round) => new GPSampler({ startup: 6 }).roundSize(round))).toEqual([
      6,
      undefined,
      undefined,
    ]);
  });

  it("tries every value of a small space before it tries one again, and then does not fail", () => {
    const space = { n: int(1, 4), c: categorical(["a", "b", "c"]) };
    const f = ({ n, c }: Params) => (n as number) + (c === "b" ? 0 : 2);
    const texts = runSequentially(new GPSampler({ startup: 1 }), space, f, 15, 1).map(({ params }) =>
      JSON.stringify(params),
    );
    expect(new Set(texts.slice(1, 12)).size).toBe(11);
    expect(new Set(texts.slice(0, 12)).size).toBe(12);
  });

  it.each([
    ["one trial", [1]],
    ["values that are all the same", [2, 2, 2, 2]],
    ["values that are hardly different", [1, 1 + 1e-15, 1 - 1e-15]],
    ["values near the largest number", [1e308, -1e308, 1e307, 5]],
    ["values near 0", [5e-324, 0, -5e-324]],
  ])("goes on from %s", (_, values) => {
    const history = values.map((value, number) =>
      trialOf(braninSpace, { number, value, params: { x: number, y: 3 } }),
    );
    const params = new GPSampler({ startup: 1 }).propose(
      braninSpace,
      contextOf({ number: 9, round: 1, history }),
    );
    for (const [name, value] of Object.entries(params)) {
      expect(contains(braninSpace[name as "x" | "y"], value)).toBe(true);
    }
    expect(Object.keys(params)).toEqual(["x", "y"]);
  });

  it("goes on from the same setting many times, with different values", () => {
    const history = [3, 1, 2, 5].map((value, number) =>
      trialOf(braninSpace, { number, value, params: { x: 1, y: 3 } }),
    );
    const context = contextOf({
      number: 9,
      round: 1,
      history,
      pending: [{ number: 8, params: { x: 1, y: 3 } }],
    });
    expect(new GPSampler({ startup: 1 }).propose(braninSpace, context)).not.toEqual({ x: 1, y: 3 });
  });

  it("takes failed trials for worse than all others, and the last value of pruned ones", () => {
    const sampler = new GPSampler({ startup: 3 });
    const good = [0, 3, 6].map((x, number) =>
      trialOf(braninSpace, { number, params: { x, y: x + 1 }, value: branin({ x, y: x + 1 }) }),
    );
    const failed = trialOf(braninSpace, { number: 3, params: { x: 9, y: 9 }, state: "failed", error: "no" });
    const propose = (history: typeof good) =>
      sampler.propose(braninSpace, contextOf({ direction: "minimize", number: 7, round: 2, history }));
    const values = good.map(({ value }) => value!);
    const value = 2 * Math.max(...values) - Math.min(...values);
    expect(propose([...good, failed])).toEqual(propose([...good, { ...failed, state: "complete", value }]));
    const pruned = { ...failed, state: "pruned", value: 250 } as const;
    const complete = { ...failed, state: "complete", value: 250 } as const;
    expect(propose([...good, pruned])).toEqual(propose([...good, complete]));
    expect(propose([...good, pruned])).not.toEqual(propose(good));
    // Until there are enough, the design goes on by number.
    expect(propose([good[0]!, good[1]!])).toEqual(propose([]));
    expect(propose([good[0]!, good[1]!, failed])).not.toEqual(propose([]));
    // Nor can a model be made of failures alone.
    expect(propose([failed, failed, failed])).toEqual(propose([]));
  });

  it("remembers the better half and the latest of the rest, if there are too many", () => {
    const values = [9, 1, 8, 2, 7, 3, 6, 5];
    const history = values.map((value, number) =>
      trialOf(braninSpace, { number, value, params: { x: number, y: (5 * number) % 8 } }),
    );
    const propose = (memory: number, numbers: number[]) =>
      new GPSampler({ startup: 2, memory }).propose(
        braninSpace,
        contextOf({ direction: "minimize", number: 8, round: 2, history: numbers.map((n) => history[n]!) }),
      );
    expect(propose(4, [0, 1, 2, 3, 4, 5, 6, 7])).toEqual(propose(200, [1, 3, 6, 7]));
  });

  it("takes trials of another search: outside of the range, of another kind, without a value", () => {
    const space = { x: float(0, 1), c: categorical(["a", "b"]) };
    const history = [{ x: 2, c: "z" }, { x: "two", c: "a" }, { c: "b" }, { x: 0.5, c: "a" }].map(
      (params, number) => ({
        ...trialOf({}, { number, value: number }),
        params,
      }),
    );
    const params = new GPSampler({ startup: 2 }).propose(space, contextOf({ number: 4, round: 1, history }));
    expect(contains(space.x, params.x!) && contains(space.c, params.c!)).toBe(true);
  });

  it("draws at random where the space is not declared", () => {
    const draw = (number: number) => new GPSampler().sample("x", float(0, 1), contextOf({ number }));
    const values = Array.from({ length: 200 }, (_, number) => draw(number) as number);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.abs(mean(values) - 0.5)).toBeLessThan(0.06);
    expect(draw(3)).toBe(draw(3));
  });

  it.each([
    [{ startup: 0 }, "startup is 0, expected an integer ≥ 1."],
    [{ candidates: 0.5 }, "candidates is 0.5, expected an integer ≥ 1."],
    [{ memory: 1 }, "memory is 1, expected an integer ≥ 2."],
  ])("refuses %j", (options, message) => {
    expect(() => new GPSampler(options)).toThrow(new ConfigError(`GPSampler: ${message}`));
  });
});
