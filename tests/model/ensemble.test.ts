/** Several models as one: its answers are the weighted mean of theirs, and all else is as of any model. */
import { beforeAll, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { ConfigError, FileError } from "../../src/errors.ts";
import { XavierInitializer } from "../../src/initializers/index.ts";
import {
  type ActivationName,
  activations,
  BatchNormalization,
  Dense,
  Dropout,
  Ensemble,
  hiddenActivations,
  type Layer,
  Scale,
  Sigmoid,
  Softmax,
} from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { AccuracyMetrics, LogLossMetrics } from "../../src/metrics/index.ts";
import { ensembleOf } from "../../src/model/ensemble.ts";
import { checkGradients } from "../../src/model/gradientCheck.ts";
import { memories } from "../../src/model/memory.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { permutationImportance } from "../../src/model/permutationImportance.ts";
import { decodeSafetensors } from "../../src/model/safetensors.ts";
import { AdamOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { sha256 } from "../../src/sha256.ts";
import { train } from "../../src/tabular/train.ts";
import { expectClose, expectSameBits } from "../helpers/expectNumbers.ts";
import { contentOf, encoded, mutatedFile, outcomeOf, watchedBackend } from "../helpers/modelFiles.ts";
import { namesOf } from "../helpers/plans.ts";

const features = 7;

/** Numbers with classes, numbers or flags that can be learned. */
function samplesOf(kind: "classes" | "numbers" | "flags", count = 60, seed = 1): Samples {
  const random = new Random(seed, "samples");
  const values = Float64Array.from({ length: count * features }, () => random.normal());
  const at = (i: number, j: number) => values[i * features + j]!;
  const of = <T>(make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const common = { values, features };
  if (kind === "classes")
    return samplesFromArrays({
      ...common,
      labels: of((i) => (at(i, 0) > 0 ? 1 : 0) + (at(i, 1) > 1 ? 1 : 0)),
    });
  if (kind === "numbers")
    return samplesFromArrays({ ...common, numbers: of((i) => [at(i, 0), 3 * at(i, 1)]) });
  return samplesFromArrays({ ...common, flags: of((i) => [at(i, 0) > 0, at(i, 1) > at(i, 2)]) });
}

const tasks = {
  classes: { loss: () => new CategoricalCrossEntropyLoss(), units: 3, activation: "softmax" },
  numbers: { loss: () => new MeanSquaredErrorLoss(), units: 2, activation: "linear" },
  flags: { loss: () => new BinaryCrossEntropyLoss(), units: 2, activation: "sigmoid" },
} as const;
type Task = keyof typeof tasks;

/** Networks of all layers, of one hidden layer with each activation among them, and one without. */
function networks(task: Task): Layer[][] {
  const { units, activation } = tasks[task];
  const last = () => new Dense(units, { activation });
  const apart = (): Layer[] => [
    new Dense(units),
    ...[activations[activation]()].filter((it) => it !== undefined),
  ];
  const hidden = (name: ActivationName) => new Dense(6, { activation: name });
  return [
    [new Scale(), hidden("selu"), new Scale(), hidden("mish"), last()],
    [new BatchNormalization(), hidden("relu"), new BatchNormalization(), new Dropout(0.2), last()],
    [new Dense(5), new BatchNormalization(), new Scale(), ...apart()],
    [new Dropout(0.1), last()],
    ...hiddenActivations.map((name) => [hidden(name), last()]),
  ];
}

/** Trains for two epochs. */
async function trained(layers: Layer[], task: Task, options: ModelOptions = {}): Promise<Model> {
  const model = new Model(layers, options).compile({
    loss: tasks[task].loss(),
    optimizer: new AdamOptimizer({ schedule: 0.02 }),
    metrics: (task === "numbers" ? [] : [new AccuracyMetrics(), new LogLossMetrics()]) as never[],
  });
  await model.fit(samplesOf(task), { epochs: 2, batchSize: 16 });
  return model as unknown as Model;
}

/** The members' weighted mean, in float64. */
async function meanOf(models: readonly Model[], weights: readonly number[], inputs: Samples) {
  const each = await Promise.all(models.map((model) => model.predict(inputs)));
  return Float64Array.from(each[0]!, (_, i) => each.reduce((sum, y, k) => sum + weights[k]! * y[i]!, 0));
}

const twoOf = async (task: Task, options?: ModelOptions) =>
  await Promise.all(
    networks(task)
      .slice(0, 2)
      .map((layers) => trained(layers, task, options)),
  );

describe.each(Object.keys(tasks) as Task[])("an ensemble for %s", (task) => {
  const count = networks(task).length;
  const raw = Array.from({ length: count }, (_, k) => 1 + (k % 3));
  const weights = raw.map((weight) => weight / raw.reduce((a, b) => a + b));
  const others = samplesOf(task, 300, 2);

  it.each([
    ["float32", 1e-6],
    ["float64", 1e-12],
  ] as const)(
    "predicts the weighted mean of its members, all layers among them, in %s",
    async (dtype, tolerance) => {
      const models: Model[] = [];
      for (const layers of networks(task)) models.push(await trained(layers, task, { dtype }));
      const model = await ensembleOf(models, { weights });
      expectClose(await model.predict(others), await meanOf(models, weights, others), tolerance);
      // The same rows one at a time, by the kernels for few rows.
      const predictor = model.predictor();
      const row = new Float64Array(features).fill(0.5);
      const one = models.map((each) => each.predictor().run(row));
      const mean = Float64Array.from(one[0]!, (_, i) =>
        one.reduce((sum, y, k) => sum + weights[k]! * y[i]!, 0),
      );
      expectClose(predictor.run(row), mean, tolerance);
      // Normalisation and scales are folded within the members as they are in them alone; only what stands first stays.
      const calls = namesOf(memories.get(model)!.workspace!.finalPlan("predict", 200));
      expect(calls.filter((name) => /^(batchNorm|scale)/.test(name))).toEqual(["batchNorm.inference"]);
      for (const each of models) {
        await each.close();
      }
    },
  );

  it("is the same to the bit in 1, 2 and 3 threads, on the engine js, and when it has been saved", async () => {
    const models = await twoOf(task);
    const one = await ensembleOf(models, { threads: 1 });
    const expected = await one.predict(others);
    const evaluation = await one.evaluate(others);
    const bytes = one.toBytes();
    for (const options of [{ threads: 2 }, { threads: 3 }, { engine: "js" }] as const) {
      const same = await ensembleOf(models, options);
      expectSameBits(await same.predict(others), expected, JSON.stringify(options));
      expect(await same.evaluate(others)).toEqual(evaluation);
      expect(same.toBytes()).toEqual(bytes);
      const copy = await loadModel(bytes, options);
      expectSameBits(await copy.predict(others), expected, JSON.stringify(options));
      expect(await copy.evaluate(others)).toEqual(evaluation);
      expect(copy.toBytes()).toEqual(bytes);
      await Promise.all([same.close(), copy.close()]);
    }
  });
});

describe("an ensemble's evaluation", () => {
  it("has the loss of its predictions, and no penalty", async () => {
    const l2 = { weightRegularizer: new L2Regularizer(0.1) };
    const make = (units: number) => [
      new Dense(units, { activation: "relu", ...l2 }),
      new Dense(3, { activation: "softmax", ...l2 }),
    ];
    const models = [await trained(make(4), "classes"), await trained(make(5), "classes")];
    const model = await ensembleOf(models);
    const samples = samplesOf("classes", 50, 3);
    const { loss, cost, accuracy, logLoss } = (await model.evaluate(samples)) as unknown as Record<
      string,
      number
    >;
    expect(cost).toBe(loss);
    expect(loss).toBeCloseTo(logLoss!, 6);
    expect(accuracy).toBeGreaterThan(0.3);
  });

  it("with a temperature has p^(1/T) / Σ p^(1/T) of the mean", async () => {
    const models = await twoOf("classes", { dtype: "float64" });
    const samples = samplesOf("classes", 40, 3);
    const mean = await meanOf(models, [0.5, 0.5], samples);
    for (const temperature of [0.25, 1, 3]) {
      const p = await (await ensembleOf(models, { temperature })).predict(samples);
      const powers = mean.map((m) => m ** (1 / temperature));
      const expected = powers.map((power, i) => {
        const row = powers.subarray(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3);
        return power / row.reduce((a, b) => a + b);
      });
      expectClose(p, expected, 1e-12);
    }
    const flags = await twoOf("flags", { dtype: "float64" });
    const of = samplesOf("flags", 40, 3);
    const m = await meanOf(flags, [0.5, 0.5], of);
    const p = await (await ensembleOf(flags, { temperature: 2 })).predict(of);
    expectClose(
      p,
      m.map((each) => Math.sqrt(each) / (Math.sqrt(each) + Math.sqrt(1 - each))),
      1e-12,
    );
  });

  it("takes columns apart by permutation", async () => {
    const model = await ensembleOf(await twoOf("numbers"));
    const { columns } = await permutationImportance(model, samplesOf("numbers", 80, 4), { repeats: 2 });
    expect(columns.length).toBe(features);
    expect(columns[0]!.loss.mean).toBeGreaterThan(0);
  });
});

describe("an ensemble's tensors", () => {
  it("are named by member and layer, in the order of the members", async () => {
    const model = await ensembleOf(await twoOf("classes"));
    const own = model.tensors().map(({ name }) => name);
    expect(own).toEqual([
      ...["ensemble1.0.scale1.scale", "ensemble1.0.dense1.weight", "ensemble1.0.dense1.bias"],
      ...["ensemble1.0.scale2.scale", "ensemble1.0.dense2.weight", "ensemble1.0.dense2.bias"],
      ...["ensemble1.0.dense3.weight", "ensemble1.0.dense3.bias"],
      ...["gamma", "beta", "movingMean", "movingVariance"].map((name) => `ensemble1.1.batchnorm1.${name}`),
      ...["ensemble1.1.dense1.weight", "ensemble1.1.dense1.bias"],
      ...["gamma", "beta", "movingMean", "movingVariance"].map((name) => `ensemble1.1.batchnorm2.${name}`),
      ...["ensemble1.1.dense2.weight", "ensemble1.1.dense2.bias", "standardize.mean", "standardize.std"],
    ]);
    expect([...decodeSafetensors(model.toBytes(), "file").tensors.keys()]).toEqual(own);
  });

  it("are the members' own, of which the hash is made; the optimizer has none", async () => {
    const models = await twoOf("numbers");
    const model = await ensembleOf(models);
    const members = models.map((each) =>
      each.tensors().filter(({ name }) => !/^(optimizer|standardize)/.test(name)),
    );
    const all = members.flat();
    expect(model.tensors().slice(0, all.length)).toEqual(
      members.flatMap((tensors, k) =>
        tensors.map((each) => ({ ...each, name: `ensemble1.${k}.${each.name}` })),
      ),
    );
    const bytes = Buffer.concat(
      all.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    );
    expect(await model.weightsSha256()).toBe(await sha256(new Uint8Array(bytes)));
    const sizes = (of: Model) => of.summary(features).map(({ parameters, states }) => [parameters, states]);
    expect(model.summary(features)).toEqual([
      {
        ...{ name: "ensemble1", inputs: features, outputs: 2 },
        parameters: models.flatMap(sizes).reduce((sum, [parameters]) => sum + parameters!, 0),
        states: models.flatMap(sizes).reduce((sum, [, states]) => sum + states!, 0),
      },
    ]);
  });

  it("can be loaded by name, in a model that has not been built", async () => {
    const make = () => [new Ensemble([[new Dense(2)], [new Dense(3), new Dense(2)]])];
    const built = await new Model(make(), { seed: 3 }).build(4);
    const other = new Model(make());
    await other.load(built.tensors());
    expect(await other.weightsSha256()).toBe(await built.weightsSha256());
    const missing = built.tensors().filter(({ name }) => name !== "ensemble1.1.dense2.bias");
    await expect(other.load(missing)).rejects.toThrow("Model.load: ensemble1.1.dense2.bias is missing.");
  });

  it("outlive the memory", async () => {
    const model = await ensembleOf(await twoOf("flags"));
    const bytes = model.toBytes();
    const samples = samplesOf("flags", 9, 2);
    const before = await model.predict(samples);
    await model.close();
    expect(model.toBytes()).toEqual(bytes);
    expectSameBits(await model.predict(samples), before);
  });
});

describe("an ensemble's training", () => {
  const why =
    "ensemble1 is not trained: its members are trained one by one, each in a Model of its own. " +
    "Train those, then take ensembleOf(models).";

  it("is refused before anything starts", async () => {
    const model = await ensembleOf(await twoOf("classes"));
    const bytes = model.toBytes();
    let started = false;
    const callbacks = [
      {
        onBegin: () => {
          started = true;
        },
      },
    ];
    await expect(model.fit(samplesOf("classes"), { epochs: 1, callbacks })).rejects.toThrow(
      new ConfigError(`Model.fit: ${why}`),
    );
    expect(started).toBe(false);
    expect(model.toBytes()).toEqual(bytes);
    const mixed = new Model([new Dense(3), new Ensemble([[new Dense(2)]])]).compile({
      ...{ loss: new MeanSquaredErrorLoss(), optimizer: new AdamOptimizer() },
    });
    await expect(mixed.fit(samplesOf("numbers"))).rejects.toThrow(new ConfigError(`Model.fit: ${why}`));
    expect(await mixed.evaluate(samplesOf("numbers"))).toHaveProperty("loss");
  });

  it("is refused to the gradient check", async () => {
    const check = checkGradients({
      ...{ layers: [new Ensemble([[new Dense(2)]])], loss: new MeanSquaredErrorLoss() },
    });
    await expect(check).rejects.toThrow(new ConfigError(`checkGradients: ${why}`));
  });

  it("takes the members' layers, which are then no others'", () => {
    const dense = new Dense(2);
    const twice = () => new Model([new Ensemble([[dense], [dense]])]);
    expect(twice).toThrow("Model: ensemble1.1.dense1 is the same object as ensemble1.0.dense1.");
    new Model([new Ensemble([[dense]])]);
    expect(() => new Model([dense])).toThrow("Model: dense1 belongs to another model");
    expect(() => new Model([new Ensemble([[dense]])])).toThrow(
      "Model: ensemble1.0.dense1 belongs to another",
    );
  });
});

describe("an ensemble of a table's models", () => {
  it("answers rows by the columns' names, and keeps preprocessing and names in its file", async () => {
    const random = new Random(1, "rows");
    const rows = Array.from({ length: 80 }, () => {
      const [age, city] = [random.below(80), ["Bern", "Oslo", "Rome"][random.below(3)]!];
      return { age, city, kind: age > 40 === (city === "Bern") ? "a" : "b" };
    });
    const data = { target: "kind", task: "classes", epochs: 2, validation: 0, members: 1 } as const;
    const models = [];
    for (const seed of [1, 2, 3]) models.push(await train({ ...data, data: rows, seed }));
    const model = await ensembleOf(models, { weights: [0.5, 0.25, 0.25] });
    const [answer] = await model.predict([{ age: 30, city: "Oslo" }]);
    const each = await Promise.all(models.map((one) => one.predict([{ age: 30, city: "Oslo" }])));
    const expected = [0.5, 0.25, 0.25].reduce((sum, w, k) => sum + w * each[k]![0]!.probabilities.a!, 0);
    expect(answer!.probabilities.a).toBeCloseTo(expected, 6);
    expect(model.classNames).toEqual(["a", "b"]);
    const copy = await loadModel(model.toBytes());
    expect(await copy.predict([{ age: 30, city: "Oslo" }])).toEqual([answer]);
    expect(await copy.evaluate(rows)).toEqual(await model.evaluate(rows));
    const others = rows.map((row) => ({ ...row, age: row.age + 1 }));
    const apart = await train({ ...data, data: others });
    await expect(ensembleOf([models[0]!, apart])).rejects.toThrow(
      new ConfigError(
        "ensembleOf: models 0 and 1 differ in preprocessing. Prepare the data once, and train all of them on it.",
      ),
    );
  });
});

describe("ensembleOf", () => {
  const dense = async (options?: ModelOptions, units = 2, inputs = 3) =>
    await new Model([new Dense(units)], options).build(inputs);
  const softmax = async () => await new Model([new Dense(2, { activation: "softmax" })]).build(3);

  it("puts the layer behind it that its members end with, and leaves them as they are", async () => {
    const kinds = (model: Model) => model.layers.map(([name]) => name);
    const models = [await softmax(), await softmax()];
    const before = models.map((model) => model.toBytes());
    expect(kinds(await ensembleOf(models))).toEqual(["ensemble1", "softmax1"]);
    expect(models.map((model) => model.toBytes())).toEqual(before);
    const flags = await new Model([new Dense(2), new Sigmoid()]).build(3);
    expect(kinds(await ensembleOf([flags]))).toEqual(["ensemble1", "sigmoid1"]);
    expect(kinds(await ensembleOf([await dense()]))).toEqual(["ensemble1"]);
    const classes = await new Model([new Dense(2), new Softmax()]).build(3);
    expect(kinds(await ensembleOf([classes, await softmax()]))).toEqual(["ensemble1", "softmax1"]);
  });

  it("takes from the others what a model made by hand does not know", async () => {
    const [known] = await twoOf("classes");
    const constant = await new Model([new Dense(3, { activation: "softmax" })]).build(features);
    const { mean, std } = known!.standardization!;
    await constant.load([
      { name: "dense1.weight", shape: [features, 3], data: new Float32Array(features * 3) },
      { name: "dense1.bias", shape: [3], data: Float32Array.of(1, 0, 0) },
      { name: "standardize.mean", shape: [features], data: mean },
      { name: "standardize.std", shape: [features], data: std },
    ]);
    const model = await ensembleOf([constant, known!]);
    expect(model.standardization).toEqual(known!.standardization);
    await expect(model.predict(new Uint8Array(features))).rejects.toThrow("the model takes numbers");
    await expect(model.evaluate(samplesOf("classes"))).rejects.toThrow("the model is not compiled");
  });

  it("makes layers of one's own by the functions that are given", async () => {
    class Twice extends Dense {
      override describe() {
        return { name: "twice", options: { units: this.units } };
      }
    }
    const model = await new Model([new Twice(2)]).build(3);
    await expect(ensembleOf([model])).rejects.toThrow('ensembleOf: model 0: layer 0: No layer "twice".');
    const layers = { twice: ({ units }: { units: number }) => new Twice(units) };
    const made = await ensembleOf([model, model], { layers });
    const inputs = Float64Array.of(1, 2, 3);
    expectClose(await made.predict(inputs), await model.predict(inputs), 1e-6);
    expect((await loadModel(made.toBytes(), { layers })).toBytes()).toEqual(made.toBytes());
    await expect(loadModel(made.toBytes())).rejects.toThrow('members[0][0]: No layer "twice".');
  });

  it.each<[string, () => Promise<unknown>, object | undefined, string]>([
    ["no list", dense, undefined, "models is an object, expected an array of at least one Model."],
    [
      "no model",
      async () => [],
      undefined,
      "models is an array of 0, expected an array of at least one Model.",
    ],
    ["another thing", async () => [await dense(), {}], undefined, "model 1 is an object, expected a Model."],
    [
      "a model that is not built",
      async () => [new Model([new Dense(1)])],
      undefined,
      "model 0 is not built. Train, load or build() it first.",
    ],
    [
      "two precisions",
      async () => [await dense(), await dense({ dtype: "float64" })],
      undefined,
      'models 0 and 1 differ in precision: "float32", "float64". Give it models that were made alike.',
    ],
    [
      "other features",
      async () => [await dense(), await dense({}, 2, 4)],
      undefined,
      "differ in features: 3, 4.",
    ],
    ["other outputs", async () => [await dense(), await dense({}, 3)], undefined, "differ in outputs: 2, 3."],
    [
      "another last layer",
      async () => [await softmax(), await dense()],
      undefined,
      'differ in their last layer: "softmax", "another".',
    ],
    [
      "another standardisation",
      async () => [await trained([new Dense(2)], "numbers"), await new Model([new Dense(2)]).build(features)],
      undefined,
      "models 0 and 1 differ in standardisation. " +
        "Train them on inputs that were prepared once, with fit(samples, { standardize: false }).",
    ],
    [
      "another option",
      async () => [await dense()],
      { output: "log" },
      'there is no option "output". There are: weights, temperature, engine, threads, layers,',
    ],
  ])("refuses %s", async (_, models, options, message) => {
    const made = ensembleOf((await models()) as Model[], options as never);
    await expect(made).rejects.toThrow(ConfigError);
    await expect(made).rejects.toThrow(`ensembleOf: ${message}`.replace(/^ensembleOf: differ/, "differ"));
  });

  it("refuses what the layer refuses: weights, a temperature of numbers, an ensemble of ensembles", async () => {
    const models = [await dense(), await dense()];
    await expect(ensembleOf(models, { weights: [1, 1] })).rejects.toThrow(
      "the weights add up to 2, expected 1.",
    );
    await expect(ensembleOf(models, { temperature: 2 })).rejects.toThrow('output "mean" has none');
    await expect(ensembleOf([await ensembleOf(models)])).rejects.toThrow("member 0 has an ensemble in it");
  });
});

describe("a file of an ensemble", () => {
  let bytes: Uint8Array;
  beforeAll(async () => {
    bytes = (await ensembleOf(await twoOf("classes"), { temperature: 1.5 })).toBytes();
  });

  const open = (change: (layers: { options: Record<string, unknown> }[]) => void) => {
    const content = contentOf(bytes);
    const layers = JSON.parse(content.metadata.architecture!);
    change(layers);
    content.metadata.architecture = JSON.stringify(layers);
    return loadModel(encoded(content), { engine: watchedBackend().backend });
  };

  it("has the members' layers as lists of descriptions, in format 1: a library without the layer refuses its name", async () => {
    const { metadata } = contentOf(bytes);
    expect(metadata.formatVersion).toBe("1");
    const [layer, last] = JSON.parse(metadata.architecture!);
    expect(layer).toMatchObject({
      name: "ensemble",
      options: {
        members: [
          [
            { name: "scale", options: {} },
            {
              name: "dense",
              options: {
                units: 6,
                activation: "selu",
                weightInitializer: new XavierInitializer().describe(),
              },
            },
            { name: "scale", options: {} },
            { name: "dense", options: { activation: "mish" } },
            { name: "dense", options: { units: 3, activation: "softmax" } },
          ],
          [
            { name: "batchnorm" },
            { name: "dense" },
            { name: "batchnorm" },
            { name: "dropout" },
            { name: "dense" },
          ],
        ],
        ...{ weights: [0.5, 0.5], output: "log", temperature: 1.5 },
      },
    });
    expect(last).toEqual({ name: "softmax", options: {} });
  });

  it.each<[string, (options: Record<string, never>) => void, string]>([
    [
      "a member less",
      ({ members }) => void (members as unknown[]).pop(),
      "weights is an array of 2, expected an array of 1",
    ],
    [
      "another member",
      ({ members }) => void Object.assign((members as object[][])[1]![1]!, { options: { units: 9 } }),
      "ensemble1.1.dense1.weight is (7, 6), expected (7, 9).",
    ],
    [
      "more units than any memory has",
      ({ members }) => void Object.assign((members as object[][])[0]![1]!, { options: { units: 2 ** 40 } }),
      "ensemble1.0.dense1.weight is (7, 6), expected (7, 1099511627776).",
    ],
    ["no members", (options) => void delete options.members, "Ensemble: members is undefined"],
    [
      "members that are text",
      (options) => void Object.assign(options, { members: "ab" }),
      'members is "ab", expected',
    ],
    [
      "a temperature of none",
      (options) => void Object.assign(options, { temperature: null }),
      "temperature is null",
    ],
    [
      "an option that there is not",
      (options) => void Object.assign(options, { run: 1 }),
      'there is no option "run".',
    ],
    [
      "members with other outputs",
      ({ members }) => void (members as unknown[][])[0]!.pop(),
      "Ensemble: member 0 ends with mish",
    ],
    [
      "layers without number",
      (options) => {
        const relus = Array(9_999).fill({ name: "relu", options: {} });
        Object.assign(options, { members: [relus, relus], output: "mean", temperature: 1 });
      },
      "its architecture has 20000 layers, expected 10000 at most.",
    ],
  ])("is refused with %s", async (_, change, message) => {
    const opening = open(([layer]) => change(layer!.options as Record<string, never>));
    await expect(opening).rejects.toThrow(FileError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/^The model: /);
  });

  it("is opened or refused by one of our errors, whatever has been changed in it: 400 files", async () => {
    const random = new Random(5, "files");
    const { backend } = watchedBackend(64_000_000);
    const outcomes = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const outcome = await outcomeOf(mutatedFile(bytes, random), backend);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(outcomes.get("a model")).toBeGreaterThan(8);
    expect(outcomes.get("FileError")).toBeGreaterThan(200);
  });
});
