import { expect, it } from "vitest";
import { activations, hiddenActivations } from "../../src/layers/index.ts";

it("an activation is the layer of its name, and linear is none", () => {
  expect(Object.entries(activations).map(([name, make]) => [name, make()?.kind])).toEqual([
    ["relu", "relu"],
    ["softmax", "softmax"],
    ["linear", undefined],
  ]);
});

it("hidden layers can have those that need not be last", () => {
  expect(hiddenActivations).toEqual(["relu", "linear"]);
});
