/** Class weights: what they weigh, how "balanced" counts, that a training goes on with them, and what is refused. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { Dense } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss, type Loss, MeanSquaredErrorLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import type { ClassWeight } from "../../src/model/classWeights.ts";
import type { FitOptions } from "../../src/model/fitOptions.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";

const random = new Random(3, "class weights");
const n = 90;
const values = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
/** 60 of cat, 20 of dog, 10 of owl. */
const names = Array.from({ length: n }, (_, i) => (i % 9 < 6 ? "cat" : i % 9 < 8 ? "dog" : "owl"));
const named = samplesFromArrays({ values, labels: names });
const numbered = samplesFromArrays({
  values,
  labels: names.map((name) => "cat dog owl".split(" ").indexOf(name)),
});
const table = { cat: 0.3, dog: 2, owl: 5 };

const build = (options: ModelOptions = {}) =>
  new Model([new Dense(7, { activation: "relu" }), new Dense(3, { activation: "softmax" })], options).compile(
    {
      loss: new CategoricalCrossEntropyLoss(),
      optimizer: new SGDOptimizer({ schedule: 0.2 }),
      metrics: [new AccuracyMetrics()],
    },
  );

const OPTIONS: FitOptions = { epochs: 3, batchSize: 16 };

async function trained(
  samples: Samples,
  classWeight?: ClassWeight,
  model: ModelOptions = {},
  fit: FitOptions = {},
) {
  const made = build(model);
  const { rows } = await made.fit(samples, { ...OPTIONS, ...fit, classWeight });
  const hash = await made.weightsSha256();
  const { loss, accuracy } = rows.at(-1)!.train as { loss: number; accuracy: number };
  const evaluated = await made.evaluate(samples);
  await made.close();
  return { hash, loss, accuracy, evaluated };
}

