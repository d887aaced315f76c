import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import {
  checkOptions,
  pickOptions,
  requireBoolean,
  requireInteger,
  requireMethods,
  shown,
} from "../src/options.ts";

describe("checkOptions", () => {
  it("takes known names, and undefined under any name", () => {
    checkOptions("f", undefined, ["a"]);
    checkOptions("f", { a: 1, b: undefined }, ["a"]);
  });

  it("refuses others, with the choices", () => {
    expect(() => checkOptions("fit", { epoch: 3 }, ["epochs", "seed"])).toThrow(
      new ConfigError('fit: there is no option "epoch". There are: epochs, seed.'),
    );
    expect(() => checkOptions("fit", JSON.parse('{"__proto__": 1}'), ["epochs"])).toThrow(
      new ConfigError('fit: there is no option "__proto__". There are: epochs.'),
    );
    expect(() => checkOptions("f", { a: 1 }, [])).toThrow(
      new ConfigError('f: there is no option "a". There are none.'),
    );
  });

  it.each([
    [3, "3"],
    ["x", '"x"'],
    [null, "null"],
    [[1], "an array of 1"],
  ])("refuses %j in place of an object", (options, text) => {
    expect(() => checkOptions("fit", options, [])).toThrow(
      new ConfigError(`fit: the options are ${text}, expected an object.`),
    );
  });
});

it("picks the options of one from those of several", () => {
  expect(pickOptions({ coarse: 3, startup: 1 }, ["startup", "candidates"])).toEqual({ startup: 1 });
  expect(pickOptions(undefined, ["startup"])).toEqual({});
});

it("shows values as they are, text in quotation marks", () => {
  expect(["2", 2n, Number.NaN, null, undefined, [1, 2], {}, new Date(0), () => 1, true].map(shown)).toEqual([
    '"2"',
    "2n",
    "NaN",
    "null",
    "undefined",
    "an array of 2",
    "an object",
    "a Date",
    "a function",
    "true",
  ]);
});

it("requires integers, truth values, and objects with methods", () => {
  expect(() => requireInteger("epochs", "2")).toThrow(
    new ConfigError('epochs is "2", expected an integer ≥ 1.'),
  );
  expect(() => requireInteger("epochs", 0)).toThrow(new ConfigError("epochs is 0, expected an integer ≥ 1."));
  requireInteger("limit", 0, 0);
  expect(() => requireBoolean("shuffle", 1)).toThrow(
    new ConfigError("shuffle is 1, expected true or false."),
  );
  const expected = "a schedule, such as new ConstantSchedule(0.1)";
  expect(() => requireMethods("schedule", "0.1", ["at"], expected)).toThrow(
    new ConfigError(`schedule is "0.1", expected ${expected}.`),
  );
  expect(() => requireMethods("schedule", {}, ["at"], expected)).toThrow(ConfigError);
  requireMethods("schedule", { at: () => 1 }, ["at"], expected);
});

it("a value that refuses to be looked at is an object, and an array is no object with methods", () => {
  const trap = () => {
    throw new Error("trap");
  };
  expect(shown(new Proxy({}, { get: trap }))).toBe("an object");
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  expect(shown(proxy)).toBe("an object");
  for (const value of [[1], new Float32Array(2)]) {
    expect(() => requireMethods("it", value, ["fill"], "an initializer")).toThrow(ConfigError);
  }
});
