import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CoarseToFineSampler,
  GPSampler,
  GridSampler,
  RandomSampler,
  samplers,
  TPESampler,
} from "../../../src/tuner/samplers/index.ts";
import {
  categorical,
  contains,
  float,
  int,
  isActive,
  type ParamValue,
  type SearchSpace,
  type SpaceEntry,
  when,
} from "../../../src/tuner/searchSpace.ts";
import { proposeWith, runSequentially } from "../../helpers/tuning.ts";

it("the samplers are made by name, each from what it knows of the settings", () => {
  expect(Object.keys(samplers).slice(0, 5)).toEqual(["coarse-to-fine", "random", "grid", "tpe", "gp"]);
  const settings = { coarse: 4, points: 3, startup: 5, multivariate: true };
  expect(samplers["coarse-to-fine"]!.create(settings)).toEqual(new CoarseToFineSampler({ coarse: 4 }));
  expect(samplers.random!.create(settings)).toEqual(new RandomSampler());
  expect(samplers.grid!.create(settings)).toEqual(new GridSampler({ points: 3 }));
  expect(samplers.tpe!.create(settings)).toMatchObject({ startup: 5, multivariate: true, candidates: 24 });
  expect(samplers.tpe!.create()).toBeInstanceOf(TPESampler);
  for (const [name, { create }] of Object.entries(samplers)) expect(create().name).toBe(name);
});

it.each([
  [
    "CoarseToFineSampler",
    () => new CoarseToFineSampler({ corse: 3 } as never),
    "coarse, fine, rounds, width",
  ],
  ["GridSampler", () => new GridSampler({ point: 3 } as never), "points"],
  ["GPSampler", () => new GPSampler({ start: 3 } as never), "startup, candidates, memory"],
])("%s names its options when it is given another", (name, make, options) => {
  expect(make).toThrow(new RegExp(`^${name}: there is no option "\\w+"\\. There are: ${options}\\.$`));
});

it("the random sampler has no options", () => {
  expect(() => new RandomSampler({ seed: 1 } as never)).toThrow(
    'RandomSampler: there is no option "seed". There are none.',
  );
});

const sorted = ([a, b]: [number, number]) => (a < b ? [a, b] : [b, a]) as [number, number];
const real = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const positive = fc.double({ min: 1e-8, max: 1e8, noNaN: true });
const integer = fc.integer({ min: -1000, max: 1000 });
const natural = fc.integer({ min: 1, max: 100_000 });
const choice: fc.Arbitrary<ParamValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string(),
  fc.array(fc.integer()),
);
const distribution = fc.oneof(
  fc.tuple(real, real).map((ends) => float(...sorted(ends))),
  fc.tuple(positive, positive).map((ends) => float(...sorted(ends), { log: true })),
  fc.tuple(integer, integer).map((ends) => int(...sorted(ends))),
  fc.tuple(natural, natural).map((ends) => int(...sorted(ends), { log: true })),
  fc
    .uniqueArray(choice, { minLength: 1, maxLength: 4, selector: (value) => JSON.stringify(value) })
    .map(categorical),
);

/** A switch, two parameters of any kind that depend on it, and one that does not. */
const space: fc.Arbitrary<SearchSpace> = fc.tuple(distribution, distribution, distribution).map(
  ([a, b, c]): Record<string, SpaceEntry> => ({
    switch: categorical([true, false]),
    a: when(a, "switch", [true]),
    b: c,
    c: when(b, "switch", [true]),
  }),
);

const variants = {
  ...Object.fromEntries(Object.entries(samplers).map(([name, { create }]) => [name, create])),
  "multivariate tpe": (settings?: object) => new TPESampler({ ...settings, multivariate: true }),
};

describe.each(Object.entries(variants))("%s", (_name, create) => {
  const sampler = create({ startup: 3 });

  it("proposes values of the distributions, for just the parameters that exist, in the space's order", () => {
    fc.assert(
      fc.property(space, fc.nat(), fc.constantFrom("minimize", "maximize"), (space, seed, direction) => {
        // Some trials fail, some values are equal, some round is without a complete trial.
        const value = (_: unknown, number: number) =>
          number % 4 === 1 || number > 13 ? NaN : (number * 7) % 5;
        for (const { params } of runSequentially(sampler, space, value, 22, seed, direction, 4)) {
          const expected = Object.entries(space).filter(([, entry]) => isActive(entry, params));
          expect(Object.keys(params)).toEqual(expected.map(([name]) => name));
          for (const [name, entry] of expected) expect(contains(entry, params[name]!)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("proposes the same for the same context, and leaves it as it is", () => {
    const space = { x: float(0, 1), n: int(1, 50, { log: true }), c: categorical(["a", "b"]) };
    const f = ({ x, n }: Record<string, ParamValue>) => (x as number) + (n as number);
    const run = (sampler = create({ startup: 3 })) =>
      runSequentially(sampler, space, f, 15, 5, "minimize", 3);
    const history = run();
    expect(run()).toEqual(history);
    const pending = [{ number: 15, params: { x: 0.5, n: 3, c: "a" } }];
    const last = {
      seed: 5,
      direction: "minimize",
      number: 16,
      round: 5,
      indexInRound: 1,
      history,
      pending,
    } as const;
    const before = structuredClone(last);
    // In another order, and by an object that has proposed others before: nothing is kept.
    const other = proposeWith(sampler, space, { ...last, number: 17, seed: 6, history: [] });
    const proposed = proposeWith(sampler, space, last);
    proposeWith(sampler, space, { ...last, history: history.slice(0, 9) });
    expect(proposeWith(sampler, space, last)).toEqual(proposed);
    expect(proposeWith(create({ startup: 3 }), space, last)).toEqual(proposed);
    expect(other).not.toEqual(proposed);
    expect(last).toEqual(before);
  });
});
