import { expect, it } from "vitest";
import { activations } from "../../src/layers/index.ts";

it("an activation is the layer of its name, and linear is none", () => {
  expect(Object.entries(activations).map(([name, make]) => [name, make()?.kind])).toEqual([
    ["relu", "relu"],
    ["softmax", "softmax"],
    ["linear", undefined],
  ]);
});
