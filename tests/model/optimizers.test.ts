/** Whole trainings with every optimizer: the same bits in any number of threads, in JavaScript, and when they go on from a file. */
import { afterEach, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { TrainingError } from "../../src/errors.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/model/safetensors.ts";
import { AdamOptimizer, type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { everyOptimizer } from "../helpers/optimizers.ts";
import { clusters } from "../helpers/samples.ts";

const models: Model[] = [];
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
});

/** Large enough for threads to share the first layer, with an odd number of units. */
const samples = clusters(120, { features: 150, classes: 5 });
const loss = new CategoricalCrossEntropyLoss();

function make(optimizer: Optimizer, { l2 = 0.01, ...options }: ModelOptions & { l2?: number } = {}): Model {
  const layers = denseNetwork({ hidden: [45, 8], classes: 5, l2, batchNormalization: "after" });
  const model = new Model(layers, options).compile({ loss, optimizer });
  models.push(model);
  return model;
}
const train = (model: Model, initialEpoch: number, epochs: number) =>
  model.fit(samples, { batchSize: 50, initialEpoch, epochs, seed: 1 });

async function trained(optimizer: Optimizer, options: Parameters<typeof make>[1]) {
  const model = make(optimizer, options);
  const { rows } = await train(model, 0, 3);
  return { tensors: model.tensors(), evaluations: rows.map(({ train }) => train) };
}

describe.each(everyOptimizer)("%s", (_what, optimizer) => {
  it.each([0, 0.01])("has the same bits in 1, 2 and 3 threads and in JavaScript, λ = %d", async (l2) => {
    const one = await trained(optimizer(), { l2 });
    expect(one.evaluations[2]!.loss).toBeLessThan(one.evaluations[0]!.loss);
    for (const threads of [2, 3]) expect(await trained(optimizer(), { l2, threads })).toEqual(one);
    expect(await trained(optimizer(), { l2, engine: "js" })).toEqual(one);
  });

  it("has the same bits in threads and in JavaScript in float64", async () => {
    const one = await trained(optimizer(), { dtype: "float64" });
    expect(await trained(optimizer(), { dtype: "float64", threads: 2 })).toEqual(one);
    expect(await trained(optimizer(), { dtype: "float64", engine: "js" })).toEqual(one);
  });

  it.each([1, 2])("goes on from a file to the same bits, in a model with %i threads", async (threads) => {
    const first = make(optimizer());
    await train(first, 0, 1);
    const file = decodeSafetensors(encodeSafetensors(first.tensors()), "file");
    const second = make(optimizer(), { threads, seed: 9 });
    await second.load(file.tensors.values());
    await train(second, 1, 3);
    expect(second.tensors()).toEqual((await trained(optimizer(), {})).tensors);
  });

  it("saves its tensors in the plain layout, as the definition has them", async () => {
    const model = make(optimizer());
    await train(model, 0, 1);
    const names = Object.keys(optimizer().tensors ?? {});
    const found = model.tensors().filter(({ name }) => name.startsWith("optimizer.dense1.weight."));
    expect(found.map(({ name, shape }) => [name, shape])).toEqual(
      names.map((name) => [`optimizer.dense1.weight.${name}`, [150, 45]]),
    );
  });
});

it("a norm that is not finite ends the training, and names the step", async () => {
  const model = make(new AdamOptimizer({ schedule: 1e300, clipNorm: 1 }), { dtype: "float64", l2: 1e200 });
  await expect(train(model, 0, 3)).rejects.toThrow(TrainingError);
  const squares = make(new SGDOptimizer({ schedule: 1e-300, clipNorm: 1 }), { dtype: "float64", l2: 1e200 });
  await expect(train(squares, 0, 1)).rejects.toThrow(
    /^The norm of the gradients is Infinity at step 1 \(epoch 1\)\. Try a lower etaMax/,
  );
});

it("moments of another optimizer leave these at their beginning, with the number of updates", async () => {
  const momentum = make(new SGDOptimizer({ schedule: 0.02, momentum: 0.9 }));
  await train(momentum, 0, 2);
  const tensors = momentum.tensors();
  const plain = tensors.filter(({ name }) => !name.startsWith("optimizer."));
  const results = [];
  for (const given of [tensors, plain]) {
    const model = make(new AdamOptimizer());
    await model.load(given);
    await train(model, 2, 3);
    results.push(model.tensors());
  }
  expect(results[0]).toEqual(results[1]);
  expect(results[0]!.find(({ name }) => name === "optimizer.updates")!.data).toEqual(new Float64Array([3]));
});

it("a weight without gradients stays, and what the optimizer keeps of older ones ends at 0, not just above it", async () => {
  // The first feature is always 0 after a while, and so is its gradient: 0.9ᵗ and 0.9ᵗ of a moment vanish within 900 updates.
  const numbers = (first: number) =>
    samplesFromArrays({
      values: Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? first * (i % 5) : i % 7)),
      labels: Uint8Array.from({ length: 20 }, (_, i) => i % 2),
      ...{ features: 2, classes: 2 },
    });
  for (const optimizer of [
    new AdamOptimizer({ schedule: 1e-3, beta2: 0.9 }),
    new SGDOptimizer({ schedule: 1e-3, momentum: 0.9 }),
  ]) {
    const model = new Model(denseNetwork({ hidden: [3], classes: 2, l2: 0 })).compile({ loss, optimizer });
    models.push(model);
    await model.fit(numbers(1), { epochs: 2, batchSize: 10, standardize: false });
    await model.fit(numbers(0), { epochs: 1000, batchSize: 20, standardize: false });
    const kept = model.tensors().filter(({ name }) => name.startsWith("optimizer.dense1.weight."));
    for (const { data } of kept) expect([...data.subarray(0, 3)].map(Math.abs)).toEqual([0, 0, 0]);
  }
});
