/** The first layer's kernels serve every optimizer: a training step's plan names them, alone, with L2, with clipping. */
import { describe, expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { AdamOptimizer, type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { everyOptimizer } from "../helpers/optimizers.ts";
import { namesOf } from "../helpers/plans.ts";

/** The kernels of a training step, with the calls of any number of threads. */
async function kernelsOf(optimizer: Optimizer, { l2 = 0, threads = 1 } = {}): Promise<string[]> {
  const model = new Model(denseNetwork({ hidden: [5], classes: 3, l2, batchNormalization: "after" }));
  const backend = Object.assign(referenceBackend(), { threads });
  const workspace = await Workspace.create(
    {
      ...{ layers: model.layers, loss: new CategoricalCrossEntropyLoss(), metrics: [], optimizer },
      ...{ precision: "float32", features: 7, kind: "bytes", maxRows: 4, resident: [] },
    },
    backend,
  );
  return namesOf(workspace.finalPlan("train", 4, workspace.samples.staging("bytes")));
}

describe.each(everyOptimizer)("%s", (what, optimizer) => {
  it.each([0, 0.1])("keeps the first layer's kernels, λ = %d, in one thread and in several", async (l2) => {
    for (const threads of [1, 2]) {
      const kernels = await kernelsOf(optimizer(), { l2, threads });
      const isFused = what === "sgd" || what === "sgd, rate factors";
      expect(kernels).toContain("firstLayer.forwardRelu");
      expect(kernels).toContain(isFused ? "firstLayer.update" : "firstLayer.gradient");
      expect(kernels.includes("firstLayer.prepare")).toBe(threads > 1);
      expect(kernels).not.toContain("gather.batch");
      // Of the second layer only.
      expect(kernels.filter((name) => name === "matmul.transposedA")).toHaveLength(1);
      // Where nothing comes between, the penalty is part of the update.
      expect(kernels.includes("l2.addGradient")).toBe(l2 > 0 && what.includes("clipped"));
    }
  });
});

it("plain descent has the kernels that it always had", async () => {
  expect(await kernelsOf(new SGDOptimizer(), { l2: 0.1 })).toEqual([
    ...["gather.labels", "firstLayer.forwardRelu", "batchNorm.forward", "matmul.multiplyBias"],
    ...["softmaxCrossEntropy.forward", "matmul.transposedA", "bias.columnSums", "matmul.transposedB"],
    ...["batchNorm.backward", "relu.backward", "bias.columnSums"],
    ...["firstLayer.update", "sgd.update", "sgd.update", "sgd.update", "sgd.updateL2", "sgd.update"],
  ]);
});

it("the gradient is clipped, and begun by the other threads, in its packed layout", async () => {
  const optimizer = new AdamOptimizer({ clipNorm: 1 });
  const kernels = await kernelsOf(optimizer, { l2: 0.1, threads: 2 });
  expect(kernels.slice(kernels.indexOf("firstLayer.beginGradient"))).toEqual([
    ...["firstLayer.beginGradient", "matmul.transposedA", "bias.columnSums", "bias.columnSums"],
    ...["l2.addGradient", "firstLayer.gradient", "l2.addGradient", "clip.packedSquares"],
    ...Array.from({ length: 5 }, () => "clip.squares"),
    ...Array.from({ length: 6 }, () => "clip.scale"),
    ...Array.from({ length: 6 }, () => "adam.update"),
  ]);
});
