import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { ConstantInitializer } from "../../src/initializers/index.ts";
import { Dense, ReLU, Softmax } from "../../src/layers/index.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { buildLayer } from "../helpers/layers.ts";

describe("Dense", () => {
  it.each([undefined, wasmBackend()])(
    "computes x · W + b and its gradients, as worked by hand",
    async (backend) => {
      const dense = new Dense(2);
      const layer = await buildLayer(dense, { inputs: 3, rows: 4, ...(backend && { backend }) });
      expect(layer.outputs).toBe(2);
      dense.weight.value.data.set([1, 2, 3, 4, 5, 6]);
      dense.bias.value.data.set([10, 20]);
      // (1 0 −1) · W = (−4, −4); (2 1 1) · W = (10, 14)
      expect(layer.forward([1, 0, -1, 2, 1, 1])).toEqual([6, 16, 20, 34]);
      // dx = dy · Wᵀ; dW = xᵀ · dy; db = Σ dy
      expect(layer.backward([1, 10, 2, -1])).toEqual([21, 43, 65, 0, 2, 4]);
      expect([...dense.weight.grad.data]).toEqual([5, 8, 2, -1, 1, -11]);
      expect([...dense.bias.grad.data]).toEqual([3, 9]);
    },
  );

  it("overwrites the gradients of the step before", async () => {
    const dense = new Dense(1);
    const layer = await buildLayer(dense, { inputs: 1, rows: 1 });
    for (let step = 0; step < 2; step++) {
      layer.forward([3]);
      layer.backward([2]);
      expect([...dense.weight.grad.data, ...dense.bias.grad.data]).toEqual([6, 2]);
    }
  });

  it("takes batches up to the largest, and puts smaller ones into the same memory", async () => {
    const dense = new Dense(1, { weightInitializer: new ConstantInitializer(1) });
    const layer = await buildLayer(dense, { inputs: 2, rows: 3 });
    expect(layer.forward([1, 2, 3, 4, 5, 6])).toEqual([3, 7, 11]);
    expect(layer.forward([1, 1])).toEqual([2]);
  });

  it("leaves the gradient by the input out where nobody wants it", async () => {
    const dense = new Dense(2);
    const layer = await buildLayer(dense, { inputs: 3, rows: 1, needsInputGradient: false });
    layer.forward([1, 2, 3]);
    expect(layer.backward([1, 1])).toBeUndefined();
    expect([...dense.weight.grad.data]).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("declares weight (in, out), which may be regularised, and bias (1, out), which is not", async () => {
    const weightRegularizer = new L2Regularizer(0.1);
    const { parameters, states } = await buildLayer(new Dense(5, { weightRegularizer }), {
      inputs: 3,
      rows: 1,
    });
    expect(
      [...parameters.values()].map(({ name, value, grad, regularizer }) => [
        name,
        value.shape,
        grad.shape,
        regularizer,
      ]),
    ).toEqual([
      ["weight", "(3, 5)", "(3, 5)", weightRegularizer],
      ["bias", "(1, 5)", "(1, 5)", undefined],
    ]);
    expect(states.size).toBe(0);
  });

  it("draws its weight by Xavier and starts its bias at 0, unless it is told otherwise", async () => {
    const names = async (dense: Dense) =>
      [...(await buildLayer(dense, { inputs: 2, rows: 1 })).parameters.values()].map(
        ({ initializer }) => initializer.name,
      );
    expect(await names(new Dense(1))).toEqual(["xavier", "zeros"]);
    const five = new ConstantInitializer(5);
    expect(await names(new Dense(1, { weightInitializer: five, biasInitializer: five }))).toEqual([
      "constant:5",
      "constant:5",
    ]);
  });

  it("is followed by the layer of its activation", () => {
    expect(new Dense(1, { activation: "relu" }).followedBy).toBeInstanceOf(ReLU);
    expect(new Dense(1, { activation: "softmax" }).followedBy).toBeInstanceOf(Softmax);
    expect(new Dense(1, { activation: "linear" }).followedBy).toBeUndefined();
    expect(new Dense(1).followedBy).toBeUndefined();
  });

  it.each([0, -1, 2.5, NaN])("refuses %d units", (units) => {
    expect(() => new Dense(units)).toThrow(
      new ConfigError(`Dense: units is ${units}, expected an integer ≥ 1.`),
    );
  });

  it("refuses an activation that there is not, with the choices", () => {
    expect(() => new Dense(1, { activation: "nonesuch" as "relu" })).toThrow(
      new ConfigError(
        'No activation "nonesuch". There are: relu, selu, gelu, silu, mish, tanh, sigmoid, softmax, linear.',
      ),
    );
  });
});
