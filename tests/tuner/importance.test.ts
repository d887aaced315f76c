import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { parameterImportance } from "../../src/tuner/importance.ts";
import { RandomSampler } from "../../src/tuner/samplers/random.ts";
import { categorical, float, int, type Params, type SearchSpace, when } from "../../src/tuner/searchSpace.ts";
import { runSequentially, trialOf } from "../helpers/tuning.ts";

type Numbers = Readonly<Record<string, number>>;

const randomTrials = (space: SearchSpace, f: (params: Params, number: number) => number, n = 120, seed = 1) =>
  runSequentially(new RandomSampler(), space, f, n, seed);

const sharesOf = (...args: Parameters<typeof parameterImportance>) =>
  Object.fromEntries(parameterImportance(...args).map(({ name, importance }) => [name, importance]));

const cube: SearchSpace = { noise: float(0, 1), weak: float(0, 1), strong: float(0, 1) };
/** The variance by `strong` is 10 times that by `weak`. */
const additive = ({ weak, strong }: Params) => (weak as number) + Math.sqrt(10) * (strong as number);

describe("parameterImportance", () => {
  it("ranks parameters by the variance that they explain: 10 to 1 to nothing", () => {
    const result = parameterImportance(randomTrials(cube, additive));
    expect(result.map(({ name }) => name)).toEqual(["strong", "weak", "noise"]);
    const [strong, weak, noise] = result.map(({ importance }) => importance) as [number, number, number];
    expect(strong + weak + noise).toBeCloseTo(1, 12);
    expect(strong).toBeGreaterThan(0.85);
    expect(weak).toBeGreaterThan(0.03);
    expect(weak).toBeLessThan(0.15);
    expect(noise).toBeLessThan(0.01);
  });

  it("comes to the shares of the variances with many trials: 1/14, 4/14, 9/14", () => {
    const space = { a: float(0, 1), b: float(-5, 5), c: int(1, 100000) };
    const f = (p: Params) => (p as Numbers).a! + 0.2 * (p as Numbers).b! + 3e-5 * (p as Numbers).c!;
    const shares = sharesOf(randomTrials(space, f, 400));
    for (const [name, share] of Object.entries({ a: 1 / 14, b: 4 / 14, c: 9 / 14 })) {
      expect(Math.abs(shares[name]! - share), name).toBeLessThan(0.06);
    }
  });

  it("sees an optimum inside of the range, on a logarithmic scale", () => {
    const space = { l2: float(1e-6, 1, { log: true }), rate: float(1e-6, 1, { log: true }) };
    const f = ({ l2, rate }: Params) =>
      (Math.log10(l2 as number) + 3) ** 2 + 0.1 * Math.log10(rate as number);
    const shares = sharesOf(randomTrials(space, f));
    expect(shares.l2).toBeGreaterThan(0.9);
  });

  it("sees what counts only together: x · y around 0", () => {
    const space = { x: float(-1, 1), y: float(-1, 1), z: float(-1, 1) };
    const shares = sharesOf(randomTrials(space, ({ x, y }) => (x as number) * (y as number), 300));
    expect(shares.x).toBeGreaterThan(0.3);
    expect(shares.y).toBeGreaterThan(0.3);
    expect(shares.z).toBeLessThan(0.1);
  });

  it("splits choices into sets, whatever their order: half of the variance is half, with 4 trials a choice", () => {
    const space = { kind: categorical([..."abcdefghijkl"]), x: float(0, 1) };
    const f = ({ kind, x }: Params) =>
      ("acegik".includes(kind as string) ? 1 : 0) + Math.sqrt(3) * (x as number);
    for (const seed of [1, 2, 3, 4]) {
      const { kind } = sharesOf(randomTrials(space, f, 48, seed));
      expect(Math.abs(kind! - 0.5), `seed ${seed}`).toBeLessThan(0.1);
    }
  });

  it("takes conditional parameters: they matter as far as they exist and change something", () => {
    const space = {
      activation: categorical(["relu", "elu"]),
      alpha: when(float(0, 1), "activation", ["elu"]),
      beta: when(float(0, 1), "activation", ["elu"]),
      units: int(1, 100),
    };
    const f = ({ activation, alpha }: Params) => (activation === "elu" ? 1 + 4 * (alpha as number) : 0);
    const result = parameterImportance(randomTrials(space, f));
    const shares = sharesOf(randomTrials(space, f));
    expect(result[0]!.name).toBe("alpha");
    expect(shares.alpha).toBeGreaterThan(0.5);
    expect(shares.units! + shares.beta!).toBeLessThan(0.15);
  });

  it("takes pruned trials with their values", () => {
    const trials = randomTrials(cube, additive, 40);
    const pruned = trials.map((trial) => ({ ...trial, state: "pruned" as const }));
    expect(parameterImportance(pruned)).toEqual(parameterImportance(trials));
  });

  it.each(["maximize", "minimize"] as const)(
    "takes failed trials for worse than all others: what makes them fail matters (%s)",
    (direction) => {
      // Of the others, the value does not depend on `noise`; 30 of 80 fail by it.
      const f = (params: Params) => ((params.noise as number) > 0.6 ? NaN : additive(params));
      const trials = randomTrials(cube, f, 80);
      const without = trials.filter(({ state }) => state !== "failed");
      expect(sharesOf(without, { direction }).noise).toBeLessThan(0.05);
      expect(sharesOf(trials, { direction }).noise).toBeGreaterThan(0.5);
      const constant = randomTrials(cube, (params) => (Number.isNaN(f(params)) ? NaN : 0.5), 80);
      expect(sharesOf(constant, { direction }).noise).toBeGreaterThan(0.9);
    },
  );

  it("says the same of the same trials, in whatever order; another seed says nearly the same", () => {
    const trials = randomTrials(cube, additive);
    const [one, two] = [sharesOf(trials), sharesOf(trials, { seed: 2 })];
    expect(sharesOf(trials.toReversed())).toEqual(one);
    expect(two).not.toEqual(one);
    for (const name of Object.keys(cube)) expect(Math.abs(one[name]! - two[name]!)).toBeLessThan(0.03);
  });

  it("does not depend on direction or unit of the values, however large", () => {
    const one = sharesOf(randomTrials(cube, additive));
    const two = sharesOf(randomTrials(cube, (params) => -(2 ** 1000) * additive(params)));
    expect(two).toEqual(one);
  });

  it("sees small differences of large values", () => {
    const shares = sharesOf(randomTrials(cube, (params) => 1e8 + additive(params)));
    expect(Math.abs(shares.strong! - sharesOf(randomTrials(cube, additive)).strong!)).toBeLessThan(1e-3);
  });

  it("says nothing of fewer than 20 trials with a value, or of fewer than 5 for each parameter", () => {
    expect(parameterImportance(randomTrials(cube, additive, 19))).toEqual([]);
    expect(parameterImportance(randomTrials(cube, additive, 20))).toHaveLength(3);
    const failed = randomTrials(cube, (params, number) => (number === 19 ? NaN : additive(params)), 20);
    expect(parameterImportance(failed)).toEqual([]);
    const six: SearchSpace = Object.fromEntries([..."abcdef"].map((name) => [name, float(0, 1)]));
    expect(parameterImportance(randomTrials(six, ({ a }) => a as number, 29))).toEqual([]);
    expect(parameterImportance(randomTrials(six, ({ a }) => a as number, 30))).toHaveLength(6);
  });

  it("refuses options that it does not have", () => {
    expect(() => parameterImportance([], { tree: 3 } as never)).toThrow(
      new ConfigError('parameterImportance: there is no option "tree". There are: direction, seed, trees.'),
    );
  });

  it.each([0, 1, 0.1])("gives nothing its share if all values are %d", (value) => {
    const zeros = ["noise", "weak", "strong"].map((name) => ({ name, importance: 0 }));
    expect(parameterImportance(randomTrials(cube, () => value))).toEqual(zeros);
  });

  it("takes parameters that only some trials have, without a declared space", () => {
    const trials = Array.from({ length: 30 }, (_, number) => {
      const params: Params = number % 2 === 0 ? { x: number / 30 } : { x: number / 30, y: number % 3 };
      return trialOf({ x: float(0, 1), y: int(0, 2) }, { number, params, value: number });
    });
    expect(parameterImportance(trials)[0]!.name).toBe("x");
  });
});
