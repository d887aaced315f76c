import { expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { CategoricalCrossEntropyLoss, losses } from "../../src/losses/index.ts";
import { Region } from "../../src/tensor.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { lossOf } from "../helpers/losses.ts";

it("CategoricalCrossEntropyLoss gives the batch's sum of −log p, and the gradient of its mean", async () => {
  const region = new Region();
  const [loss, labels] = [region.tensor("float64", 1, 1), region.tensor("uint8", 2, 1)];
  const [dz, z] = [region.tensor("float64", 2, 3), region.tensor("float64", 2, 3)];
  const { buffer, base, kernels } = await referenceBackend().open(region.bytes, "float64");
  region.bind(buffer, base);
  // Probabilities (¼, ¼, ½) and (⅓, ⅓, ⅓).
  z.data.set([0, 0, Math.log(2), 5, 5, 5]);
  labels.data.set([2, 0]);
  const { outputKind } = new CategoricalCrossEntropyLoss();
  new CategoricalCrossEntropyLoss().forward(kernels, loss, dz, z, labels);
  expectClose(loss.data, [Math.log(2) + Math.log(3)]);
  expectClose(dz.data, [1 / 8, 1 / 8, -1 / 4, -1 / 3, 1 / 6, 1 / 6]);
  expect(outputKind).toBe("softmax");
});

// Probabilities (¼, ¼, ½) and (⅓, ⅓, ⅓).
const inputs = {
  z: [
    [0, 0, Math.log(2)],
    [5, 5, 5],
  ],
  targets: [[2], [0]],
};

it("smooths labels: ε is spread over all classes", async () => {
  const { sum, dz } = await lossOf(new CategoricalCrossEntropyLoss({ labelSmoothing: 0.3 }), inputs);
  // Shares (0.1, 0.1, 0.8) and (0.8, 0.1, 0.1).
  expectClose([sum], [0.2 * Math.log(4) + 0.8 * Math.log(2) + Math.log(3)]);
  expectClose(dz, [0.15 / 2, 0.15 / 2, -0.3 / 2, (1 / 3 - 0.8) / 2, (1 / 3 - 0.1) / 2, (1 / 3 - 0.1) / 2]);
});

it("weighs samples, and divides by the sum of weights", async () => {
  const { sum, dz } = await lossOf(new CategoricalCrossEntropyLoss(), { ...inputs, weights: [3, 1] });
  expectClose([sum], [3 * Math.log(2) + Math.log(3)]);
  expectClose(dz, [3 / 16, 3 / 16, -3 / 8, -1 / 6, 1 / 12, 1 / 12]);
  const { sum: none } = await lossOf(new CategoricalCrossEntropyLoss(), { ...inputs, weights: [0, 0] });
  expect(none).toBe(0);
});

it("describes itself, and takes classes", () => {
  const loss = new CategoricalCrossEntropyLoss({ labelSmoothing: 0.1 });
  expect(loss.describe()).toEqual({ name: "categoricalCrossEntropy", options: { labelSmoothing: 0.1 } });
  expect(losses.categoricalCrossEntropy.create({ labelSmoothing: 0.1 })).toEqual(loss);
  expect(loss.targets).toEqual(["classes"]);
});

it.each([1, -0.1, Number.NaN, "0.1", null])("refuses label smoothing of %s", (labelSmoothing) => {
  expect(() => losses.categoricalCrossEntropy.create({ labelSmoothing })).toThrow(
    /CategoricalCrossEntropyLoss: labelSmoothing is .*, expected a number from 0 to below 1/,
  );
});
