/** A model as a file: what it holds, and what is opened of it again. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { createDescribed, type Kind } from "../../src/described.ts";
import { ConfigError, FileError, TrainingError } from "../../src/errors.ts";
import { ConstantInitializer, type Initializer, NormalInitializer } from "../../src/initializers/index.ts";
import { BatchNormalization, Dense, type Layer, layers, ReLU, Softmax } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { libraryKinds } from "../../src/model/kinds.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { decodeSafetensors } from "../../src/model/safetensors.ts";
import { optimizers, SGDOptimizer } from "../../src/optimizers/index.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { VERSION } from "../../src/version.ts";
import { Momentum } from "../helpers/momentum.ts";
import { clusters, network } from "../helpers/samples.ts";

const bn = { batchNormalization: "after" } as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nnwasm-model-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Numbers, and names of their classes. */
function numbers(count: number): Samples {
  const values = Float64Array.from({ length: 5 * count }, (_, i) => ((i * 7919) % 1009) / 100 + 30);
  const labels = Array.from({ length: count }, (_, i) => (i * i) % 4);
  const samples = samplesFromArrays({ values, labels, features: 5, classes: 4 });
  return Object.assign(samples, { classNames: ["ant", "bee", "cat", "„dog“"] });
}

const metadataOf = (bytes: Uint8Array) => Object.fromEntries(decodeSafetensors(bytes, "file").metadata);

describe.each([
  ["bytes", clusters(90)],
  ["numbers", numbers(90)],
])("a model trained on %s", (kind, samples) => {
  const probe = kind === "bytes" ? new Uint8Array(24).fill(7) : new Float64Array(10).fill(31);

  it.each([
    ["float32, the engine wasm", {}],
    ["float64", { dtype: "float64" }],
    ["three threads", { threads: 3 }],
    ["the engine js", { engine: "js" }],
  ] as const)("predicts, evaluates and trains on to the same bits: %s", async (_, options) => {
    const model = network({ ...bn, l2: 0.01 }, { ...options, seed: 5 });
    await model.fit(samples, { epochs: 2, batchSize: 16 });
    const bytes = model.toBytes();
    const { dtype, ...engine } = { dtype: undefined, ...options };
    const copy = await loadModel(bytes, engine);
    expect([copy.precision, copy.seed]).toEqual([dtype ?? "float32", 5]);
    expect(copy.layers.map(([name]) => name)).toEqual(model.layers.map(([name]) => name));
    expect(copy.tensors()).toEqual(model.tensors());
    expect(copy.classNames).toEqual(samples.classNames);
    expect(copy.predictor().run(probe)).toEqual(model.predictor().run(probe));
    expect(await copy.predict(samples)).toEqual(await model.predict(samples));
    expect(await copy.evaluate(samples)).toEqual(await model.evaluate(samples));
    expect(copy.toBytes()).toEqual(bytes);
    for (const each of [model, copy]) await each.fit(samples, { epochs: 4, batchSize: 16, initialEpoch: 2 });
    expect(copy.toBytes()).toEqual(model.toBytes());
    expect(copy.toBytes()).not.toEqual(bytes);
    await Promise.all([model.close(), copy.close()]);
  });

  it("takes the kind of values that it was trained on, and no other, as before", async () => {
    const model = network();
    await model.fit(samples, { epochs: 1, batchSize: 16 });
    const copy = await loadModel(model.toBytes());
    const other = kind === "bytes" ? new Float64Array(24) : new Uint8Array(10);
    const refusal = (of: Model) => of.predict(other).catch((error: unknown) => String(error));
    expect(await refusal(copy)).toBe(await refusal(model));
    expect(await refusal(copy)).toMatch(/^DatasetError/);
    expect(() => copy.predictor().run(other)).toThrow(/the model takes/);
  });
});

/** All options of the layers differ from their defaults. */
const layersOfAllKinds = (): Layer[] => [
  new BatchNormalization({ momentum: 0.5, epsilon: 0.25 }),
  new Dense(6, {
    activation: "relu",
    weightInitializer: new NormalInitializer(0.5),
    biasInitializer: new ConstantInitializer(0.125),
    weightRegularizer: new L2Regularizer(0.03),
  }),
  new Dense(3),
  new ReLU(),
  new Dense(4),
  new Softmax(),
];

