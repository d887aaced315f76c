import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import { ConfigError } from "../../src/errors.ts";
import { Dense, ImageAugmentation, type ImageAugmentationOptions } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { checkGradients } from "../../src/model/gradientCheck.ts";
import { Model } from "../../src/model/model.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import type { FloatArray } from "../../src/tensor.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { buildLayer } from "../helpers/layers.ts";
import { clusters } from "../helpers/samples.ts";

const shape = [1, 2, 3];
const x = Array.from({ length: 60 }, (_, i) => i + 1);
const built = (options: Partial<ImageAugmentationOptions>, backend = referenceBackend()) =>
  buildLayer(new ImageAugmentation({ shape, ...options }), { inputs: 6, rows: 10, backend });

describe.each([referenceBackend(), wasmBackend()])("ImageAugmentation on %o", (backend) => {
  it("mirrors images or not, and its gradient with them", async () => {
    const layer = await built({ flip: true }, backend);
    expect([layer.outputs, layer.parameters.size, layer.states.size]).toEqual([6, 0, 0]);
    const y = layer.forward(x);
    const mirrored = (row: number) => {
      const [a, b, c, d, e, f] = x.slice(6 * row, 6 * row + 6);
      return [c, b, a, f, e, d];
    };
    const flips = Array.from({ length: 10 }, (_, row) => {
      const own = y.slice(6 * row, 6 * row + 6);
      expect([mirrored(row), x.slice(6 * row, 6 * row + 6)]).toContainEqual(own);
      return own[0] !== x[6 * row];
    });
    expect(new Set(flips).size).toBe(2);
    // Mirrored twice.
    expect(layer.backward(y)).toEqual(x);
  });

  it("adds noise to all, and lets the gradient pass", async () => {
    const layer = await built({ noise: 0.5 }, backend);
    const noise = layer.forward(x).map((value, i) => value - x[i]!);
    expect(new Set(noise).size).toBe(60);
    expect(Math.max(...noise.map(Math.abs))).toBeLessThan(2.5);
    expect(Math.max(...noise.map(Math.abs))).toBeGreaterThan(0.5);
    expect(layer.backward(x)).toEqual(x);
  });

  it("moves, then adds noise: what comes in at an edge is noise alone", async () => {
    const both = await built({ flip: true, shift: 1, noise: 0.01 }, backend);
    const moved = await built({ flip: true, shift: 1 }, backend);
    const y = both.forward(x);
    const plain = moved.forward(x);
    expect(plain).toContain(0);
    y.forEach((value, i) => {
      expect(Math.abs(value - plain[i]!)).toBeLessThan(0.07);
    });
    expect(both.backward(x)).toEqual(moved.backward(x));
  });

  it("is off in inference, and everywhere if nothing is asked for", async () => {
    const layer = await built({ flip: true, shift: 1, noise: 1 }, backend);
    expect(layer.forward(x, "inference")).toEqual(x);
    const none = await built({}, backend);
    expect(none.forward(x)).toEqual(x);
    expect(none.backward(x)).toEqual(x);
  });
});

it("leaves the gradient by the input out where nobody wants it", async () => {
  const layer = await buildLayer(new ImageAugmentation({ shape, flip: true }), {
    ...{ inputs: 6, rows: 1, needsInputGradient: false },
  });
  layer.forward([1, 2, 3, 4, 5, 6]);
  expect(layer.backward([1, 2, 3, 4, 5, 6])).toBeUndefined();
});

it("refuses inputs that are no such images", async () => {
  await expect(
    buildLayer(new ImageAugmentation({ shape, flip: true }), { inputs: 5, rows: 1 }),
  ).rejects.toThrow(new ConfigError("ImageAugmentation: there are 5 inputs, expected 6: 1 × 2 × 3."));
});

it.each([
  [undefined, "shape is undefined, expected [channels, height, width] of images."],
  [{ shape: [2, 3] }, "shape is [2, 3], expected [channels, height, width] of images."],
  [{ shape: [1, "2", 3] }, 'shape is [1, "2", 3], expected [channels, height, width] of images.'],
  [{ shape: [1, 0, 3] }, "shape is [1, 0, 3], expected [channels, height, width] of images."],
  [{ shape, flip: 1 }, "flip is 1, expected true or false."],
  [{ shape, shift: 0.5 }, "shift is 0.5, expected an integer ≥ 0."],
  [{ shape, shift: 2 }, "shift is 2, expected less than 2: images are 3 × 2."],
  [{ shape, noise: -1 }, "noise is -1, expected a number from 0 to 1000."],
  [{ shape, noise: NaN }, "noise is NaN, expected a number from 0 to 1000."],
  [{ shape, rotate: 3 }, 'there is no option "rotate". There are: shape, flip, shift, noise.'],
])("refuses %j", (options, message) => {
  expect(() => new ImageAugmentation(options as unknown as ImageAugmentationOptions)).toThrow(
    new ConfigError(`ImageAugmentation: ${message}`),
  );
});

describe("a training with augmentation", () => {
  const samples = clusters(64);
  const augmented = (more: object, options: Partial<ImageAugmentationOptions> = {}) =>
    new Model(
      [
        new ImageAugmentation({
          shape: [1, 1, samples.features],
          ...{ flip: true, noise: 0.3, ...options },
        }),
        new Dense(6, { activation: "relu" }),
        new Dense(4, { activation: "softmax" }),
      ],
      more,
    ).compile({ loss: new CategoricalCrossEntropyLoss(), optimizer: new SGDOptimizer() });

  async function trained(model: Model): Promise<FloatArray[]> {
    await model.fit(samples, { batchSize: 10, epochs: 3 });
    const values = model.tensors().map(({ data }) => data as FloatArray);
    await model.close();
    return values;
  }

  it("has the same bits in 1, 2 and 3 threads, and on the definitions; another seed gives others", async () => {
    const one = await trained(augmented({ threads: 1 }));
    for (const more of [{ threads: 2 }, { threads: 3 }, { engine: "js" }]) {
      (await trained(augmented(more))).forEach((values, i) => {
        expectSameBits(values, one[i]!, JSON.stringify(more));
      });
    }
    expect(await trained(augmented({ seed: 2 }))).not.toEqual(one);
    expect(await trained(augmented({}, { flip: false }))).not.toEqual(one);
  });

  it("predicts without: again and again the same", async () => {
    const model = augmented({});
    await model.fit(samples, { batchSize: 10, epochs: 1 });
    const first = await model.predict(samples);
    expect(await model.predict(samples)).toEqual(first);
    await model.close();
  });

  it("has the gradients of central differences in float64, of its inputs too", async () => {
    const check = await checkGradients({
      layers: [
        new ImageAugmentation({ shape: [2, 3, 4], flip: true, shift: 2, noise: 0.5 }),
        new Dense(5, { activation: "tanh" }),
        new ImageAugmentation({ shape: [1, 1, 5], flip: true }),
        new Dense(3, { activation: "softmax" }),
      ],
      ...{ loss: new CategoricalCrossEntropyLoss(), features: 24, samples: 6, seed: 1 },
    });
    expect(check.maxRelativeError).toBeLessThan(1e-6);
    expect(check.tensors.map(({ name }) => name)).toContain("input");
  });
});