describe("class weights", () => {
  it.each(["float32", "float64"] as const)(
    "weigh the training as weights of samples would: %s",
    async (dtype) => {
      const weights = names.map((name) => table[name as keyof typeof table]);
      const byClass = await trained(named, table, { dtype });
      const bySample = await trained(samplesFromArrays({ values, labels: names, weights }), undefined, {
        dtype,
      });
      expect(byClass.hash).toBe(bySample.hash);
      expect(byClass.hash).not.toBe((await trained(named, undefined, { dtype })).hash);
      // Only the training has them.
      expect(byClass.loss).toBe(byClass.evaluated.loss);
      expect(byClass.loss).not.toBe(bySample.loss);
      expect((await trained(numbered, { 0: 0.3, 1: 2, 2: 5 }, { dtype })).hash).toBe(byClass.hash);
    },
  );

  it("multiply the weights of the samples", async () => {
    const own = values.map((_, i) => i % 4);
    const both = own.map((weight, i) => table[names[i] as keyof typeof table] * weight);
    const weighted = (weights: number[]) => samplesFromArrays({ values, labels: names, weights });
    const { hash } = await trained(weighted(own), table);
    expect(hash).toBe((await trained(weighted(both))).hash);
  });

  it("balanced are n / (C · n_c), of the samples that are trained on, and of the classes that have some", async () => {
    const { hash } = await trained(named, "balanced");
    expect(hash).toBe(
      (await trained(named, { cat: 90 / (3 * 60), dog: 90 / (3 * 20), owl: 90 / (3 * 10) })).hash,
    );
    // Two of cat for each dog; no owl.
    const some = Uint32Array.from(names.flatMap((name, i) => (name === "owl" ? [] : [i])));
    const part = named.select(some);
    expect((await trained(part, "balanced")).hash).toBe(
      (await trained(part, { cat: 80 / (2 * 60), dog: 80 / (2 * 20) })).hash,
    );
    // The samples' own weights do not count.
    const weighted = samplesFromArrays({ values, labels: names, weights: values.map((_, i) => i % 5) });
    expect((await trained(weighted, "balanced")).hash).toBe(
      (await trained(weighted, { cat: 0.5, dog: 1.5, owl: 3 })).hash,
    );
  });

  it("leave a class alone that the table does not have, and train on none that weighs 0", async () => {
    expect((await trained(named, { owl: 5 })).hash).toBe(
      (await trained(named, { cat: 1, dog: 1, owl: 5 })).hash,
    );
    expect((await trained(named, {})).hash).toBe((await trained(named, { cat: 1, dog: 1, owl: 1 })).hash);
    const without = await trained(
      named,
      { owl: 0 },
      {},
      { batchSize: n, epochs: 1, trainingMetrics: "running" },
    );
    const rest = named.select(Uint32Array.from(names.flatMap((name, i) => (name === "owl" ? [] : [i]))));
    const model = build();
    await model.build(3);
    await model.load(await standardizedAs(named));
    expect(without.loss).toBeCloseTo((await model.evaluate(rest)).loss, 5);
  });

  it("are in the loss of running metrics, and not in the metrics", async () => {
    const running = { trainingMetrics: "running", batchSize: n, epochs: 1 } as const;
    const weights = names.map((name) => table[name as keyof typeof table]);
    const weighted = samplesFromArrays({ values, labels: names, weights });
    const byClass = await trained(named, table, {}, running);
    const bySample = await trained(weighted, undefined, {}, running);
    const plain = await trained(named, undefined, {}, running);
    expect(byClass.loss).toBe(bySample.loss);
    expect(byClass.accuracy).toBe(plain.accuracy);
    expect(bySample.accuracy).not.toBe(plain.accuracy);
  });

  it("give the same bits on any number of threads, and in JavaScript", async () => {
    const one = await trained(named, table, { threads: 1 });
    for (const threads of [2, 3]) expect((await trained(named, table, { threads })).hash).toBe(one.hash);
    expect((await trained(named, table, { engine: "js" })).hash).toBe(one.hash);
  });

  it("count 300 classes, whose labels have 16 bits", async () => {
    const many = samplesFromArrays({ values, labels: values.map((_, i) => (i % 3) * 140), classes: 300 });
    const model = () =>
      new Model([new Dense(300, { activation: "softmax" })]).compile({
        loss: new CategoricalCrossEntropyLoss({ labelSmoothing: 0.1 }),
        optimizer: new SGDOptimizer({ schedule: 0.2 }),
      });
    const [balanced, plain] = [model(), model()];
    await balanced.fit(many, { ...OPTIONS, classWeight: "balanced" });
    await plain.fit(many, { ...OPTIONS, classWeight: { 0: 1, 140: 1, 280: 1 } });
    // Each has a third of the samples.
    expect(await balanced.weightsSha256()).toBe(await plain.weightsSha256());
  });

  it("are of one fit() alone", async () => {
    const [weighted, plain] = [build(), build()];
    for (const [model, classWeight] of [
      [weighted, table],
      [plain, undefined],
    ] as const) {
      await model.fit(named, { ...OPTIONS, epochs: 1, classWeight });
      await model.load((await trainedTensors)!);
      await model.fit(named, { ...OPTIONS, initialEpoch: 1 });
    }
    expect(await weighted.weightsSha256()).toBe(await plain.weightsSha256());
  });
});

const trainedTensors = (async () => {
  const model = build();
  await model.fit(named, { ...OPTIONS, epochs: 1 });
  return model.tensors();
})();

/** New weights with the standardisation of these samples. */
async function standardizedAs(samples: Samples) {
  const [fresh, trainedOn] = [build(), build()];
  await fresh.build(3);
  await trainedOn.fit(samples, { epochs: 1 });
  const standardization = trainedOn.tensors().filter(({ name }) => name.startsWith("standardize"));
  return [...fresh.tensors(), ...standardization];
}