const compiled = (layers: Layer[], optimizer = new SGDOptimizer({ schedule: 0.125 })) =>
  new Model(layers, { seed: 9 }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer,
    metrics: [new AccuracyMetrics()],
  });

describe("every layer of the library", () => {
  const optionsOf: Readonly<Record<string, object>> = {
    dropout: { rate: 0.25 },
    augmentation: { shape: [1, 2, 3], flip: true, shift: 1, noise: 0.1 },
  };
  /** All that need not be last, between Dense layers, in the order of the registry. */
  const everyLayer = (): Layer[] =>
    Object.entries(layers).flatMap(([name, kind]: [string, Kind<Layer>]): Layer[] => {
      // An ensemble is not trained: tests/model/ensemble.test.ts has its files.
      if (name === "dense" || name === "softmax" || name === "ensemble") return [];
      return [new Dense(6), kind.create(optionsOf[name] ?? {})];
    });

  const schedule = {
    name: "warmup",
    options: { steps: 9, schedule: { name: "coslog4", options: { steps: 30 } } },
  };
  const trained = (name: string, options: object) =>
    compiled(
      [...everyLayer(), new Dense(4, { activation: "softmax" })],
      createDescribed(
        libraryKinds,
        "optimizers",
        { name, options: { schedule, ...options } },
        "here",
      ) as never,
    );

  it.each([
    ...Object.keys(optimizers).map((name) => [name, {}] as const),
    ["sgd", { momentum: 0.9, nesterov: true, clipNorm: 0.5 }],
    ["adamw", { weightDecay: 0.125, clipNorm: 1, rateFactors: { bias: 0.5, weight: "fan-in" } }],
  ] as const)("is kept, and goes on to the same bits by %s %o", async (name, options) => {
    const model = trained(name, options);
    await model.fit(numbers(60), { epochs: 2, batchSize: 16 });
    const bytes = model.toBytes();
    const copy = await loadModel(bytes);
    expect(copy.layers.map(([each]) => each)).toEqual(model.layers.map(([each]) => each));
    expect(copy.tensors()).toEqual(model.tensors());
    expect(copy.toBytes()).toEqual(bytes);
    expect(await copy.predict(numbers(60))).toEqual(await model.predict(numbers(60)));
    expect(await copy.evaluate(numbers(60))).toEqual(await model.evaluate(numbers(60)));
    for (const each of [model, copy])
      await each.fit(numbers(60), { epochs: 4, batchSize: 16, initialEpoch: 2 });
    expect(copy.toBytes()).toEqual(model.toBytes());
  });

  it("has its tensors in the file and in the hash of the weights, those of a scale among them", async () => {
    const model = await new Model(everyLayer()).build(5);
    const names = model.tensors().map(({ name }) => name);
    expect(names).toContain("scale1.scale");
    expect([...decodeSafetensors(model.toBytes(), "file").tensors.keys()]).toEqual(names);
    const before = await model.weightsSha256();
    const changed = model
      .tensors()
      .map((tensor) =>
        tensor.name === "scale1.scale" ? { ...tensor, data: tensor.data.map((v) => 2 * v) } : tensor,
      );
    await model.load(changed);
    expect(await model.weightsSha256()).not.toBe(before);
  });
});

