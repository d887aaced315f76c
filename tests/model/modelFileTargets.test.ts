/** Models of numbers and flags in a file: opened again they evaluate to the same bits, and train on to the same. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  HuberLoss,
  type Loss,
  MeanAbsoluteErrorLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { AccuracyMetrics, R2Metrics, RocAucMetrics } from "../../src/metrics/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork, type NetworkOptions } from "../../src/model/network.ts";
import { loadModel } from "../../src/model/openModel.ts";
import type { AnyMetric } from "../../src/model/totals.ts";
import { AdamOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";

const random = new Random(2, "model file, targets");
const values = Array.from({ length: 50 }, () => [random.normal(), random.normal(), random.normal()]);
const weights = values.map((_, i) => 1 + (i % 3));
const numbers = samplesFromArrays({
  ...{ values, weights, numbers: values.map(([a, b]) => [a! - b!, 2 * b!]) },
  classNames: ["price", "size"],
});
const flags = samplesFromArrays({
  values,
  weights,
  flags: values.map(([a, b, c]) => [a! > 0, b! > c!, c! > 1]),
});
const classes = samplesFromArrays({ values, labels: values.map(([a]) => (a! > 0 ? "up" : "down")) });

const ofNumbers = { outputs: 2 };
const ofFlags = { outputs: 3, outputActivation: "sigmoid" } as const;
const r2 = () => [new R2Metrics()];
const cases: [string, Loss, Partial<NetworkOptions>, () => AnyMetric[], typeof numbers][] = [
  ["meanSquaredError", new MeanSquaredErrorLoss(), ofNumbers, r2, numbers],
  ["meanAbsoluteError", new MeanAbsoluteErrorLoss(), ofNumbers, r2, numbers],
  ["huber", new HuberLoss({ delta: 0.3 }), ofNumbers, r2, numbers],
  [
    "binaryCrossEntropy",
    new BinaryCrossEntropyLoss(),
    ofFlags,
    () => [new AccuracyMetrics(), new RocAucMetrics()],
    flags,
  ],
  [
    "categoricalCrossEntropy, smoothed",
    new CategoricalCrossEntropyLoss({ labelSmoothing: 0.2 }),
    { classes: 2 },
    () => [new AccuracyMetrics()],
    classes,
  ],
];

describe.each(cases)("a model with the loss %s", (_, loss, end, metrics, samples) => {
  it.each(["float32", "float64"] as const)("is the same when it is opened again: %s", async (dtype) => {
    const model = new Model(denseNetwork({ hidden: [6], batchNormalization: "after", ...end }), {
      dtype,
    }).compile({
      ...{ loss, metrics: metrics(), optimizer: new AdamOptimizer({ schedule: 0.01 }) },
    });
    await model.fit(samples, { epochs: 2, batchSize: 16 });
    const opened = await loadModel(model.toBytes());
    expect(await opened.evaluate(samples)).toEqual(await model.evaluate(samples));
    expect(await opened.predict(samples)).toEqual(await model.predict(samples));
    expect(opened.classNames).toEqual(samples.classNames);
    const on = { epochs: 4, initialEpoch: 2, batchSize: 16 };
    const rows = [];
    for (const each of [model, opened])
      rows.push((await each.fit(samples, on)).rows.map(({ train }) => train));
    expect(rows[1]).toEqual(rows[0]);
    expect(await opened.weightsSha256()).toBe(await model.weightsSha256());
  });
});
