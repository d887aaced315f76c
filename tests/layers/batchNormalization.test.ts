import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { BatchNormalization } from "../../src/layers/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";

describe("BatchNormalization", () => {
  it.each([undefined, wasmBackend()])(
    "normalises by the batch in training, as worked by hand",
    async (backend) => {
      const bn = new BatchNormalization({ epsilon: 1.25 });
      const layer = await buildLayer(bn, { inputs: 2, rows: 2, ...(backend && { backend }) });
      expect(layer.outputs).toBe(2);
      bn.gamma.value.data.set([2, 1]);
      bn.beta.value.data.set([0, 100]);
      // Columns (1, 3) and (7, 13): variances 1 and 9, deviations √2.25 = 1.5 and √10.25.
      const s = Math.sqrt(10.25);
      expectClose(layer.forward([1, 7, 3, 13]), [-4 / 3, 100 - 3 / s, 4 / 3, 100 + 3 / s]);
      // dBeta = Σ dy, dGamma = Σ dy · xHat, dx = gamma / deviation · (dy − dBeta / 2 − xHat · dGamma / 2)
      const dx = layer.backward([1, 0, 4, 0])!;
      expectClose(bn.beta.grad.data, [5, 0]);
      expectClose(bn.gamma.grad.data, [2, 0]);
      expectClose(dx, [(4 / 3) * (1 - 2.5 + 2 / 3), 0, (4 / 3) * (4 - 2.5 - 2 / 3), 0]);
    },
  );

  it("moves its averages from 0, a tenth of the way to each batch", async () => {
    const bn = new BatchNormalization();
    const layer = await buildLayer(bn, { inputs: 1, rows: 2 });
    expect([...bn.movingMean.value.data, ...bn.movingVariance.value.data]).toEqual([0, 0]);
    layer.forward([4, 6]); // mean 5, variance 1
    expectClose([...bn.movingMean.value.data, ...bn.movingVariance.value.data], [0.5, 0.1]);
    layer.forward([-7, 3]); // mean −2, variance 25
    expectClose(
      [...bn.movingMean.value.data, ...bn.movingVariance.value.data],
      [0.9 * 0.5 - 0.2, 0.9 * 0.1 + 2.5],
    );
  });

  it("keeps the share of the old average that momentum says", async () => {
    const bn = new BatchNormalization({ momentum: 0.25 });
    const layer = await buildLayer(bn, { inputs: 1, rows: 2 });
    layer.forward([4, 6]);
    expectClose(bn.movingMean.value.data, [3.75]);
  });

  it("normalises by the moving averages in inference, and leaves them alone", async () => {
    const bn = new BatchNormalization({ epsilon: 1 });
    const layer = await buildLayer(bn, { inputs: 2, rows: 3 });
    bn.movingMean.value.data.set([5, 0]);
    bn.movingVariance.value.data.set([3, 8]);
    bn.gamma.value.data.set([4, 3]);
    bn.beta.value.data.set([-1, 1]);
    expectClose(layer.forward([7, 2], "inference"), [3, 3]);
    expect([...bn.movingMean.value.data, ...bn.movingVariance.value.data]).toEqual([5, 0, 3, 8]);
  });

  it("declares gamma and beta to learn, and movingMean and movingVariance to keep", async () => {
    const { parameters, states } = await buildLayer(new BatchNormalization(), { inputs: 3, rows: 2 });
    const numbers = [...parameters.values(), ...states.values()].map(({ name, value }) => [
      name,
      [...value.data],
    ]);
    expect(numbers).toEqual([
      ["gamma", [1, 1, 1]],
      ["beta", [0, 0, 0]],
      ["movingMean", [0, 0, 0]],
      ["movingVariance", [0, 0, 0]],
    ]);
  });

  it("has the paper's settings by default, and wants two samples", () => {
    const { momentum, epsilon, minimumBatch } = new BatchNormalization();
    expect({ momentum, epsilon, minimumBatch }).toEqual({ momentum: 0.9, epsilon: 1e-5, minimumBatch: 2 });
  });

  it.each([
    [{ momentum: -0.1 }, "momentum is -0.1, expected a number from 0 to 1."],
    [{ momentum: 1.1 }, "momentum is 1.1, expected a number from 0 to 1."],
    [{ momentum: NaN }, "momentum is NaN, expected a number from 0 to 1."],
    [{ epsilon: 0 }, "epsilon is 0, expected a finite number > 0."],
    [{ epsilon: Infinity }, "epsilon is Infinity, expected a finite number > 0."],
  ])("refuses %j", (options, message) => {
    expect(() => new BatchNormalization(options)).toThrow(new ConfigError(`BatchNormalization: ${message}`));
  });
});