it("the metadata say what the tensors are of, all in texts", async () => {
  const model = compiled(
    layersOfAllKinds(),
    new SGDOptimizer({ schedule: new LRCyclingSchedule({ etaMin: 0.01, etaMax: 0.2, stepSize: 20 }) }),
  );
  await model.fit(numbers(40), { epochs: 1, batchSize: 8 });
  const bytes = model.toBytes({ settings: { epochs: 1, layers: [6, 3] }, data: { sha256: "ab", count: 40 } });
  const { architecture, targets, classNames, training, settings, data, ...others } = metadataOf(bytes);
  expect(others).toEqual({
    format: "nnwasm",
    formatVersion: "1",
    version: VERSION,
    dtype: "float32",
    features: "5",
    seed: "9",
    values: "numbers",
    weightsSha256: await model.weightsSha256(),
  });
  expect(JSON.parse(architecture!)).toEqual([
    { name: "batchnorm", options: { momentum: 0.5, epsilon: 0.25 } },
    {
      name: "dense",
      options: {
        units: 6,
        activation: "relu",
        weightInitializer: { name: "normal", options: { std: 0.5 } },
        biasInitializer: { name: "constant", options: { value: 0.125 } },
        weightRegularizer: { name: "l2", options: { lambda: 0.03 } },
      },
    },
    expect.objectContaining({ name: "dense" }),
    { name: "relu", options: {} },
    expect.objectContaining({ name: "dense" }),
    { name: "softmax", options: {} },
  ]);
  expect(JSON.parse(targets!)).toEqual({ kind: "classes", width: 1 });
  expect(JSON.parse(classNames!)).toEqual(["ant", "bee", "cat", "„dog“"]);
  expect(JSON.parse(training!)).toMatchObject({
    loss: { name: "categoricalCrossEntropy" },
    optimizer: {
      name: "sgd",
      options: { schedule: { name: "cyclic", options: { etaMin: 0.01, etaMax: 0.2, stepSize: 20 } } },
    },
    metrics: [{ name: "accuracy" }],
  });
  expect([settings, data]).toEqual(['{"epochs":1,"layers":[6,3]}', '{"sha256":"ab","count":40}']);
  const copy = await loadModel(bytes);
  expect(copy.provenance).toEqual({
    version: VERSION,
    settings: { epochs: 1, layers: [6, 3] },
    data: { sha256: "ab", count: 40 },
  });
  expect(copy.toBytes()).toEqual(bytes);
  await copy.fit(numbers(40), { epochs: 1, batchSize: 8 });
  expect(copy.provenance).toBeUndefined();
  expect(metadataOf(copy.toBytes())).not.toHaveProperty("settings");
});

it("a file says what the data were: other data, another fingerprint, whatever the engine and the number of threads", async () => {
  const dataOf = async (count: number, options: ModelOptions, validation = numbers(5)) => {
    const model = network({}, options);
    await model.fit(numbers(count), { epochs: 1, batchSize: 8, validation });
    const bytes = model.toBytes();
    await model.close();
    // It was measured while the samples were in memory.
    expect(model.toBytes()).toEqual(bytes);
    return metadataOf(bytes).data;
  };
  const data = await dataOf(40, {});
  expect(Object.keys(JSON.parse(data!))).toEqual(["training samples", "validation samples"]);
  expect(data).toMatch(/"40 of \d+ float(32|64), 1 uint8: [0-9a-f]{32}"/);
  expect(await dataOf(40, { threads: 2 })).toBe(data);
  expect(await dataOf(40, { engine: "js" })).toBe(data);
  expect(await dataOf(41, {})).not.toBe(data);
  expect(await dataOf(40, {}, numbers(6))).not.toBe(data);
});

it("a model that was built and not trained is kept as well, and so is one that was never compiled", async () => {
  const built = await new Model([new Dense(3, { activation: "relu" }), new Dense(1)], { seed: 3 }).build(2);
  const copy = await loadModel(built.toBytes());
  expect(Object.keys(metadataOf(built.toBytes())).sort()).toEqual(
    "architecture dtype features format formatVersion seed version weightsSha256".split(" "),
  );
  expect(copy.tensors()).toEqual(built.tensors());
  for (const values of [new Uint8Array(2), new Float64Array(2)])
    expect(await copy.predict(values)).toEqual(await built.predict(values));
  await expect(copy.evaluate(clusters(3, { features: 2, classes: 1 }))).rejects.toThrow(
    "Model.evaluate: the model is not compiled.",
  );
});

it("a model that does not begin with a Dense layer knows its features", async () => {
  const model = compiled([new BatchNormalization(), new ReLU(), new Dense(4, { activation: "softmax" })]);
  await model.build(7);
  expect((await loadModel(model.toBytes())).toBytes()).toEqual(model.toBytes());
});

it("one output, one feature, and a name that needs two surrogates", async () => {
  const model = await new Model([new Dense(1)]).build(1);
  const copy = await loadModel(model.toBytes({ classNames: ["😀 __proto__"] }));
  expect(copy.classNames).toEqual(["😀 __proto__"]);
});

