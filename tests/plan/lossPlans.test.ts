/**
 * The kernels of a training step for every loss, with and without weights, for plain networks, L2, dropout and batch
 * normalisation, by descent and by Adam: the first layer's are always among them.
 */
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { BatchNormalization, Dense, Dropout, type Layer } from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  HuberLoss,
  type Loss,
  losses,
  MeanAbsoluteErrorLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { AdamOptimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { namesOf } from "../helpers/plans.ts";

const COUNT = 30;
const FEATURES = 7;
const values = Uint8Array.from({ length: COUNT * FEATURES }, (_, i) => (37 * i) % 256);
const numbers = Float64Array.from({ length: COUNT * 3 }, (_, i) => (i % 5) - 2);
const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % 3);
const flags = Uint8Array.from({ length: COUNT * 3 }, (_, i) => i % 2);
const weights = Float64Array.from({ length: COUNT }, (_, i) => i % 3);

const classes = { values, labels, features: FEATURES };
const ofNumbers = { values, numbers, outputs: 3, features: FEATURES };
const last = { classes: "softmax", flags: "sigmoid", numbers: "linear" } as const;

/** The loss, its samples, its kernel without weights, and with them. */
const cases: readonly (readonly [Loss, Parameters<typeof samplesFromArrays>[0], string, string])[] = [
  [new CategoricalCrossEntropyLoss(), classes, "softmaxCrossEntropy.forward", "softmaxCrossEntropy.weighted"],
  [
    new CategoricalCrossEntropyLoss({ labelSmoothing: 0.1 }),
    classes,
    "softmaxCrossEntropy.weighted",
    "softmaxCrossEntropy.weighted",
  ],
  [
    new BinaryCrossEntropyLoss(),
    { values, flags, outputs: 3, features: FEATURES },
    "binaryCrossEntropy.forward",
    "binaryCrossEntropy.forward",
  ],
  [new MeanSquaredErrorLoss(), ofNumbers, "regression.squared", "regression.squared"],
  [new MeanAbsoluteErrorLoss(), ofNumbers, "regression.absolute", "regression.absolute"],
  [new HuberLoss({ delta: 0.5 }), ofNumbers, "regression.huber", "regression.huber"],
];

const networks: Readonly<Record<string, (output: "softmax" | "sigmoid" | "linear") => Layer[]>> = {
  plain: (activation) => [new Dense(5, { activation: "relu" }), new Dense(3, { activation })],
  L2: (activation) => {
    const weightRegularizer = new L2Regularizer(0.1);
    return [
      new Dense(5, { activation: "relu", weightRegularizer }),
      new Dense(3, { activation, weightRegularizer }),
    ];
  },
  dropout: (activation) => [
    new Dense(5, { activation: "relu" }),
    new Dropout(0.5),
    new Dense(3, { activation }),
  ],
  BN: (activation) => [
    new Dense(5, { activation: "relu" }),
    new BatchNormalization(),
    new Dense(3, { activation }),
  ],
};

const optimizers = {
  sgd: () => new SGDOptimizer({ schedule: 0.1 }),
  adam: () => new AdamOptimizer({ schedule: 0.01 }),
};

interface Choice {
  readonly network: string;
  readonly optimizer: keyof typeof optimizers;
  readonly weighted: boolean;
  readonly threads: number;
}

async function stepOf(given: (typeof cases)[number], choice: Choice): Promise<string[]> {
  const [loss, options] = given;
  const samples = samplesFromArrays({ ...options, ...(choice.weighted && { weights }) });
  const output = last[loss.targets![0]!];
  const workspace = await Workspace.create(
    {
      layers: new Model(networks[choice.network]!(output)).layers,
      ...{ loss, metrics: [], optimizer: optimizers[choice.optimizer]() },
      ...{ precision: "float32", features: FEATURES, kind: "bytes", maxRows: 8, resident: [samples] },
    },
    Object.assign(referenceBackend(), { threads: choice.threads }),
  );
  return namesOf(workspace.finalPlan("train", 8, workspace.samples.find(samples)!));
}

const choices = Object.keys(networks).flatMap((network) =>
  (["sgd", "adam"] as const).flatMap((optimizer) =>
    [false, true].map((weighted) => ({ network, optimizer, weighted })),
  ),
);

describe.each(cases.map((each) => [JSON.stringify(each[0].describe!()), each] as const))("%s", (_, given) => {
  const [, , unweighted, withWeights] = given;
  it.each(choices)("$network by $optimizer, weighted: $weighted", async (choice) => {
    const { network, optimizer, weighted } = choice;
    for (const threads of [1, 2]) {
      const step = await stepOf(given, { ...choice, threads });
      const count = (name: string) => step.filter((each) => each === name).length;
      // The first layer: on its own kernels, and nothing of it on the others.
      expect(count("firstLayer.forwardRelu")).toBe(1);
      expect(count(optimizer === "sgd" ? "firstLayer.update" : "firstLayer.gradient")).toBe(1);
      expect(count("firstLayer.prepare")).toBe(threads > 1 ? 1 : 0);
      expect(step).not.toContain("gather.batch");
      expect(count("matmul.multiplyBiasRelu")).toBe(0);
      expect(count("matmul.transposedA")).toBe(1);
      // The loss: once, and what it needs.
      expect(count(weighted ? withWeights : unweighted)).toBe(1);
      expect(step.filter((name) => /CrossEntropy|regression/.test(name))).toHaveLength(1);
      expect(count("gather.labels")).toBe(weighted ? 2 : 1);
      // L2 is part of the update; dropout comes forward and backward.
      expect(count("l2.addGradient")).toBe(0);
      expect(count("dropout.apply")).toBe(network === "dropout" ? 2 : 0);
      expect(step.filter((name) => name.startsWith("batchNorm"))).toEqual(
        network === "BN" ? ["batchNorm.forward", "batchNorm.backward"] : [],
      );
      expect(count("adam.update") > 0).toBe(optimizer === "adam");
    }
  });
});

it("every loss is among them", () => {
  expect([...new Set(cases.map(([loss]) => loss.describe!().name))].sort()).toEqual(
    Object.keys(losses).sort(),
  );
});
