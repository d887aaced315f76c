/** Metrics that are measured on predictions: what an evaluation and a training say of them, and what is refused. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import type { Kernels } from "../../src/kernels/index.ts";
import { Dense } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { metrics as library, type MetricBatch, TopKMetrics } from "../../src/metrics/index.ts";
import type { MetricTask } from "../../src/metrics/metric.ts";
import { Model } from "../../src/model/model.ts";
import type { AnyMetric } from "../../src/model/totals.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import type { Tensor } from "../../src/tensor.ts";
import { clusters } from "../helpers/samples.ts";

const loss = new CategoricalCrossEntropyLoss();
const optimizer = new SGDOptimizer({ schedule: 0.05 });
const layers = () => [new Dense(8, { activation: "relu" }), new Dense(4, { activation: "softmax" })];
const model = (metrics: readonly AnyMetric[], options = {}) =>
  new Model(layers(), options).compile({ loss, optimizer, metrics });

const ofClasses = Object.values(library)
  .map(({ create }): AnyMetric => create())
  .filter(({ targets }) => targets!.includes("classes"));

/** What collectors say of predictions that were made one sample at a time. */
function byHand(
  metrics: readonly AnyMetric[],
  rows: readonly number[][],
  labels: readonly number[],
  precision = "float32",
) {
  const values = metrics.map((metric): [string, unknown] => {
    const collector = metric.begin!({ targets: "classes", outputs: 4, precision } as MetricTask);
    rows.forEach((row, i) => {
      const targets = Uint8Array.of(labels[i]!);
      const Floats = precision === "float32" ? Float32Array : Float64Array;
      collector.add({ count: 1, predictions: Floats.from(row), targets });
    });
    return [metric.name, collector.result()];
  });
  return Object.fromEntries(values);
}

async function labelsOf(samples: Samples): Promise<number[]> {
  const { count, features } = samples;
  const target = { values: new Uint8Array(count * features), labels: new Uint8Array(count) };
  await samples.read(target);
  return [...target.labels];
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  it("an evaluation measures all metrics of classes on the output layer's probabilities", async () => {
    const samples = clusters(2500, { seed: 3 });
    const trained = model(ofClasses, { dtype });
    await trained.fit(samples.select(Uint32Array.from({ length: 100 }, (_, i) => i)), { epochs: 1 });
    const { loss: _, cost: __, ...measured } = await trained.evaluate(samples);
    const predictions = await trained.predict(samples);
    const rows = Array.from({ length: 2500 }, (_, i) => [...predictions.subarray(4 * i, 4 * i + 4)]);
    expect(measured).toEqual(byHand(ofClasses, rows, await labelsOf(samples), dtype));
    expect(measured.topK).toBe(1);
    expect((measured.confusion as number[][]).flat().reduce((sum, each) => sum + each)).toBe(2500);
  });
});

it("samples that are resident and samples that are read are measured alike, with one thread and with three", async () => {
  const samples = clusters(1300, { seed: 4 });
  const results = [];
  for (const threads of [1, 3]) {
    const trained = model(ofClasses, { threads });
    const { rows } = await trained.fit(samples, { epochs: 1, validation: clusters(50, { seed: 5 }) });
    results.push(
      rows[0]!.train,
      await trained.evaluate(samples.select(Uint32Array.from({ length: 1300 }, (_, i) => i))),
    );
    await trained.close();
  }
  for (const result of results) expect(result).toEqual(results[0]);
});

it("accuracy is counted by its kernel, with and without other metrics; the plan then has no output layer", async () => {
  const samples = clusters(400);
  const [alone, beside] = [model([library.accuracy.create()]), model(ofClasses)];
  const options = { epochs: 2, batchSize: 30 };
  const [a, b] = [await alone.fit(samples, options), await beside.fit(samples, options)];
  expect(a.rows.map(({ train }) => train.accuracy)).toEqual(b.rows.map(({ train }) => train.accuracy));
  expect(a.rows.map(({ train }) => train.loss)).toEqual(b.rows.map(({ train }) => train.loss));
  expect(await alone.weightsSha256()).toBe(await beside.weightsSha256());
});

it("running training metrics are measured on each batch before its update, and change no weight", async () => {
  const samples = clusters(25);
  const batches = [[...Array(10).keys()], [...Array(10).keys()].map((i) => i + 10), [20, 21, 22, 23, 24]];
  const options = { epochs: 1, batchSize: 10, shuffle: false, standardize: false } as const;
  const metrics = ofClasses.filter(({ name }) => name !== "accuracy");
  const running = model(metrics, { dtype: "float64" });
  const { rows } = await running.fit(samples, { ...options, trainingMetrics: "running" });
  const other = await model([], { dtype: "float64" }).build(12);
  const seen: number[][] = [];
  for (const batch of batches.map((each) => samples.select(Uint32Array.from(each)))) {
    const predictions = await other.predict(batch);
    for (let i = 0; i < batch.count; i++) seen.push([...predictions.subarray(4 * i, 4 * i + 4)]);
    await other.fit(batch, options);
  }
  const { loss: _, cost: __, ...measured } = rows[0]!.train;
  expect(measured).toEqual(byHand(metrics, seen, await labelsOf(samples), "float64"));
  expect(await running.weightsSha256()).toBe(await other.weightsSha256());
});