describe("a file", () => {
  it("is written whole, and opened by its path or that of the folder that has it", async () => {
    const model = network();
    await model.fit(clusters(30), { epochs: 1, batchSize: 10 });
    const path = join(folder, "model.safetensors");
    await writeFile(path, "old");
    await model.save(path);
    expect(new Uint8Array(await readFile(path))).toEqual(model.toBytes());
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
    for (const source of [path, folder, await readFile(path), model.toBytes().buffer])
      expect((await loadModel(source)).toBytes()).toEqual(model.toBytes());
  });

  it("that cannot be written is an error that names it, and so is one that cannot be read", async () => {
    const model = await network().build(12);
    await expect(model.save(folder)).rejects.toThrow(FileError);
    await expect(model.save(join(folder, "no/such/folder"))).rejects.toThrow(/no\/such\/folder cannot be/);
    await expect(model.save("")).rejects.toThrow(
      new ConfigError('Model.save: the path is "", expected text: "model.safetensors".'),
    );
    await expect(loadModel(join(folder, "none"))).rejects.toThrow(/none cannot be read: it does not exist/);
    const empty = await mkdtemp(join(folder, "empty-"));
    await expect(loadModel(empty)).rejects.toThrow(`${join(empty, "model.safetensors")} cannot be read`);
    for (const source of [undefined, null, 3, "", {}, [1, 2], new Float32Array(3)])
      await expect(loadModel(source as never)).rejects.toThrow(/^loadModel: the source is /);
  });
});

describe("the optimizer's tensors", () => {
  const momentum = () =>
    new Model([new Dense(5, { activation: "relu" }), new Dense(4, { activation: "softmax" })]).compile({
      loss: new CategoricalCrossEntropyLoss(),
      optimizer: new Momentum(),
    });

  it("are kept, and left out if that is asked for", async () => {
    const model = momentum();
    await model.fit(clusters(30), { epochs: 2, batchSize: 10 });
    const names = (bytes: Uint8Array) => [...decodeSafetensors(bytes, "file").tensors.keys()];
    expect(names(model.toBytes())).toEqual(model.tensors().map(({ name }) => name));
    expect(names(model.toBytes())).toContain("optimizer.dense1.weight.velocity");
    expect(names(model.toBytes({ optimizer: false })).filter((name) => name.startsWith("opt"))).toEqual([]);
  });

  it("of an optimizer of one's own serve when the model is compiled", async () => {
    const whole = momentum();
    await whole.fit(clusters(30), { epochs: 3, batchSize: 10 });
    const first = momentum();
    await first.fit(clusters(30), { epochs: 2, batchSize: 10 });
    const bytes = first.toBytes();
    expect(metadataOf(bytes)).not.toHaveProperty("training");
    class Described extends Momentum {
      describe() {
        return { name: "momentum", options: {} };
      }
    }
    first.compile({ loss: new CategoricalCrossEntropyLoss(), optimizer: new Described() });
    await first.load(decodeSafetensors(bytes, "file").tensors.values());
    const copy = await loadModel(first.toBytes(), { optimizers: { momentum: () => new Described() } });
    await copy.fit(clusters(30), { epochs: 3, batchSize: 10, initialEpoch: 2 });
    expect(await copy.weightsSha256()).toBe(await whole.weightsSha256());
    await expect(loadModel(first.toBytes())).rejects.toThrow(
      /^The model: its optimizer: No optimizer "momentum"\. There are: sgd/,
    );
  });
});

/** A layer of one's own, with an option. */
class Shift extends ReLU {
  override readonly kind = "relu";
  readonly by: number;

  constructor(by: number) {
    super();
    this.by = by;
  }

  override describe() {
    return { name: "shift", options: { by: this.by } };
  }
}

