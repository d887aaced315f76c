import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/errors.ts";
import { GridSampler } from "../../../src/tuner/samplers/index.ts";
import {
  categorical,
  float,
  int,
  isActive,
  type Params,
  type SearchSpace,
  when,
} from "../../../src/tuner/searchSpace.ts";
import { contextOf, runSequentially } from "../../helpers/tuning.ts";

/** All combinations, in order. */
const grid = (space: SearchSpace, points?: number): Params[] =>
  runSequentially(new GridSampler(points === undefined ? {} : { points }), space, () => 0, 1000, 1).map(
    ({ params }) => params,
  );

const valuesOf = (entry: SearchSpace[string], points?: number) =>
  grid({ x: entry }, points).map(({ x }) => x);

describe("GridSampler", () => {
  it("counts like nested loops, the last parameter fastest", () => {
    const space = { a: int(1, 2), b: categorical(["x", "y", null]), c: float(0, 1) };
    const expected = [1, 2].flatMap((a) =>
      ["x", "y", null].flatMap((b) => [0, 0.5, 1].map((c) => ({ a, b, c }))),
    );
    expect(grid(space, 3)).toEqual(expected);
    expect(new GridSampler({ points: 3 }).limit(space)).toBe(18);
  });

  it("spaces a float evenly from end to end, a logarithmic one evenly in the logarithm", () => {
    expect(valuesOf(float(-1, 1))).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(valuesOf(float(0.1, 0.7), 7)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    expect(valuesOf(float(1e-5, 1e-1, { log: true }))).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
    expect(valuesOf(float(3, 3))).toEqual([3]);
  });

  it("takes all values of an integer if they are few, else as many different ones as points", () => {
    expect(valuesOf(int(-2, 2))).toEqual([-2, -1, 0, 1, 2]);
    expect(valuesOf(int(7, 7))).toEqual([7]);
    expect(valuesOf(int(0, 100))).toEqual([0, 25, 50, 75, 100]);
    expect(valuesOf(int(10, 1000, { log: true }), 3)).toEqual([10, 100, 1000]);
    // Rounded, 1, 1.57, 2.45, 3.83, 6 would give 2 twice.
    expect(valuesOf(int(1, 6, { log: true }))).toEqual([1, 2, 3, 4, 6]);
  });

  it("leaves out parameters whose condition is not met, and has each combination once", () => {
    const space = {
      sgd: categorical([true, false]),
      momentum: when(categorical([0.9, 0.99]), "sgd", [true]),
      nesterov: when(categorical([true, false]), "momentum", [0.99]),
      layers: categorical([1, 2]),
    };
    expect(grid(space)).toEqual([
      { sgd: true, momentum: 0.9, layers: 1 },
      { sgd: true, momentum: 0.9, layers: 2 },
      { sgd: true, momentum: 0.99, nesterov: true, layers: 1 },
      { sgd: true, momentum: 0.99, nesterov: true, layers: 2 },
      { sgd: true, momentum: 0.99, nesterov: false, layers: 1 },
      { sgd: true, momentum: 0.99, nesterov: false, layers: 2 },
      { sgd: false, layers: 1 },
      { sgd: false, layers: 2 },
    ]);
    expect(new GridSampler().limit(space)).toBe(8);
  });

  it("tells a choice of null or an empty list from a parameter that is not there", () => {
    const space = {
      a: categorical([0, 1]),
      b: when(categorical([null, []]), "a", [1]),
      c: when(categorical(["x", "y"]), "b", [null]),
    };
    expect(grid(space)).toEqual([
      { a: 0 },
      { a: 1, b: null, c: "x" },
      { a: 1, b: null, c: "y" },
      { a: 1, b: [] },
    ]);
  });

  it("has the combinations that plain nested loops have, for any conditions", () => {
    // Parameter i has the choices 0 … sizes[i] − 1, and may depend on one of those before it.
    const spaces = fc
      .array(fc.record({ size: fc.integer({ min: 1, max: 3 }), on: fc.nat(), value: fc.nat() }), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts): SearchSpace => {
        const entries = parts.map(({ size, on, value }, i) => {
          const entry = categorical(Array.from({ length: size }, (_, choice) => choice));
          const other = on % (i + 1);
          if (other === i) return [`p${i}`, entry] as const;
          return [`p${i}`, when(entry, `p${other}`, [value % parts[other]!.size])] as const;
        });
        return Object.fromEntries(entries);
      });
    fc.assert(
      fc.property(spaces, (space) => {
        let expected: Params[] = [{}];
        for (const [name, entry] of Object.entries(space)) {
          const values = entry.kind === "categorical" ? entry.choices : [];
          expected = expected.flatMap((params) =>
            isActive(entry, params) ? values.map((value) => ({ ...params, [name]: value })) : [params],
          );
        }
        expect(new GridSampler().limit(space)).toBe(expected.length);
        expect(grid(space)).toEqual(expected);
      }),
    );
  });

  it("counts a grid of 5^20 combinations without walking through them", () => {
    const space: SearchSpace = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`p${i}`, float(0, 1)]),
    );
    expect(new GridSampler().limit(space)).toBe(5 ** 20);
    expect(new GridSampler().propose(space, contextOf({ number: 7 }))).toMatchObject({
      p17: 0,
      p18: 0.25,
      p19: 0.5,
    });
  });

  it("depends on no results, so that all trials may be one round", () => {
    expect(new GridSampler().roundSize()).toBe(Infinity);
  });

  it("refuses a trial beyond the last combination", () => {
    expect(() => new GridSampler().propose({ x: int(1, 3) }, contextOf({ number: 3 }))).toThrow(
      new ConfigError("GridSampler: trial 3 is beyond the last of 3 combinations. Ask for 3 trials."),
    );
  });

  it("refuses a single parameter: it needs the space", () => {
    expect(() => new GridSampler().sample("l2")).toThrow(
      new ConfigError(
        "GridSampler: l2 is asked for by itself, expected a search space declared beforehand. " +
          "Declare the space, or take another sampler.",
      ),
    );
  });

  it.each([1, 2.5, NaN])("refuses %d points", (points) => {
    expect(() => new GridSampler({ points })).toThrow(
      new ConfigError(`GridSampler: points is ${points}, expected an integer ≥ 2.`),
    );
  });
});
