import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { Softmax } from "../../src/layers/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";

it("Softmax gives every row's probabilities", async () => {
  const layer = await buildLayer(new Softmax(), { inputs: 3, rows: 2 });
  expect(layer.outputs).toBe(3);
  const y = layer.forward([0, 0, Math.log(2), 1000, 1000, -1000]);
  expectClose(y, [1 / 4, 1 / 4, 1 / 2, 1 / 2, 1 / 2, 0]);
});

it("Softmax refuses to be trained where it is not the last layer", () => {
  expect(() => new Softmax().backward()).toThrow(
    new ConfigError("Softmax can only be the last layer: give hidden layers the activation relu."),
  );
});