describe("things of one's own", () => {
  it("are made by the functions that loadModel gets, by name", async () => {
    const model = await new Model([new Dense(3), new Shift(0.5)]).build(2);
    const layers = { shift: ({ by }: { by: number }) => new Shift(by) };
    const copy = await loadModel(model.toBytes(), { layers });
    expect(copy.layers[1]![1]).toBeInstanceOf(Shift);
    expect(copy.layers[1]![1]).toHaveProperty("by", 0.5);
    await expect(loadModel(model.toBytes())).rejects.toThrow(
      /^The model: layer 1: No layer "shift"\. There are: dense, /,
    );
    for (const own of [{ shift: 3 }, { relu: () => new ReLU() }, []])
      await expect(loadModel(model.toBytes(), { layers: own as never })).rejects.toThrow(ConfigError);
  });

  it("that cannot describe themselves are refused, or left out where the tensors say it all", async () => {
    class Own extends ReLU {}
    Object.defineProperty(Own.prototype, "describe", { value: undefined });
    const model = await new Model([new Dense(3), new Own()]).build(2);
    expect(() => model.toBytes()).toThrow(
      new ConfigError(
        "Model.toBytes: relu1 has no describe() in its class Own. " +
          'Give it one, such as describe() { return { name: "mine", options: {} }; }.',
      ),
    );
    const weightRegularizer = { penalty() {}, addGradient() {} };
    const penalised = await new Model([new Dense(3, { weightRegularizer })]).build(2);
    await expect(penalised.save("x.safetensors")).rejects.toThrow(
      /^Dense\.describe: weightRegularizer has no describe\(\)/,
    );
    const weightInitializer: Initializer = { name: "own", fill: (values) => void values.fill(2) };
    const filled = await new Model([new Dense(3, { weightInitializer })]).build(2);
    expect((await loadModel(filled.toBytes())).tensors()).toEqual(filled.tensors());
  });

  it.each([
    [{ name: 3, options: {} }, "relu1: its describe() gives an object"],
    [undefined, "relu1: its describe() gives undefined"],
    [{ name: "own", options: { by: Number.NaN } }, "architecture[1].options.by is NaN"],
    [{ name: "own", options: { by: new Map() } }, "architecture[1].options.by is a Map"],
  ])("that describe themselves by %j are refused", async (description, message) => {
    const relu = Object.assign(new ReLU(), { describe: () => description });
    const model = await new Model([new Dense(3), relu as never]).build(2);
    expect(() => model.toBytes()).toThrow(ConfigError);
    expect(() => model.toBytes()).toThrow(message);
  });
});

describe("toBytes refuses", () => {
  it("a model that is not built", () => {
    expect(() => network().toBytes()).toThrow(
      new ConfigError("Model.toBytes: the model is not built. Call build() or fit()."),
    );
  });

  it("numbers that are not finite", async () => {
    const model = await network().build(12);
    (model.layers[0]![1] as Dense).weight.value.data[5] = Number.NaN;
    expect(() => model.toBytes()).toThrow(TrainingError);
    expect(() => model.toBytes()).toThrow(
      /^Model\.toBytes: dense1\.weight\[5\] is NaN: no file can keep it\./,
    );
  });

  it.each([
    [
      { classNames: ["a", "b", "c", "d", "e"] },
      "classNames is an array of 5, expected an array of at most 4",
    ],
    [{ classNames: [1] }, "classNames is an array of 1"],
    [{ classNames: "abcd" }, 'classNames is "abcd"'],
    [{ settings: { rate: Number.NaN } }, "settings.rate is NaN, expected what JSON can hold"],
    [{ settings: { made: new Date(0) } }, "settings.made is a Date"],
    [{ data: { values: new Float32Array(2) } }, "data.values is a Float32Array"],
    [{ data: { run() {} } }, "data.run is a function"],
    [{ settings: "all" }, 'settings is "all", expected an object that JSON can hold.'],
    [{ settings: [1] }, "settings is an array of 1, expected an object"],
    [{ data: null }, "data is null, expected an object"],
    [{ optimizer: 1 }, "optimizer is 1, expected true or false."],
    [{ architecture: [] }, 'there is no option "architecture".'],
  ])("%o", async (options, message) => {
    const model = await network().build(12);
    expect(() => model.toBytes(options as never)).toThrow(ConfigError);
    expect(() => model.toBytes(options as never)).toThrow(message);
  });

  it("settings that have no end", async () => {
    const settings: Record<string, unknown> = {};
    settings.again = settings;
    const model = await network().build(12);
    expect(() => model.toBytes({ settings })).toThrow(ConfigError);
  });
});

it("toBytes during a training is the model after the last step, as tensors() is", async () => {
  const model = network(bn);
  const during: Uint8Array[] = [];
  await model.fit(clusters(60), {
    epochs: 3,
    batchSize: 20,
    onEpoch: () => void during.push(model.toBytes()),
  });
  const other = network(bn);
  await other.fit(clusters(60), { epochs: 2, batchSize: 20 });
  expect(during[1]).toEqual(other.toBytes());
  const copy = await loadModel(during[1]!);
  await copy.fit(clusters(60), { epochs: 3, batchSize: 20, initialEpoch: 2 });
  expect(copy.toBytes()).toEqual(model.toBytes());
});
