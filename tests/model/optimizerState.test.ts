/** Tensors that an optimizer keeps: with the model through its training, its file, and its memory's end. */
import { describe, expect, it } from "vitest";
import { ConfigError, FileError } from "../../src/errors.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/model/safetensors.ts";
import { type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { Momentum } from "../helpers/momentum.ts";
import { clusters } from "../helpers/samples.ts";

const samples = clusters(40);
const loss = new CategoricalCrossEntropyLoss();
const layers = () => denseNetwork({ hidden: [6], classes: 4, l2: 0.01, batchNormalization: "after" });
const make = (optimizer: Optimizer = new Momentum(), options: ModelOptions = {}) =>
  new Model(layers(), options).compile({ loss, optimizer });
const train = (model: Model, initialEpoch: number, epochs: number) =>
  model.fit(samples, { batchSize: 10, initialEpoch, epochs });
const namesOf = (tensors: readonly NamedTensor[]) => tensors.map(({ name }) => name);
const find = (tensors: readonly NamedTensor[], name: string) =>
  tensors.find((tensor) => tensor.name === name)!;

/** A model after three epochs without a break. */
async function whole() {
  const model = make();
  const { rows } = await train(model, 0, 3);
  return { rows: rows.map(({ train }) => train), sha: await model.weightsSha256(), tensors: model.tensors() };
}

it("heavy-ball momentum in float64 moves the weights as its formula says", async () => {
  const model = make(new Momentum(0.05, 0.9), { dtype: "float64" });
  await train(model, 0, 1);
  const before = model.tensors();
  const one = make(new SGDOptimizer({ schedule: 1 }), { dtype: "float64" });
  const all = samples.select(Uint32Array.from({ length: 10 }, (_, i) => i));
  const options = { epochs: 1, batchSize: 10, shuffle: false };
  await one.load(before);
  await one.fit(all, options);
  await model.fit(all, options);
  const [after, plain] = [model.tensors(), one.tensors()];
  for (const name of ["dense1.weight", "dense2.bias", "batchnorm1.gamma"]) {
    const [w, moved, velocity] = [before, after, after].map(
      (tensors, i) => find(tensors, i === 2 ? `optimizer.${name}.velocity` : name).data,
    );
    const old = find(before, `optimizer.${name}.velocity`).data;
    // Plain descent at rate 1 shows the gradient.
    const gradient = find(plain, name).data.map((value, i) => w![i]! - value);
    for (const [i, value] of gradient.entries()) {
      const expected = 0.9 * old[i]! + value;
      expect(velocity![i]!).toBeCloseTo(expected, 12);
      expect(moved![i]!).toBeCloseTo(w![i]! - 0.05 * expected, 12);
    }
    expect(Math.max(...old.map(Math.abs))).toBeGreaterThan(1e-4);
  }
});

it("they are saved behind the layers' tensors, with the number of updates, and count in no hash", async () => {
  const { tensors } = await whole();
  expect(namesOf(tensors).slice(8)).toEqual([
    "optimizer.dense1.weight.velocity",
    "optimizer.dense1.bias.velocity",
    "optimizer.batchnorm1.gamma.velocity",
    "optimizer.batchnorm1.beta.velocity",
    "optimizer.dense2.weight.velocity",
    "optimizer.dense2.bias.velocity",
    "optimizer.updates",
    "standardize.mean",
    "standardize.std",
  ]);
  expect(find(tensors, "optimizer.dense1.weight.velocity").shape).toEqual([12, 6]);
  expect([...find(tensors, "optimizer.updates").data]).toEqual([12]);
  const other = make(new SGDOptimizer());
  await other.load(tensors);
  expect(namesOf(other.tensors()).filter((name) => name.startsWith("optimizer."))).toEqual([]);
  const same = make();
  await same.load(tensors);
  expect(await other.weightsSha256()).toBe(await same.weightsSha256());
});

it("the optimizer sees the number of the update: 1 at first", async () => {
  const optimizer = new Momentum();
  const model = make(optimizer);
  const seen: number[] = [];
  const onStep = () => seen.push(optimizer.seen.at(-1)!.updates.value);
  await model.fit(samples, { epochs: 1, batchSize: 15, onStep });
  await model.fit(samples, { epochs: 1, batchSize: 20, onStep });
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

describe("a training that goes on has the bits of one without a break", () => {
  it.each<[string, (model: Model) => Promise<Model>]>([
    ["in the same memory", async (model) => model],
    [
      "in another memory, for more samples at once",
      async (model) => {
        await model.close();
        await model.fit(clusters(300), { epochs: 1, batchSize: 300 }).catch(() => {});
        return model;
      },
    ],
  ])("%s", async (title, change) => {
    const model = make();
    await train(model, 0, 1);
    if (title.startsWith("in another")) {
      const before = model.tensors();
      await change(model);
      await model.load(before);
    }
    await train(model, 1, 3);
    expect(await model.weightsSha256()).toBe((await whole()).sha);
  });

  it("after close()", async () => {
    const model = make();
    await train(model, 0, 2);
    await model.close();
    await train(model, 2, 3);
    expect(await model.weightsSha256()).toBe((await whole()).sha);
  });

  it.each([1, 2, 3])("from a file, in a model with %i threads", async (threads) => {
    const model = make();
    await train(model, 0, 2);
    const file = decodeSafetensors(encodeSafetensors(model.tensors()), "file");
    const other = make(new Momentum(), { threads, seed: 9 });
    await other.load(file.tensors.values());
    await other.fit(samples, { batchSize: 10, initialEpoch: 2, epochs: 3, seed: 1 });
    const { sha, tensors } = await whole();
    expect(await other.weightsSha256()).toBe(sha);
    expect(other.tensors()).toEqual(tensors);
    await other.close();
  });
});

it("a model that is compiled anew, or loads tensors without them, begins with fresh ones", async () => {
  const model = make();
  await train(model, 0, 1);
  const plain = model.tensors().filter(({ name }) => !name.startsWith("optimizer."));
  model.compile({ loss, optimizer: new Momentum() });
  expect(namesOf(model.tensors())).toEqual(namesOf(plain));
  const fresh = make();
  await fresh.load(plain);
  await Promise.all([train(model, 1, 2), train(fresh, 1, 2)]);
  expect(model.tensors()).toEqual(fresh.tensors());
  expect([...find(model.tensors(), "optimizer.updates").data]).toEqual([4]);
  // Where it had some of its own, too.
  await model.load(plain);
  expect([...find(model.tensors(), "optimizer.updates").data]).toEqual([0]);
  expect([...find(model.tensors(), "optimizer.dense2.bias.velocity").data]).toEqual([0, 0, 0, 0]);
});

it("tensors that do not fit the optimizer's are refused, and nothing is taken", async () => {
  const model = make();
  await train(model, 0, 1);
  const before = model.tensors();
  const changed = (name: string, change: Partial<NamedTensor>) =>
    before.map((tensor) =>
      tensor.name === name ? { ...tensor, ...change } : { ...tensor, data: tensor.data.map(() => 7) },
    );
  await expect(
    model.load(
      changed("optimizer.dense2.bias.velocity", { shape: [3], data: new Float32Array(3) }),
      "a.safetensors",
    ),
  ).rejects.toThrow(FileError);
  await expect(
    model.load(changed("optimizer.updates", { data: new Float64Array([0.5]) }), "a.safetensors"),
  ).rejects.toThrow(new FileError("a.safetensors: optimizer.updates is 0.5, expected one integer ≥ 0."));
  expect(model.tensors()).toEqual(before);
});

it.each<[unknown, string]>([
  [
    { velocity: Number.NaN },
    'the optimizer\'s tensor "velocity" holds NaN at first, expected a finite number.',
  ],
  [{ velocity: "0" }, 'the optimizer\'s tensor "velocity" holds "0" at first, expected a finite number.'],
  [
    ["velocity"],
    "the optimizer's tensors are an array of 1, expected names with what they hold at first, such as { velocity: 0 }.",
  ],
])("compile() refuses an optimizer whose tensors are %o", (tensors, expected) => {
  const optimizer = Object.assign(new Momentum(), { tensors });
  expect(() => make(optimizer as unknown as Optimizer)).toThrow(
    new ConfigError(`Model.compile: ${expected}`),
  );
});
