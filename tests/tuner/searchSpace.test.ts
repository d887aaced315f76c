/** What callers without types pass as a space, as values and as names. */
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { parameterImportance } from "../../src/tuner/importance.ts";
import { GPSampler, GridSampler, RandomSampler, TPESampler } from "../../src/tuner/samplers/index.ts";
import {
  categorical,
  checkSpace,
  contains,
  float,
  int,
  type ParamValue,
  paramOf,
  type SearchSpace,
  sameValue,
  when,
} from "../../src/tuner/searchSpace.ts";
import { Study } from "../../src/tuner/study.ts";

const CHOICE =
  "expected a finite number, a text, true, false, null, or an array of such. Give names as choices, and look up by the name what it stands for.";

const endless: unknown[] = [];
endless.push(endless);

describe("a distribution refuses", () => {
  it.each([
    [
      "float",
      () => float("1" as never, "2" as never),
      'The range is "1" to "2", expected finite numbers, the lower one first.',
    ],
    ["float", () => float(2, 1), "The range is 2 to 1, expected finite numbers, the lower one first."],
    ["float", () => float(NaN, 1), "The range is NaN to 1, expected finite numbers, the lower one first."],
    [
      "float",
      () => float(0, Infinity),
      "The range is 0 to Infinity, expected finite numbers, the lower one first.",
    ],
    [
      "float",
      () => float(0, undefined as never),
      "The range is 0 to undefined, expected finite numbers, the lower one first.",
    ],
    [
      "float",
      () => float(0, 1, { log: true }),
      "The range is 0 to 1 on a logarithmic scale, expected numbers above 0.",
    ],
    ["float", () => float(1, 2, { log: "yes" as never }), 'log is "yes", expected true or false.'],
    ["float", () => float(1, 2, true as never), "float: the options are true, expected an object."],
    ["float", () => float(1, 2, null as never), "float: the options are null, expected an object."],
    ["int", () => int(1, 10, { step: 3 } as never), 'int: there is no option "step". There are: log.'],
    ["int", () => int("1" as never, 3), 'The range is "1" to 3, expected integers, the lower one first.'],
    ["int", () => int(1.5, 3), "The range is 1.5 to 3, expected integers, the lower one first."],
    [
      "int",
      () => int(0, 3, { log: true }),
      "The range is 0 to 3 on a logarithmic scale, expected integers ≥ 1.",
    ],
    ["categorical", () => categorical([]), "There are no choices. Give at least one."],
    ["categorical", () => categorical("abc" as never), 'The choices are "abc", expected an array.'],
    ["categorical", () => categorical([NaN, (() => 1) as never]), `A choice is NaN, ${CHOICE}`],
    ["categorical", () => categorical([1, (() => 1) as never]), `A choice is a function, ${CHOICE}`],
    ["categorical", () => categorical([1, undefined as never]), `A choice is undefined, ${CHOICE}`],
    ["categorical", () => categorical([{ a: 1 } as never]), `A choice is an object, ${CHOICE}`],
    ["categorical", () => categorical([[1, [Infinity]]]), `A choice is an array of 2, ${CHOICE}`],
    ["categorical", () => categorical([endless as never]), `A choice is an array of 1, ${CHOICE}`],
    ["categorical", () => categorical([1, 2, 1]), "The choice 1 is there twice. Give each once."],
    [
      "categorical",
      () =>
        categorical([
          [1, 2],
          [1, 2],
        ]),
      "The choice [1,2] is there twice. Give each once.",
    ],
    ["when", () => when(int(1, 2), "kind", "a" as never), 'The values of "kind" are "a", expected an array.'],
  ])("%s: %s", (_name, make, message) => {
    expect(make).toThrow(new ConfigError(message));
  });

  it("keeps its own choices, whatever becomes of the array", () => {
    const choices: ParamValue[] = [1, "1", null, true, [50, 30]];
    const distribution = categorical(choices);
    choices.length = 0;
    expect(distribution.choices).toEqual([1, "1", null, true, [50, 30]]);
  });

  it("counts options that are undefined as absent", () => {
    expect(int(1, 3, { log: undefined, step: undefined } as never)).toEqual(int(1, 3));
  });
});

