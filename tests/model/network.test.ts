import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { ZerosInitializer } from "../../src/initializers/index.ts";
import type { Dense, Layer } from "../../src/layers/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork, type NetworkOptions } from "../../src/model/network.ts";

const kindsOf = (options: Partial<NetworkOptions>) =>
  denseNetwork({ hidden: [3, 2], classes: 2, ...options })
    .flatMap((layer: Layer) => [layer.kind, ...(layer.followedBy ? [layer.followedBy.kind] : [])])
    .join(" ");

it.each([
  [{}, "dense relu dense relu dense softmax"],
  [{ activation: "gelu", dropout: 0.5 }, "dense gelu dropout dense gelu dropout dense softmax"],
  [{ activation: "linear", dropout: 0.5 }, "dense dropout dense dropout dense softmax"],
  [
    { batchNormalization: "after", dropout: 0.5 },
    "dense relu batchnorm dropout dense relu batchnorm dropout dense softmax",
  ],
  [
    { batchNormalization: "before", dropout: 0.5 },
    "dense batchnorm relu dropout dense batchnorm relu dropout dense softmax",
  ],
  [{ hidden: [], dropout: 0.5 }, "dense softmax"],
  [{ inputScale: true }, "scale dense relu dense relu dense softmax"],
  [{ hidden: [], inputScale: true }, "scale dense softmax"],
] as const)("denseNetwork with %j has the layers %s", (options, kinds) => {
  expect(kindsOf(options)).toBe(kinds);
});

it.each([1, -0.1, NaN, "0.5"])(
  "denseNetwork refuses the dropout %o, without hidden layers too",
  (dropout) => {
    const shown = typeof dropout === "string" ? `"${dropout}"` : String(dropout);
    expect(() => denseNetwork({ hidden: [], classes: 2, dropout: dropout as number })).toThrow(
      new ConfigError(`Dropout: rate is ${shown}, expected a number from 0 to below 1.`),
    );
  },
);

it("denseNetwork ends as numbers, or flags, need it", () => {
  const last = (options: NetworkOptions) => {
    const layer = denseNetwork(options).at(-1)!;
    return [(layer as Dense).units, layer.followedBy?.kind];
  };
  expect(last({ hidden: [3], classes: 4 })).toEqual([4, "softmax"]);
  expect(last({ hidden: [3], outputs: 2 })).toEqual([2, undefined]);
  expect(last({ hidden: [3], outputs: 2, outputActivation: "sigmoid" })).toEqual([2, "sigmoid"]);
  expect(last({ hidden: [], classes: 4, outputActivation: "linear" })).toEqual([4, undefined]);
});

it.each<[Partial<NetworkOptions>, string]>([
  [{}, "denseNetwork: classes is undefined, expected an integer ≥ 1."],
  [{ outputs: 0 }, "denseNetwork: outputs is 0, expected an integer ≥ 1."],
  [{ classes: 2, outputs: 2 }, "denseNetwork: there are classes and outputs, expected one of them."],
  [{ outputs: 2, outputActivation: "step" as "relu" }, 'No activation "step".'],
  [
    { classes: 2, inputScale: "yes" as unknown as true },
    'denseNetwork: inputScale is "yes", expected true or false.',
  ],
  [
    { classes: 2, outputInitializer: "zeros" as unknown as ZerosInitializer },
    'Dense: weightInitializer is "zeros", expected an initializer, such as new XavierInitializer().',
  ],
])("denseNetwork refuses %j", (options, words) => {
  expect(() => denseNetwork({ hidden: [3], ...options })).toThrow(words);
});

it("denseNetwork draws the last layer by outputInitializer, and the others as without it", async () => {
  const tensors = async (options: Partial<NetworkOptions>) => {
    const model = new Model(denseNetwork({ hidden: [3], classes: 2, ...options }), { seed: 5 });
    await model.build(4);
    const values = model.tensors().map(({ name, data }) => [name, [...data]] as const);
    await model.close();
    return Object.fromEntries(values);
  };
  const plain = await tensors({});
  expect(plain["dense2.weight"]!.every((value) => value !== 0)).toBe(true);
  expect(await tensors({ outputInitializer: new ZerosInitializer() })).toEqual({
    ...plain,
    "dense2.weight": [0, 0, 0, 0, 0, 0],
    "dense2.bias": [0, 0],
  });
  expect(await tensors({ inputScale: true })).toEqual({ ...plain, "scale1.scale": [1, 1, 1, 1] });
});
