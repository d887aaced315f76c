import { expect, it } from "vitest";
import { ReLU } from "../../src/layers/index.ts";
import { buildLayer } from "../helpers/layers.ts";

it("ReLU lets what is positive pass, and its gradient", async () => {
  const relu = new ReLU();
  const layer = await buildLayer(relu, { inputs: 3, rows: 2 });
  expect(layer.outputs).toBe(3);
  expect(layer.forward([1, -2, 0, -4, 5, 6])).toEqual([1, 0, 0, 0, 5, 6]);
  expect([...relu.output.data]).toEqual([1, 0, 0, 0, 5, 6]);
  expect(layer.backward([10, 20, 30, 40, 50, 60])).toEqual([10, 0, 0, 0, 50, 60]);
  expect(layer.forward([-1, 2, 3], "inference")).toEqual([0, 2, 3]);
  expect(relu.output.shape).toBe("(1, 3)");
  expect([layer.parameters.size, layer.states.size]).toEqual([0, 0]);
});