describe("a space", () => {
  it.each([
    [[], "The space is an array of 0, expected an object such as { l2: float(0, 1) }."],
    ["l2", 'The space is "l2", expected an object such as { l2: float(0, 1) }.'],
    [
      { l2: [0, 1] },
      "l2 is an array of 2, expected a distribution: float(low, high), int(low, high) or categorical(choices).",
    ],
    [
      { l2: "log:1e-5:1e-1" },
      'l2 is "log:1e-5:1e-1", expected a distribution: float(low, high), int(low, high) or categorical(choices).',
    ],
    [
      { l2: { kind: "uniform" } },
      "l2 is an object, expected a distribution: float(low, high), int(low, high) or categorical(choices).",
    ],
    [
      { l2: { kind: "float", low: 3, high: 1, log: false } },
      "l2: The range is 3 to 1, expected finite numbers, the lower one first.",
    ],
    [{ l2: { kind: "categorical", choices: [] } }, "l2: There are no choices. Give at least one."],
    [{ "": float(0, 1) }, 'The name of a parameter is "", expected a text such as "l2". Give another.'],
    [
      JSON.parse('{"__proto__":{"kind":"float","low":0,"high":1,"log":false}}'),
      'The name of a parameter is "__proto__", expected a text such as "l2". Give another.',
    ],
    [
      { slope: when(float(0, 1), "toString", ["a"]) },
      "slope depends on toString, expected a parameter that stands before it (none). Put toString first.",
    ],
  ])("%j is refused", (space, message) => {
    expect(() => checkSpace(space as never)).toThrow(new ConfigError(message as string));
    expect(() => new Study({ space: space as never })).toThrow(new ConfigError(message as string));
  });

  it("has values only by its own names", () => {
    expect(paramOf({ l2: 1 }, "constructor")).toBeUndefined();
    expect(paramOf({ l2: 1 }, "l2")).toBe(1);
    expect(sameValue(null, NaN)).toBe(false);
    expect(contains(categorical([null]), NaN)).toBe(false);
  });
});

describe("names that every object has", () => {
  const names = ["constructor", "toString", "hasOwnProperty", "valueOf"] as const;
  const space: SearchSpace = {
    constructor: categorical(["a", "b"]),
    toString: when(float(1e-3, 1, { log: true }), "constructor", ["a"]),
    hasOwnProperty: int(1, 3),
    valueOf: when(categorical([[1], [2]]), "constructor", ["b"]),
  } as never;

  it.each([
    ["random", () => new RandomSampler()],
    ["grid", () => new GridSampler({ points: 2 })],
    ["TPE", () => new TPESampler({ startup: 3 })],
    ["TPE, jointly", () => new TPESampler({ startup: 3, multivariate: true })],
    ["GP", () => new GPSampler({ startup: 3, candidates: 16 })],
  ])("are names of parameters like any others: %s", async (_name, make) => {
    const study = new Study({ sampler: make(), space, seed: 2 });
    await study.optimize(({ params }) => (paramOf(params, "hasOwnProperty") as number) / 3, { trials: 10 });
    for (const { params, distributions } of study.trials) {
      const kind = paramOf(params, "constructor");
      expect(["a", "b"]).toContain(kind);
      expect(Object.keys(params)).toEqual(
        [
          ...[
            "constructor",
            kind === "a" ? "toString" : undefined,
            "hasOwnProperty",
            kind === "b" ? "valueOf" : undefined,
          ],
        ].filter((name) => name !== undefined),
      );
      expect(Object.keys(distributions)).toEqual(Object.keys(params));
      for (const name of Object.keys(params)) expect(contains(space[name]!, params[name]!)).toBe(true);
    }
    expect(({} as never as { polluted?: unknown }).constructor).toBe(Object);
  });

  it("can be suggested, and each keeps its value", () => {
    const trial = new Study().ask();
    for (const name of names) {
      const value = trial.suggestFloat(name, 0, 1);
      expect(trial.suggestFloat(name, 0, 1)).toBe(value);
    }
    expect(Object.keys(trial.params)).toEqual([...names]);
    expect(() => trial.suggestFloat("__proto__", 0, 1)).toThrow(
      new ConfigError('The name of a parameter is "__proto__", expected a text such as "l2". Give another.'),
    );
    expect(() => trial.suggestInt(5 as never, 0, 1)).toThrow("The name of a parameter is 5, expected a text");
    expect(() => trial.setAttribute("__proto__", {})).toThrow(
      'The name of an attribute is "__proto__", expected a text',
    );
    expect(() => trial.suggestInt("units", 9, 1)).toThrow(
      new ConfigError("Trial 0, units: The range is 9 to 1, expected integers, the lower one first."),
    );
    expect(Object.getPrototypeOf(trial.params)).toBe(Object.prototype);
  });

  it("have an importance of their own", async () => {
    const study = new Study({ space: { constructor: float(0, 1), valueOf: float(0, 1) } as never });
    await study.optimize(({ params }) => paramOf(params, "valueOf") as number, { trials: 30 });
    const shares = parameterImportance(study.trials);
    expect(shares[0]!.name).toBe("valueOf");
    expect(shares[0]!.importance).toBeGreaterThan(0.8);
  });
});
