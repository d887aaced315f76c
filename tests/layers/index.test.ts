import { expect, it } from "vitest";
import { activations, layers } from "../../src/layers/index.ts";

it("a layer's kind is its name in the registry", () => {
  const made = {
    dense: new layers.dense(1),
    batchnorm: new layers.batchnorm(),
    relu: new layers.relu(),
    softmax: new layers.softmax(),
  };
  expect(Object.entries(made).map(([name, { kind }]) => [name, kind])).toEqual(
    Object.keys(layers).map((name) => [name, name]),
  );
});

it("an activation is the layer of its name, and linear is none", () => {
  expect(Object.entries(activations).map(([name, make]) => [name, make()?.kind])).toEqual([
    ["relu", "relu"],
    ["softmax", "softmax"],
    ["linear", undefined],
  ]);
});
