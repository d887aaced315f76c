/** Models of every kind of targets: they learn, weights count, and what does not suit is refused by name. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { DatasetError } from "../../src/errors.ts";
import { Dense, type Layer } from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  HuberLoss,
  type Loss,
  MeanAbsoluteErrorLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { checkGradients } from "../../src/model/gradientCheck.ts";
import { Model } from "../../src/model/model.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";

const random = new Random(1, "targets");
const n = 60;
const values = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()]);
const numbers = values.map(([a, b]) => [2 * a! - b!, a! + 1]);
const flags = values.map(([a, b]) => [a! > 0, b! > 0.3]);
const labels = values.map(([a]) => (a! > 0 ? "up" : "down"));

const cases: readonly (readonly [string, Loss, Parameters<typeof samplesFromArrays>[0], () => Layer])[] = [
  [
    "classes",
    new CategoricalCrossEntropyLoss(),
    { values, labels },
    () => new Dense(2, { activation: "softmax" }),
  ],
  [
    "classes, smoothed",
    new CategoricalCrossEntropyLoss({ labelSmoothing: 0.1 }),
    { values, labels },
    () => new Dense(2, { activation: "softmax" }),
  ],
  ["flags", new BinaryCrossEntropyLoss(), { values, flags }, () => new Dense(2, { activation: "sigmoid" })],
  ["squared", new MeanSquaredErrorLoss(), { values, numbers }, () => new Dense(2)],
  ["absolute", new MeanAbsoluteErrorLoss(), { values, numbers }, () => new Dense(2)],
  ["huber", new HuberLoss({ delta: 0.5 }), { values, numbers }, () => new Dense(2)],
];

const compiled = (loss: Loss, last: () => Layer, dtype: "float32" | "float64" = "float32") =>
  new Model([new Dense(8, { activation: "relu" }), last()], { dtype }).compile({
    loss,
    optimizer: new SGDOptimizer({ schedule: 0.1 }),
  });

describe.each(cases)("a model with the loss of %s", (_name, loss, options, last) => {
  it("learns, on the kernels of the first layer", async () => {
    const model = compiled(loss, last);
    const { rows } = await model.fit(samplesFromArrays(options), { epochs: 30, batchSize: 16 });
    expect(rows.at(-1)!.train.loss).toBeLessThan(0.75 * rows[0]!.train.loss);
  });

  it("counts a sample of weight 2 as two, and one of weight 0 not at all", async () => {
    const model = compiled(loss, last, "float64");
    const weighted = samplesFromArrays({ ...options, weights: values.map((_, i) => i % 3) });
    const counted = values.flatMap((_, i) => new Array(i % 3).fill(i));
    const twice = samplesFromArrays(options).select(Uint32Array.from(counted));
    await model.build(3);
    const before = await model.evaluate(weighted);
    expect(before.loss).toBeCloseTo((await model.evaluate(twice)).loss, 12);
    const { rows } = await model.fit(weighted, { epochs: 2, batchSize: n, trainingMetrics: "running" });
    expect(rows.every(({ train }) => Number.isFinite(train.loss))).toBe(true);
    const nothing = samplesFromArrays({ ...options, weights: values.map(() => 0) });
    expect((await model.evaluate(nothing)).loss).toBe(0);
    await expect(model.fit(nothing)).rejects.toThrow(
      new DatasetError("Model.fit: every sample weighs 0. Give at least one of them more."),
    );
    const heavy = samplesFromArrays({ ...options, weights: values.map(() => Number.MAX_VALUE) });
    await expect(model.fit(heavy.select(Uint32Array.of(1, 0)))).rejects.toThrow(
      new DatasetError(
        "Model.fit: the weights of the samples add up to Infinity. Divide all of them by a constant.",
      ),
    );
  });

  it.each([false, true])("has the gradients of its cost, weighted: %s", async (weighted) => {
    const layers = [new Dense(4, { activation: "relu" }), last()];
    const check = await checkGradients({ layers, loss, weighted, samples: 9, features: 5 });
    expect(check.passed, `${check.maxRelativeError}`).toBe(true);
    expect(check.kinks.length).toBeLessThan(0.1 * check.compared);
  });
});

it("takes 300 classes, whose labels have 16 bits", async () => {
  const many = samplesFromArrays({ values, labels: values.map((_, i) => i * 5) });
  expect(many.classes).toBe(296);
  const model = compiled(new CategoricalCrossEntropyLoss(), () => new Dense(296, { activation: "softmax" }));
  const { rows } = await model.fit(many, { epochs: 2 });
  expect(rows[1]!.train.loss).toBeLessThan(rows[0]!.train.loss);
});

it("refuses targets that the loss does not take, with the losses that do, and another number of outputs", async () => {
  const model = compiled(new MeanSquaredErrorLoss(), () => new Dense(2));
  await expect(model.fit(samplesFromArrays({ values, labels }))).rejects.toThrow(
    new DatasetError(
      "Model.fit: the samples have classes, and MeanSquaredErrorLoss takes numbers. " +
        "For classes compile with new CategoricalCrossEntropyLoss().",
    ),
  );
  await expect(model.fit(samplesFromArrays({ values, numbers: numbers.map(([a]) => a!) }))).rejects.toThrow(
    "Model.fit: the samples have 1 number, the model has 2 outputs. End it with Dense(1), or give it other samples.",
  );
});

describe("compile", () => {
  const compile = (more: object, layers: Layer[] = [new Dense(2)]) => {
    const inner = new MeanSquaredErrorLoss();
    const forward: Loss["forward"] = (...args) => inner.forward(...args);
    return new Model(layers).compile({
      loss: { outputKind: undefined, targets: ["numbers"], forward, ...more } as Loss,
      optimizer: new SGDOptimizer(),
    });
  };

  it.each<[object, string]>([
    [
      { targets: "numbers" },
      'the loss\'s targets are "numbers", expected an array of some of classes, numbers, flags',
    ],
    [{ targets: [] }, "the loss's targets are an array of 0"],
    [{ targets: ["number"] }, 'the loss\'s targets have "number", expected some of classes, numbers, flags.'],
    [{ targets: [undefined] }, "the loss's targets have undefined"],
    [{ outputKind: 3 }, "the loss's outputKind is 3, expected the kind of a layer"],
    [{ outputKind: "" }, 'the loss\'s outputKind is "", expected the kind of a layer'],
    [{ kinks: 0 }, "the loss's kinks are 0, expected an array of differences"],
    [{ kinks: [0, "1"] }, 'the loss\'s kink 1 is "1", expected a finite number.'],
    [{ kinks: [Number.NaN] }, "the loss's kink 0 is NaN"],
  ])("refuses a loss of one's own with %j", (more, words) => {
    expect(() => compile(more)).toThrow(`Model.compile: ${words}`);
  });

  it("takes one whose targets, kinks and outputKind are right, or absent", () => {
    for (const more of [{}, { kinks: [0, -1] }, { targets: undefined }, { targets: ["numbers", "flags"] }]) {
      expect(() => compile(more)).not.toThrow();
    }
  });

  it("says where a sigmoid must stand: at the end, whatever stands before", () => {
    const loss = new BinaryCrossEntropyLoss();
    const optimizer = new SGDOptimizer();
    expect(() =>
      new Model([new Dense(2, { activation: "sigmoid" }), new Dense(2)]).compile({ loss, optimizer }),
    ).toThrow(
      "Model.compile: the loss needs sigmoid as the last layer, the layers are dense, sigmoid, dense. " +
        'End with new Dense(outputs, { activation: "sigmoid" }).',
    );
    const both = [new Dense(2, { activation: "sigmoid" }), new Dense(2, { activation: "sigmoid" })];
    expect(() => new Model(both).compile({ loss, optimizer })).not.toThrow();
    const early = [new Dense(2, { activation: "softmax" }), new Dense(2, { activation: "sigmoid" })];
    expect(() => new Model(early).compile({ loss, optimizer })).toThrow("softmax");
  });
});
