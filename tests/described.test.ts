/** Every entry of every registry: what it makes describes itself, and its description makes an equal one. */
import { describe, expect, it } from "vitest";
import {
  createDescribed,
  type Described,
  type Description,
  describeThing,
  type Folder,
  type Kind,
  type Kinds,
} from "../src/described.ts";
import { ConfigError } from "../src/errors.ts";
import { libraryKinds } from "../src/model/kinds.ts";

const kinds: Kinds = libraryKinds;

/** Options that are not the defaults, by folder and name; of what is not listed, those that create({}) describes. */
const examples: Readonly<Partial<Record<Folder, Readonly<Record<string, readonly object[]>>>>> = {
  layers: {
    dense: [
      { units: 3 },
      {
        units: 7,
        activation: "relu",
        weightInitializer: { name: "normal", options: { std: 0.25 } },
        biasInitializer: { name: "constant", options: { value: -0.1 } },
        weightRegularizer: { name: "l2", options: { lambda: 0.125 } },
      },
    ],
    augmentation: [
      { shape: [3, 8, 9], flip: true, shift: 2, noise: 0.25 },
      { shape: [1, 1, 1], flip: false, shift: 0, noise: 0 },
    ],
    dropout: [{ rate: 0.25 }, { rate: 0 }],
    ensemble: [
      {
        members: [
          [{ name: "dense", options: { units: 2 } }],
          [
            { name: "scale", options: {} },
            { name: "dense", options: { units: 2, activation: "selu" } },
          ],
          [{ name: "dense", options: { units: 2, weightInitializer: { name: "he", options: {} } } }],
        ],
      },
      {
        members: [1, 2].map(() => [{ name: "dense", options: { units: 3, activation: "softmax" } }]),
        ...{ weights: [0.25, 0.75], output: "log", temperature: 1.5 },
      },
    ],
    batchnorm: [{ momentum: 0.75, epsilon: 1e-3 }],
  },
  optimizers: {
    sgd: [
      { schedule: { name: "constant", options: { etaMax: 0.1 } } },
      { schedule: { name: "cyclic", options: { etaMin: 0.1, etaMax: 0.3, stepSize: 2.5 } } },
    ],
  },
  schedules: {
    cyclic: [{ stepSize: 12 }, { etaMin: 1e-7, etaMax: 1 / 3, stepSize: 900 }],
    constant: [{ etaMax: 0 }],
    coslog4: [{ steps: 12 }, { etaMax: 0.04, steps: 900.5 }],
    cosine: [{ steps: 12 }, { etaMin: 0, etaMax: 1 / 3, steps: 900 }],
    "one-cycle": [{ steps: 12 }, { etaMax: 1, steps: 9, riseShare: 0, startDivisor: 1, finalDivisor: 2.5 }],
    warmup: [{ schedule: { name: "cosine", options: { etaMin: 0, etaMax: 1, steps: 9 } }, steps: 3 }],
  },
  regularizers: { l2: [{ lambda: 0 }] },
  initializers: { normal: [{ std: 0.001 }], constant: [{ value: 1e-300 }] },
};

const entries = Object.entries(kinds).flatMap(([folder, registry]) =>
  Object.keys(registry).flatMap((name) => {
    const options = examples[folder as Folder]?.[name] ?? [{}];
    return options.map((each) => ({ folder: folder as Folder, name, options: each }));
  }),
);

const make = (folder: Folder, description: unknown) =>
  createDescribed(kinds, folder, description, "here") as Described;

describe.each(entries)("$folder: $name with $options", ({ folder, name, options }) => {
  const made = make(folder, { name, options });
  const description = made.describe();

  it("describes itself by the name in the registry, with the options that were given", () => {
    expect(description.name).toBe(name);
    for (const [key, value] of Object.entries(options)) {
      const isPart = kinds[folder][name]!.parts?.[key] !== undefined;
      if (isPart) expect(description.options[key]).toMatchObject(value);
      else expect(description.options).toHaveProperty(key, value);
    }
  });

  it("comes back from JSON as it was, and makes one that describes itself equally", () => {
    const text = JSON.stringify(description);
    expect(JSON.parse(text)).toStrictEqual(description);
    const again = make(folder, JSON.parse(text));
    expect(again.describe()).toStrictEqual(description);
    expect(again.constructor).toBe(made.constructor);
    expect(Object.entries(again)).toEqual(Object.entries(made));
  });

  it("has no option that it passes over", () => {
    const more = { name, options: { ...description.options, surelyUnknown: 1 } };
    expect(() => make(folder, more)).toThrow(ConfigError);
    expect(() => make(folder, more)).toThrow("surelyUnknown");
  });
});

