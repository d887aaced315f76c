import { expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { Scale } from "../../src/layers/index.ts";
import { buildLayer } from "../helpers/layers.ts";

it.each([undefined, wasmBackend()])("Scale multiplies each feature, as worked by hand", async (backend) => {
  const layer = new Scale();
  const built = await buildLayer(layer, { inputs: 2, rows: 2, ...(backend && { backend }) });
  expect(built.outputs).toBe(2);
  expect(
    [...built.parameters.values()].map(({ name, shape, value }) => [name, shape, [...value.data]]),
  ).toEqual([["scale", [2], [1, 1]]]);
  layer.scale.value.data.set([3, -2]);
  expect(built.forward([1, 2, 3, 4])).toEqual([3, -4, 9, -8]);
  // dScale = Σ dy · x, dx = dy · scale
  expect(built.backward([10, 20, 30, 40])).toEqual([30, -40, 90, -80]);
  expect([...layer.scale.grad.data]).toEqual([100, 200]);
});

it("Scale leaves the gradient by the input out where nobody wants it", async () => {
  const layer = new Scale();
  const built = await buildLayer(layer, { inputs: 1, rows: 1, needsInputGradient: false });
  built.forward([5]);
  expect(built.backward([2])).toBeUndefined();
  expect([...layer.scale.grad.data]).toEqual([10]);
});
