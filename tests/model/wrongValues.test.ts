/** What callers without types pass to the model and what it is made of: one of our errors each. */
import { expect, it } from "vitest";
import { synthetic } from "../../src/data/synthetic.ts";
import { ConfigError, DatasetError, ShapeError } from "../../src/errors.ts";
import { Dense, type Layer } from "../../src/layers/index.ts";
import { checkGradients } from "../../src/model/gradientCheck.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import type { Schedule } from "../../src/schedules/index.ts";
import { clusters, network } from "../helpers/samples.ts";

// biome-ignore lint/suspicious/noExplicitAny: values of any type are what is tested
type Any = any;
// biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
const hole = [, 3] as Any;

it.each<[string, () => unknown, Error]>([
  [
    "an activation in an array",
    () => new Dense(3, { activation: ["relu"] as Any }),
    new ConfigError(
      "No activation of type object. There are: relu, selu, gelu, silu, mish, tanh, sigmoid, softmax, linear.",
    ),
  ],
  [
    "a symbol for one",
    () => new Dense(3, { activation: Symbol("relu") as Any }),
    new ConfigError(
      "No activation of type symbol. There are: relu, selu, gelu, silu, mish, tanh, sigmoid, softmax, linear.",
    ),
  ],
  [
    "a hole in the hidden layers",
    () => denseNetwork({ hidden: hole, classes: 3 }),
    new ConfigError("Dense: units is undefined, expected an integer ≥ 1."),
  ],
  [
    "a hole in the layers",
    () => new Model(hole.map(() => new Dense(3))),
    new ConfigError("Model: layer 0 is undefined, expected a layer, such as new Dense(10)."),
  ],
  [
    "a layer without a kind",
    () => new Model([{ build() {}, forward() {}, backward() {} } as unknown as Layer]),
    new ConfigError('Model: layer 0: its kind is undefined, expected a name, such as "dense".'),
  ],
  [
    "a layer that knows no smallest batch",
    () => new Model([{ kind: "own", build() {}, forward() {}, backward() {} } as unknown as Layer]),
    new ConfigError("Model: layer 0: its minimumBatch is undefined, expected an integer ≥ 1."),
  ],
  [
    "an unknown option of synthetic",
    () => synthetic({ count: 3 } as Any),
    new ConfigError('synthetic: there is no option "count". There are: seed.'),
  ],
  ...[5, undefined, { length: -1 }, { length: 2 ** 32 }].flatMap((rows): [string, () => unknown, Error][] =>
    [clusters(8), synthetic().test].map((samples) => [
      `${JSON.stringify(rows)} for a selection`,
      () => samples.select(rows as Any),
      new ShapeError(
        `select: rows is ${typeof rows === "object" ? "an object" : rows}, expected an array of numbers of samples, ` +
          "such as Uint32Array.of(0, 1).",
      ),
    ]),
  ),
])("%s is refused", (_, call, error) => {
  expect(call).toThrow(error);
});

it.each<[string, () => Promise<unknown>, Error]>([
  ...[Number.NaN, Infinity, "0.1", undefined].map((rate): [string, () => Promise<unknown>, Error] => [
    `a schedule that gives ${rate}`,
    () =>
      network({}, { schedule: { at: () => rate } as unknown as Schedule }).fit(clusters(8), { epochs: 1 }),
    new ConfigError(
      `Model.fit: the optimizer's schedule gives ${rate === "0.1" ? '"0.1"' : rate} for update 0, expected a finite number.`,
    ),
  ]),
  [
    "a signal that is none",
    () => network().fit(clusters(8), { epochs: 1, signal: new EventTarget() as Any }),
    new ConfigError("signal is an EventTarget, expected the signal of an AbortController."),
  ],
  ...[null, {}].map((residence): [string, () => Promise<unknown>, Error] => [
    `a residence of ${residence}`,
    () => network().fit(Object.assign(clusters(8), { residence }) as Any, { epochs: 1 }),
    new DatasetError(
      `Model.fit: the samples' residence is ${residence === null ? "null" : "an object"}, expected undefined, or memory, values and labels.`,
    ),
  ]),
  [
    "a gradient check of nothing",
    () => checkGradients({ layers: [new Dense(3)] } as Any),
    new ConfigError(
      "checkGradients: loss is undefined, expected a loss, such as new CategoricalCrossEntropyLoss().",
    ),
  ],
])("%s is refused", async (_, call, error) => {
  await expect(call()).rejects.toThrow(error);
});
