/** The kernels that plans end up with, whatever activations, dropout and normalisation a network has. */
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { Dense, hiddenActivations, ImageAugmentation, type Layer, Scale } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork, type NetworkOptions } from "../../src/model/network.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { namesOf } from "../helpers/plans.ts";
import { clusters } from "../helpers/samples.ts";

const samples = clusters(120);
const ROWS = 100;

/** The names of the kernels of a training step, of an evaluation, and of predictions for few and for many samples. */
async function plansOf(layers: Layer[]) {
  const created = await Workspace.create(
    {
      layers: new Model(layers).layers,
      loss: new CategoricalCrossEntropyLoss(),
      metrics: [],
      optimizer: new SGDOptimizer(),
      precision: "float32",
      features: samples.features,
      kind: "bytes",
      maxRows: ROWS,
      resident: [samples],
    },
    wasmBackend(),
  );
  const source = created.samples.find(samples)!;
  const names = (kind: "train" | "evaluate" | "predict", n: number) =>
    namesOf(created.finalPlan(kind, n, source));
  return {
    train: names("train", ROWS),
    evaluate: names("evaluate", ROWS),
    one: names("predict", 1),
    many: names("predict", ROWS),
  };
}

const network = (options: Partial<NetworkOptions>) =>
  denseNetwork({ hidden: [7, 5], classes: 4, ...options });

describe.each(hiddenActivations.filter((name) => name !== "linear"))("with %s", (activation) => {
  const forward = activation === "relu" ? "relu.forward" : "activation.forward";
  // A ReLU is fused with the product before it.
  const own = activation === "relu" ? [] : [forward];
  const [first, next] =
    activation === "relu"
      ? ["firstLayer.forwardRelu", "matmul.multiplyBiasRelu"]
      : ["firstLayer.forward", "matmul.multiplyBias"];

  it.each([0, 0.5])(
    "and dropout %d, a step has the first layer's kernels, and the rest fused",
    async (rate) => {
      const dropped = rate > 0 ? ["dropout.apply"] : [];
      const { train } = await plansOf(network({ activation, dropout: rate }));
      expect(train.slice(0, 5 + 2 * (own.length + dropped.length))).toEqual([
        "gather.labels",
        ...[first, ...own, ...dropped],
        ...[next, ...own, ...dropped],
        "matmul.multiplyBias",
        "softmaxCrossEntropy.forward",
      ]);
      expect(train.filter((name) => name === "dropout.apply")).toHaveLength(rate > 0 ? 4 : 0);
      expect(train).toContain("firstLayer.update");
      expect(train).not.toContain("gather.batch");
    },
  );

  it("evaluations and predictions have no dropout", async () => {
    const { evaluate, many, one } = await plansOf(network({ activation, dropout: 0.5 }));
    expect(evaluate.slice(1, -1)).toEqual([first, ...own, next, ...own, "matmul.multiplyBias"]);
    const last = ["matmul.multiplyBias", "softmaxCrossEntropy.softmax"];
    expect(many).toEqual([first, ...own, next, ...own, ...last]);
    const plainFirst = activation === "relu" ? "matmul.multiplyBiasRelu" : "matmul.multiplyBias";
    expect(one).toEqual(["gather.batch", plainFirst, ...own, next, ...own, ...last]);
  });

  it.each(["after", "before"] as const)("predictions fold a normalisation %s it", async (place) => {
    const { train, evaluate, many, one } = await plansOf(
      network({ activation, batchNormalization: place, dropout: 0.5 }),
    );
    expect(train).toContain("firstLayer.update");
    expect(evaluate.filter((name) => name === "batchNorm.inference")).toHaveLength(2);
    for (const plan of [many, one]) {
      expect(plan.filter((name) => name.startsWith("batchNorm") || name.startsWith("dropout"))).toEqual([]);
      expect(plan.filter((name) => name === "activation.forward")).toHaveLength(2 * own.length);
    }
  });
});

it("with augmentation first, a step changes its batch after gathering it, and no evaluation or prediction has it", async () => {
  const layers = (first: readonly Layer[]) => [
    ...first,
    new Dense(7, { activation: "relu" }),
    new Dense(4, { activation: "softmax" }),
  ];
  const shape = [1, 1, samples.features];
  const { train, ...others } = await plansOf(
    layers([new ImageAugmentation({ shape, flip: true, noise: 0.1 })]),
  );
  const { train: _, ...plain } = await plansOf(layers([]));
  const names = train.filter((name) => name.startsWith("augment") || name === "gather.batch");
  expect(names).toEqual(["gather.batch", "augment.move", "augment.noise"]);
  for (const plan of Object.values(others)) {
    expect(plan.filter((name) => name.startsWith("augment"))).toEqual([]);
  }
  expect([others.one.length, others.many.length]).toEqual([plain.one.length, plain.many.length]);
});

describe("with a scale first", () => {
  const layers = () => [
    new Scale(),
    new Dense(7, { activation: "relu" }),
    new Dense(4, { activation: "softmax" }),
  ];

  it("predictions fold it into the product", async () => {
    const { many, one } = await plansOf(layers());
    for (const plan of [many, one]) {
      expect(plan).toEqual([
        "gather.batch",
        "matmul.multiplyBiasRelu",
        "matmul.multiplyBias",
        "softmaxCrossEntropy.softmax",
      ]);
    }
  });

  it("a step gathers its batch, scales it, and makes the gradient by it: no kernel of the first layer's", async () => {
    const { train } = await plansOf(layers());
    expect(train.slice(0, 4)).toEqual([
      "gather.batch",
      "gather.labels",
      "scale.multiply",
      "matmul.multiplyBiasRelu",
    ]);
    expect(train.filter((name) => name === "matmul.transposedB")).toHaveLength(2);
    expect(train.filter((name) => name === "scale.multiply")).toHaveLength(1);
    expect(train.filter((name) => name.startsWith("firstLayer"))).toEqual([]);
  });

  it("between layers, the first layer's kernels stay", async () => {
    const { train, many } = await plansOf([
      new Dense(7, { activation: "gelu" }),
      new Scale(),
      new Dense(4, { activation: "softmax" }),
    ]);
    expect(train).toContain("firstLayer.forward");
    expect(train).toContain("firstLayer.update");
    expect(many).not.toContain("scale.multiply");
  });
});
