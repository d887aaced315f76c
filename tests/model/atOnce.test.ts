/** Calls that come while others are at work, and what a refused one leaves behind. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { ConfigError, DatasetError } from "../../src/errors.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { clusters, network } from "../helpers/samples.ts";

const options = { epochs: 2, batchSize: 10 };

/** A gate that samples wait at before they are read, and whether they do. */
function gate() {
  let open = () => {};
  let arrive = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const waiting = (samples: Samples): Samples => ({
    ...{ count: samples.count, features: samples.features, classes: samples.classes },
    elementType: samples.elementType,
    async read(target) {
      arrive();
      await opened;
      await samples.read(target);
    },
    select: (rows) => waiting(samples.select(rows)),
  });
  return { open, arrived, waiting };
}

const numbers = (count: number, features = 12) =>
  samplesFromArrays({
    values: Array.from({ length: count * features }, (_, i) => (i * 7) % 11),
    labels: Array.from({ length: count }, (_, i) => i % 4),
    features,
    classes: 4,
  });

const compileOptions = () => ({
  loss: new CategoricalCrossEntropyLoss(),
  optimizer: new SGDOptimizer({ schedule: 0.1 }),
  metrics: [new AccuracyMetrics()],
});

const trained = async (samples: Samples) => {
  const model = network();
  await model.fit(samples, options);
  return model;
};

describe("while a first training reads its samples", () => {
  it("others of another kind are refused, and take nothing from it", async () => {
    const { open, arrived, waiting } = gate();
    const model = network();
    const training = model.fit(waiting(clusters(40)), options);
    await arrived;
    const refusals = [
      model.evaluate(numbers(8)),
      model.predict(numbers(8)),
      model.predict([...Array(12).keys()]),
    ];
    for (const refusal of refusals) {
      await expect(refusal).rejects.toThrow(DatasetError);
      await expect(refusal).rejects.toThrow("are numbers, the model takes bytes (v / 255).");
    }
    open();
    await training;
    expect(await model.weightsSha256()).toBe(await (await trained(clusters(40))).weightsSha256());
  });
});

it("numbers are predicted in the memory that there is, whatever a training is about to need", async () => {
  const model = await network().build(12, "float32");
  const predictor = model.predictor();
  const before = predictor.run([...Array(12).keys()]);
  const training = model.fit(clusters(40), options);
  const outcomes = new Set<string>();
  // Until it has a memory of its own, at each of its turns.
  for (let turn = 0; turn < 20; turn++) {
    try {
      expect(predictor.run([...Array(12).keys()])).toEqual(before);
    } catch (error) {
      outcomes.add(String(error));
    }
    try {
      predictor.run(new Uint8Array(12));
    } catch (error) {
      outcomes.add(String(error));
    }
    await null;
  }
  await training;
  // The memory may be between the old and the new one.
  for (const outcome of outcomes)
    expect(outcome).toMatch(
      /^(DatasetError: Predictor\.run: the values are|ConfigError: The model is not built)/,
    );
});

it("a standardisation that is loaded during a training leaves the kind of its samples", async () => {
  const other = await trained(numbers(40));
  const model = network();
  await model.fit(clusters(40), {
    ...options,
    onEpoch: async ({ epoch }) => {
      if (epoch > 1) return;
      await model.load(other.tensors());
      await expect(model.evaluate(numbers(8))).rejects.toThrow("the model takes bytes (v / 255).");
    },
  });
  await expect(model.evaluate(numbers(8))).rejects.toThrow("the model takes bytes (v / 255).");
  expect((await model.evaluate(clusters(8))).loss).toBeGreaterThan(0);
});

