import { expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { Region } from "../../src/tensor.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

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
