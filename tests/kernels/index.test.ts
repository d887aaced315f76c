import { expect, it } from "vitest";
import { wasmBackend } from "../../src/backend/index.ts";
import { referenceKernels } from "../../src/kernels/index.ts";

/** ["accuracy.count", …]. */
const names = (kernels: object) =>
  Object.entries(kernels).flatMap(([family, functions]) =>
    Object.keys(functions as object).map((name) => `${family}.${name}`),
  );

it("has a wasm kernel for every definition, and no other", async () => {
  const { kernels } = await wasmBackend().open(0, "float32");
  expect(names(kernels)).toEqual(names(referenceKernels));
});

it("has these kernels", () => {
  expect(names(referenceKernels)).toEqual([
    "accuracy.count",
    "batchNorm.forward",
    "batchNorm.inference",
    "batchNorm.backward",
    "bias.add",
    "bias.columnSums",
    "elementary.exp",
    "elementary.log",
    "firstLayer.pack",
    "firstLayer.unpack",
    "firstLayer.forward",
    "firstLayer.forwardRelu",
    "firstLayer.prepare",
    "firstLayer.beginUpdate",
    "firstLayer.update",
    "gather.batch",
    "gather.labels",
    "l2.penalty",
    "l2.addGradient",
    "matmul.multiply",
    "matmul.multiplyBias",
    "matmul.multiplyBiasRelu",
    "matmul.transposedA",
    "matmul.transposedB",
    "moments.bytes",
    "relu.forward",
    "relu.backward",
    "sgd.update",
    "sgd.updateL2",
    "softmaxCrossEntropy.softmax",
    "softmaxCrossEntropy.forward",
  ]);
});