/** A description whose parts are `depth` deep. */
const nested = (depth: number): Description => ({
  name: "outer",
  options: depth === 0 ? {} : { inner: nested(depth - 1) },
});

const madeUp = {
  ...kinds,
  schedules: {
    outer: { parts: { inner: "schedules" }, create: (options) => ({ options }) } satisfies Kind<unknown>,
  },
};

describe("createDescribed", () => {
  const sgd = (schedule: unknown) => ({ name: "sgd", options: { schedule } });
  const members = (given: unknown) => ({ name: "ensemble", options: { members: given } });
  it.each([
    ["nothing", "layers", undefined, "here: the layer is undefined, expected { name, options }."],
    ["an array", "losses", [], "here: the loss is an array of 0, expected { name, options }."],
    [
      "no options",
      "layers",
      { name: "relu" },
      "here: the layer is without options, expected { name, options }.",
    ],
    [
      "options that are a list",
      "layers",
      { name: "relu", options: [] },
      "here: the layer is without options, expected { name, options }.",
    ],
    ["a part that is none", "optimizers", sgd(3), "here: schedule: the schedule is 3, expected"],
    [
      "an unknown part",
      "optimizers",
      sgd({ name: "own", options: {} }),
      'here: schedule: No schedule "own".',
    ],
    [
      "a list in place of a part",
      "optimizers",
      sgd([{ name: "constant", options: {} }]),
      "here: schedule: the schedule is an array of 1, expected { name, options }.",
    ],
    ["a part in place of a list", "layers", members({}), "here: members is an object, expected an array of"],
    ["no list of lists", "layers", members([{}]), "here: members[0] is an object, expected an array of"],
    [
      "a list without end",
      "layers",
      members([Array(10_001).fill({})]),
      "here: members[0] is an array of 10001, expected an array of at most 10000.",
    ],
    [
      "a part of a list that is none",
      "layers",
      members([[{ name: "relu", options: {} }, 3]]),
      "here: members[0][1]: the layer is 3, expected { name, options }.",
    ],
    [
      "an unknown part of a list",
      "layers",
      members([[{ name: "relu", options: {} }], [{ name: "lstm", options: {} }]]),
      'here: members[1][0]: No layer "lstm".',
    ],
    ["an unknown name", "layers", { name: "lstm", options: {} }, 'here: No layer "lstm". There are: dense, '],
    ["a name of Object", "layers", { name: "constructor", options: {} }, 'here: No layer "constructor".'],
    ["a name that is none", "layers", { name: ["relu"], options: {} }, "here: No layer of type object."],
    [
      "an option out of its range",
      "layers",
      { name: "dense", options: { units: -1 } },
      "Dense: units is -1, expected an integer ≥ 1.",
    ],
    [
      "an option that is not there",
      "regularizers",
      { name: "l2", options: { lambda: 1, l1: 2 } },
      'here: regularizer "l2" has no option "l1". There are: lambda.',
    ],
    [
      "a prototype",
      "layers",
      JSON.parse('{ "name": "relu", "options": { "__proto__": { "kind": "dense" } } }'),
      'here: layer "relu" has no option "__proto__". There are none.',
    ],
  ] as const)("refuses %s", (_, folder, description, message) => {
    expect(() => make(folder, description)).toThrow(ConfigError);
    expect(() => make(folder, description)).toThrow(message);
  });

  it("makes parts of parts, and refuses a description that has no end", () => {
    expect(createDescribed(madeUp, "schedules", nested(7), "here")).toBeDefined();
    expect(() => createDescribed(madeUp, "schedules", nested(8), "here")).toThrow(
      "the schedule is nested more than 8 deep, expected { name, options }.",
    );
    expect(() => createDescribed(madeUp, "schedules", nested(1000), "here")).toThrow(ConfigError);
  });
});

/** Ensembles of ensembles of … */
const ensembles = (depth: number): Description => ({
  name: "ensemble",
  options: { members: [[depth === 0 ? { name: "relu", options: {} } : ensembles(depth - 1)]] },
});

it("createDescribed counts the depth through lists, and makes no ensemble of ensembles", () => {
  expect(make("layers", ensembles(0)).describe()).toMatchObject(ensembles(0));
  expect(() => make("layers", ensembles(1))).toThrow("Ensemble: member 0 has an ensemble in it.");
  expect(() => make("layers", ensembles(9))).toThrow("members[0][0]: the layer is nested more than 8 deep");
});

it("describeThing says what cannot describe itself", () => {
  class Own {}
  expect(() => describeThing("Dense.describe: weightRegularizer", new Own())).toThrow(
    new ConfigError(
      "Dense.describe: weightRegularizer has no describe() in its class Own. " +
        'Give it one, such as describe() { return { name: "mine", options: {} }; }.',
    ),
  );
});