/** The share of samples of which the model is sure. */
const sure = {
  name: "sure" as const,
  begin({ outputs }: MetricTask) {
    let [count, all] = [0, 0];
    return {
      add({ predictions, count: n }: MetricBatch) {
        all += n;
        for (let i = 0; i < n; i++) {
          if (Math.max(...predictions.subarray(i * outputs, (i + 1) * outputs)) > 0.5) count++;
        }
      },
      result: () => ({ share: count / all }).share,
    };
  },
};

/** Right answers, by a kernel. */
const right = {
  name: "right" as const,
  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: Tensor<"uint8">) {
    kernels.accuracy.count(sum, scores, labels);
  },
};

it("metrics of one's own are measured by sums and by collectors, side by side", async () => {
  const samples = clusters(200);
  const own = new Model(layers()).compile({
    ...{ loss, optimizer },
    metrics: [right, sure, library.accuracy.create(), new TopKMetrics({ k: 2, name: "top2" })],
  });
  await own.fit(samples, { epochs: 3 });
  const evaluation = await own.evaluate(samples);
  const sum: number = evaluation.right + evaluation.sure + evaluation.accuracy + evaluation.top2;
  expect(sum).toBeGreaterThan(0);
  expect(evaluation.right).toBe(evaluation.accuracy);
  expect(evaluation.top2).toBeGreaterThanOrEqual(evaluation.right);
  expect(Object.keys(evaluation)).toEqual(["loss", "cost", "right", "sure", "accuracy", "top2"]);
});

describe("compile refuses", () => {
  it.each([
    ["what is no metric", [{}], "metrics[0] is an object, expected a metric, such as new AccuracyMetrics()."],
    ["holes", new Array(1), "metrics[0] is undefined, expected a metric, such as new AccuracyMetrics()."],
    ["a method that is none", [{ ...right, begin: 3 }], "metrics[0] is an object, expected a metric"],
    [
      "no name",
      [{ ...right, name: undefined }],
      "metrics[0]: its name is undefined, expected a text, such as",
    ],
    [
      "the name of another",
      [right, right],
      'metrics[1]: its name is "right", as a metric before is called. Give',
    ],
    [
      "the loss's name",
      [{ ...right, name: "loss" }],
      'metrics[0]: its name is "loss", as every evaluation has a number called. Give it another name.',
    ],
    [
      "unknown targets",
      [{ ...right, targets: ["pictures"] }],
      "metrics[0]: its targets are an array of 1, expected some of classes, numbers, flags.",
    ],
    ["no direction", [{ ...right, better: "up" }], 'metrics[0]: better is "up", expected "more" or "less".'],
  ])("%s", (_, metrics, message) => {
    expect(() => model(metrics as AnyMetric[])).toThrow(`Model.compile: ${message}`);
  });
});

it("a metric for other targets is refused by name before a training and an evaluation, which change nothing", async () => {
  const message =
    "the metric rmse is for numbers, and the samples have classes. " +
    "Compile with metrics for classes: accuracy, topK, precision, precisionMacro, recall, recallMacro, f1, f1Macro, " +
    "rocAuc, logLoss, confusion.";
  const wrong = model([library.rmse.create()]);
  await expect(wrong.fit(clusters(20))).rejects.toThrow(`Model.fit: ${message}`);
  await expect(wrong.evaluate(clusters(20))).rejects.toThrow(`Model.evaluate: ${message}`);
  expect(() => wrong.tensors()).toThrow("the model is not built");
});

it("a metric that refuses the number of classes does so before the first step", async () => {
  const many = new Model([new Dense(5000, { activation: "softmax" })]).compile({
    ...{ loss, optimizer },
    metrics: [library.confusion.create()],
  });
  const samples = samplesFromArrays({ values: [[1], [2]], labels: [0, 1], classes: 2 });
  await expect(many.fit(samples)).rejects.toThrow("a matrix of 5000 classes");
});

it("samples of one class have no ROC AUC, which is NaN; the training goes on", async () => {
  const samples = samplesFromArrays({ values: [[1], [2], [3]], labels: [0, 0, 0], classes: 4 });
  const { rows } = await model([library.rocAuc.create()]).fit(samples, { epochs: 2 });
  expect(rows.map(({ train }) => train.rocAuc)).toEqual([NaN, NaN]);
});
