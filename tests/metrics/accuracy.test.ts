import { expect, it } from "vitest";
import { referenceBackend } from "../../src/backend/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { Region } from "../../src/tensor.ts";

it("AccuracyMetrics counts the samples whose label has the largest score", async () => {
  const region = new Region();
  const [sum, labels] = [region.tensor("float64", 1, 1), region.tensor("uint8", 3, 1)];
  const scores = region.tensor("float32", 3, 2);
  const { buffer, base, kernels } = await referenceBackend().open(region.bytes, "float32");
  region.bind(buffer, base);
  scores.data.set([1, 2, 4, 3, -1, -2]);
  labels.data.set([1, 1, 0]);
  const accuracy = new AccuracyMetrics();
  accuracy.forward(kernels, sum, scores, labels);
  expect(sum.data[0]).toBe(2);
  expect(accuracy.name).toBe("accuracy");
});
