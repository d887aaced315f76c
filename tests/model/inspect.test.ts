import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { ConfigError } from "../../src/errors.ts";
import { Dense } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss, MeanSquaredErrorLoss } from "../../src/losses/index.ts";
import type { LayerActivity } from "../../src/model/layerActivity.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { AdamOptimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { ConstantSchedule } from "../../src/schedules/index.ts";
import { clusters } from "../helpers/samples.ts";

const schedule = new ConstantSchedule(0.05);

const images = (count: number) => clusters(count, { features: 300, classes: 10, seed: 3 });

/** A network with batch normalisation after or before its activations. */
function network({
  threads = 1,
  adam = false,
  place = "after" as "after" | "before",
  dropout = 0,
} = {}): Model {
  const layers = denseNetwork({ hidden: [40, 20], classes: 10, batchNormalization: place, dropout });
  return new Model(layers, { threads, seed: 5 }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: adam ? new AdamOptimizer({ schedule }) : new SGDOptimizer({ schedule }),
  }) as unknown as Model;
}

const named = (all: readonly LayerActivity[], name: string) => all.find((each) => each.name === name)!;

/** a (n, k) · b (k, m), or a · bᵀ with b (m, k). */
function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  k: number,
  m: number,
  transposed = false,
) {
  return Array.from({ length: n * m }, (_, at) => {
    const [i, j] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[transposed ? j * k + l : l * m + j]!;
    return sum;
  });
}

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs), 1e-12);
  for (let i = 0; i < actual.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(2e-5 * scale);
  }
}

describe("Model.inspect", () => {
  it("gives the outputs and their gradients, worked out by hand", async () => {
    const model = new Model([new Dense(1)], { dtype: "float64" }).compile({
      ...{ loss: new MeanSquaredErrorLoss(), optimizer: new SGDOptimizer({ schedule }) },
    });
    await model.load([
      { name: "dense1.weight", shape: [2, 1], data: Float64Array.of(2, 0.5) },
      { name: "dense1.bias", shape: [1], data: Float64Array.of(1) },
    ]);
    const samples = samplesFromArrays({
      values: [
        [1, 4],
        [0, 2],
        [3, 0],
      ],
      numbers: [5, 1, 7],
    });
    const [layer, ...others] = await model.inspect(samples);
    expect(others).toEqual([]);
    expect(layer).toEqual({
      ...{ name: "dense1", samples: 3, units: 1 },
      outputs: Float64Array.of(5, 2, 7),
      // The gradient of (1/n) · Σ (y − t)².
      gradients: Float64Array.of(0, 2 / 3, 0),
    });
    const first = await model.inspect(samples, { most: 2 });
    expect(first).toEqual([
      {
        name: "dense1",
        samples: 2,
        units: 1,
        outputs: Float64Array.of(5, 2),
        gradients: Float64Array.of(0, 1),
      },
    ]);
  });

  it.each(["after", "before"] as const)(
    "is of one pass through all layers: batch normalisation %s",
    async (place) => {
      const training = images(300);
      const model = network({ place });
      await model.fit(training, { epochs: 1 });
      const all = await model.inspect(training);
      expect(all.map(({ name }) => name)).toEqual(model.layers.slice(0, -1).map(([name]) => name));
      const tensors = new Map(model.tensors().map(({ name, data }) => [name, data]));
      const [before, dense] = [all[2]!, named(all, "dense2")];
      expect([before.samples, before.units, dense.units]).toEqual([256, 40, 20]);
      const [weight, bias] = [tensors.get("dense2.weight")!, tensors.get("dense2.bias")!];
      const sums = product(before.outputs, weight, 256, 40, 20).map((sum, i) => sum + bias[i % 20]!);
      expectNear(dense.outputs, sums);
      expectNear(before.gradients, product(dense.gradients, weight, 256, 20, 40, true));
      const [input, relu] = [all[all.findIndex(({ name }) => name === "relu1") - 1]!, named(all, "relu1")];
      expect([...relu.outputs]).toEqual(Array.from(input.outputs, (x) => Math.max(0, x)));
      expect([...input.gradients]).toEqual(
        Array.from(relu.gradients, (d, i) => (relu.outputs[i]! > 0 ? d : 0)),
      );
      const normalized = named(all, "batchnorm1");
      const gamma = tensors.get("batchnorm1.gamma")!;
      const beta = tensors.get("batchnorm1.beta")!;
      for (const j of [0, 7, 39]) {
        const column = Array.from({ length: 256 }, (_, i) => normalized.outputs[i * 40 + j]!);
        const mean = column.reduce((a, b) => a + b) / 256;
        const variance = column.reduce((sum, y) => sum + (y - mean) ** 2, 0) / 256;
        expect(mean).toBeCloseTo(beta[j]!, 4);
        expect(Math.sqrt(variance)).toBeLessThan(Math.abs(gamma[j]!) + 1e-4);
      }
    },
  );

  it("gives the same of samples that are resident, whole or selected, and of others", async () => {
    const all = images(400);
    const some = all.select(Uint32Array.from({ length: 300 }, (_, i) => (7 * i) % 400));
    const model = network();
    let resident: LayerActivity[] = [];
    const onEpoch = async () => {
      resident = await model.inspect(some);
    };
    await model.fit(some, { epochs: 1, callbacks: [{ onEpoch }] });
    await model.close();
    const values = new Uint8Array(300 * 300);
    const labels = new Uint8Array(300);
    await some.read({ values, labels });
    const others = samplesFromArrays({ values, labels, features: 300, classes: 10 });
    expect(await model.inspect(others)).toEqual(resident);
  });

  it.each([
    ["one thread", {}],
    ["two threads", { threads: 2 }],
    ["Adam", { adam: true }],
    ["dropout", { dropout: 0.2, place: "before" as const }],
  ])("changes no bit of a training in which it is called: %s", async (_, options) => {
    const [training, test] = [images(1000), images(300)];
    const fitting = { epochs: 2, validation: test, trainingMetrics: "running" as const };
    const [plain, watched] = [network(options), network(options)];
    const expected = await plain.fit(training, fitting);
    const seen: string[] = [];
    const onStep = async () => {
      const layers = await watched.inspect(seen.length % 2 === 0 ? test : training, { most: 100 });
      seen.push(layers.map(({ outputs }) => outputs[0]).join());
    };
    const history = await watched.fit(training, { ...fitting, callbacks: [{ onStep }] });
    expect(seen.length).toBe(20);
    expect(new Set(seen).size).toBe(20);
    expect(await watched.weightsSha256()).toBe(await plain.weightsSha256());
    expect(history.rows.map(({ train, validation }) => [train, validation])).toEqual(
      expected.rows.map(({ train, validation }) => [train, validation]),
    );
    await Promise.all([plain.close(), watched.close()]);
  });

  it("refuses what cannot be sent through, and says why", async () => {
    const training = images(50);
    const model = network();
    const refused = (error: string) => new ConfigError(`Model.inspect: ${error}`);
    await expect(model.inspect(training, { most: 257 })).rejects.toEqual(
      refused("most is 257, expected an integer from 1 to 256."),
    );
    await expect(model.inspect(training, { most: 1 })).rejects.toEqual(
      refused("1 samples are fewer than 2, which batch normalisation needs. Give more."),
    );
    await expect(model.inspect(training.select(new Uint32Array()))).rejects.toThrow("Model.inspect");
    const plain = new Model([new Dense(1)]);
    await expect(plain.inspect(training)).rejects.toThrow("the model is not compiled");
  });
});