describe("compile() and summary() of other inputs", () => {
  it("are refused while a memory is made", async () => {
    const model = new Model(denseNetwork({ hidden: [8], classes: 4 }));
    const building = model.build(12);
    expect(() => model.compile(compileOptions())).toThrow(
      new ConfigError("Model.compile: build() is under way. Await it first."),
    );
    expect(() => model.summary(77)).toThrow(
      new ConfigError("Model.summary: build() is under way. Await it first."),
    );
    await building;
    expect((await model.compile(compileOptions()).evaluate(clusters(8))).loss).toBeGreaterThan(0);
  });

  it("are refused while samples are read for an evaluation, which close() waits for", async () => {
    const model = await trained(clusters(40));
    const expected = await model.evaluate(clusters(300));
    const { open, arrived, waiting } = gate();
    const evaluation = model.evaluate(waiting(clusters(300)));
    await arrived;
    expect(() => model.compile(compileOptions())).toThrow(
      "Model.compile: evaluate() is under way. Await it first.",
    );
    expect(() => model.parameterCount(77)).toThrow("Model.summary: evaluate() is under way.");
    const closing = model.close();
    open();
    expect(await evaluation).toEqual(expected);
    await closing;
    expect(await model.evaluate(clusters(300))).toEqual(expected);
  });
});

it("close() ends what build() was making when it was called", async () => {
  const model = network({}, { threads: 2 });
  const building = model.build(12);
  await model.close();
  await building;
  expect(model.threads).toBe(1);
});

describe("samples that are refused as they are read", () => {
  const holding = (bad: number) =>
    samplesFromArrays({
      values: [
        [1, 2, bad, 4],
        [1, 2, 3, 4],
      ],
      labels: [0, 1],
    });
  const bad = holding(Number.NaN);

  it("decide nothing: the model can be trained on others, of another number of features", async () => {
    const good = samplesFromArrays({
      values: [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
      labels: [0, 1],
    });
    for (const refused of [
      (model: Model) => model.fit(bad, options),
      (model: Model) => model.fit(good, { ...options, validation: bad }),
      (model: Model) => model.evaluate(bad),
      (model: Model) => model.predict(bad),
    ]) {
      const model = network();
      await expect(refused(model)).rejects.toThrow("sample 0, feature 2 is NaN");
      expect(() => model.tensors()).toThrow("the model is not built");
      await model.fit(clusters(40), options);
      expect(await model.weightsSha256()).toBe(await (await trained(clusters(40))).weightsSha256());
    }
  });

  it("leave a model that was built as it was: it predicts both kinds", async () => {
    const model = await network().build(4);
    const before = model.predictor().run(new Uint8Array(4));
    await expect(model.fit(bad, options)).rejects.toThrow(DatasetError);
    expect(model.predictor().run(new Uint8Array(4))).toEqual(before);
    const { read, select } = bad;
    const huge: Samples = { count: 2 ** 31, features: 4, classes: 2, elementType: "float32", read, select };
    await expect(model.fit(huge, options)).rejects.toThrow("The samples need");
    expect(model.predictor().run(new Uint8Array(4))).toEqual(before);
    expect((await model.predict([1, 2, 3, 4])).length).toBe(4);
  });
});

describe("what was trained or built for one kind", () => {
  it("takes the other after the weights of a model that was trained on it are loaded", async () => {
    const [bytes, floats] = [await trained(clusters(40)), await trained(numbers(40))];
    await bytes.load(floats.tensors());
    const row = [...Array(12).keys()];
    expect(await bytes.predict(row)).toEqual(await floats.predict(row));
    expect(bytes.predictor().run(row)).toEqual(floats.predictor().run(row));
    expect(await bytes.evaluate(numbers(300))).toEqual(await floats.evaluate(numbers(300)));
    expect((await bytes.predict(new Uint8Array(12))).length).toBe(4);
  });

  it("takes both as long as no training has decided, whatever it was built for", async () => {
    const model = await network().build(12, "uint8");
    expect((await model.predict([...Array(12).keys()])).length).toBe(4);
    expect((await model.evaluate(numbers(8))).loss).toBeGreaterThan(0);
    await expect(model.build(12, "int8" as "uint8")).rejects.toThrow(
      new ConfigError('No elementType "int8". There are: uint8, float32, float64.'),
    );
  });

  it("load() takes what its tensors were when it was called", async () => {
    const model = await trained(clusters(40));
    const tensors = model.tensors();
    const copy = network();
    const loading = copy.load(tensors);
    for (const { data } of tensors) data.fill(Number.NaN);
    await loading;
    expect(copy.tensors()).toEqual(model.tensors());
  });
});
