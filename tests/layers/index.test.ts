import { expect, it } from "vitest";
import { activations, hiddenActivations } from "../../src/layers/index.ts";

it("an activation is the layer of its name, and linear is none", () => {
  expect(Object.entries(activations).map(([name, make]) => [name, make()?.kind])).toEqual([
    ["relu", "relu"],
    ["selu", "selu"],
    ["gelu", "gelu"],
    ["silu", "silu"],
    ["mish", "mish"],
    ["tanh", "tanh"],
    ["sigmoid", "sigmoid"],
    ["softmax", "softmax"],
    ["linear", undefined],
  ]);
});

it("hidden layers can have those that need not be last", () => {
  expect(hiddenActivations).toEqual(["relu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid", "linear"]);
});