describe("a training with class weights that is interrupted", () => {
  const interrupted = async (fit: FitOptions): Promise<Uint8Array> => {
    const controller = new AbortController();
    let bytes: Uint8Array | undefined;
    await build().fit(named, {
      ...{ ...OPTIONS, ...fit, signal: controller.signal },
      onStep: ({ epoch, step }) => epoch === 2 && step === 3 && controller.abort(),
      checkpoint: {
        save: (saved) => {
          bytes = saved;
        },
      },
    });
    return bytes!;
  };

  it.each<[string, FitOptions]>([
    ["a table", { classWeight: table }],
    ["balanced, running", { classWeight: "balanced", trainingMetrics: "running" }],
  ])("goes on to the same bits and rows: %s", async (_, fit) => {
    const whole = build();
    const resumed = build({ threads: 2 });
    const history = await whole.fit(named, { ...OPTIONS, ...fit });
    const later = await resumed.fit(named, { ...OPTIONS, ...fit, resume: await interrupted(fit) });
    expect(later.rows.map(({ train }) => train)).toEqual(history.rows.map(({ train }) => train));
    expect(await resumed.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("is refused with others, not with the same in another order", async () => {
    const resume = await interrupted({ classWeight: table });
    const words = "the training was begun with classWeight";
    for (const classWeight of [undefined, "balanced", { ...table, owl: 4 }] as const) {
      await expect(build().fit(named, { ...OPTIONS, classWeight, resume })).rejects.toThrow(words);
    }
    const { owl, dog, cat } = table;
    await build().fit(named, { ...OPTIONS, classWeight: { owl, dog, cat }, resume });
    await expect(
      build().fit(named, { ...OPTIONS, classWeight: table, resume: await interrupted({}) }),
    ).rejects.toThrow(`${words} absent, now it is {`);
  });
});

describe("class weights are refused", () => {
  it.each<[unknown, string]>([
    ["even", 'classWeight is "even", expected "balanced", or weights by class'],
    [[1, 2, 3], "classWeight is an array of 3, expected"],
    [null, "classWeight is null"],
    [new Float64Array(3), "classWeight is a Float64Array"],
    [{ cat: -1 }, 'classWeight of "cat" is -1, expected a finite number ≥ 0'],
    [{ cat: Number.NaN }, 'classWeight of "cat" is NaN'],
    [{ cat: Number.POSITIVE_INFINITY }, 'classWeight of "cat" is Infinity'],
    [{ cat: "2" }, 'classWeight of "cat" is "2"'],
    [{ cow: 2 }, 'there is no class "cow". There are: "cat", "dog", "owl".'],
    [{ 0: 2 }, 'there is no class "0". There are: "cat"'],
    [{ cat: 0, dog: 0, owl: 0 }, "every class that the training samples have weighs 0"],
  ])("%j", async (classWeight, words) => {
    const model = build();
    const fit = model.fit(named, { ...OPTIONS, classWeight: classWeight as ClassWeight });
    await expect(fit).rejects.toThrow(words);
    // The model is as it was.
    await model.fit(named, OPTIONS);
    expect(await model.weightsSha256()).toBe((await trained(named)).hash);
  });

  it.each(["3", "-1", "1.0", "01", " 1", "cat"])("class %j of samples without names", async (name) => {
    await expect(build().fit(numbered, { classWeight: { [name]: 1 } })).rejects.toThrow(
      `there is no class "${name}". There are the numbers from 0 to 2`,
    );
  });

  it("with samples that have no classes, and with a loss that takes no weights", async () => {
    const model = new Model([new Dense(1)]).compile({
      loss: new MeanSquaredErrorLoss(),
      optimizer: new SGDOptimizer(),
    });
    const numbers = samplesFromArrays({ values, numbers: values.map(([a]) => a!) });
    await expect(model.fit(numbers, { classWeight: "balanced" })).rejects.toThrow(
      "classWeight: the samples have numbers, not classes.",
    );
    const inner = new CategoricalCrossEntropyLoss();
    const own: Loss = {
      outputKind: "softmax",
      forward: (kernels, loss, dz, z, targets) => inner.forward(kernels, loss, dz, z, targets),
    };
    const ownModel = new Model([new Dense(3, { activation: "softmax" })]).compile({
      loss: own,
      optimizer: new SGDOptimizer(),
    });
    await expect(ownModel.fit(named, { classWeight: table })).rejects.toThrow(
      "does not say that it takes weights",
    );
  });
});
