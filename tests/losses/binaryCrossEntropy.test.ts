import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { BinaryCrossEntropyLoss, losses } from "../../src/losses/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { lossOf } from "../helpers/losses.ts";

// Probabilities ½, ¾ and ½, ¼.
const inputs = {
  z: [
    [0, Math.log(3)],
    [0, -Math.log(3)],
  ],
  targets: [
    [1, 1],
    [0, 1],
  ],
};
const first = (Math.log(2) + Math.log(4 / 3)) / 2;
const second = (Math.log(2) + Math.log(4)) / 2;

it("BinaryCrossEntropyLoss is the mean of −log p(flag) over outputs, added up over the batch, and the mean's gradient", async () => {
  const { sum, dz } = await lossOf(new BinaryCrossEntropyLoss(), inputs);
  expectClose([sum], [first + second]);
  expectClose(dz, [-1 / 2 / 4, -1 / 4 / 4, 1 / 2 / 4, -3 / 4 / 4]);
});

it("weighs samples, and divides by the sum of weights", async () => {
  const { sum, dz } = await lossOf(new BinaryCrossEntropyLoss(), { ...inputs, weights: [3, 1] });
  expectClose([sum], [3 * first + second]);
  expectClose(dz, [-3 / 2 / 8, -3 / 4 / 8, 1 / 2 / 8, -3 / 4 / 8]);
  const { sum: none } = await lossOf(new BinaryCrossEntropyLoss(), { ...inputs, weights: [0, 0] });
  expect(none).toBe(0);
});

it("is finite for scores of any size: 1000 for a flag that is 0 costs 1000", async () => {
  const { sum, dz } = await lossOf(new BinaryCrossEntropyLoss(), {
    z: [[1000], [-1000]],
    targets: [[0], [0]],
  });
  expectClose([sum], [1000]);
  expectClose(dz, [1 / 2, 0]);
});

it("describes itself, takes flags, stands for a sigmoid, and has no options", () => {
  const loss = new BinaryCrossEntropyLoss();
  expect(loss.describe()).toEqual({ name: "binaryCrossEntropy", options: {} });
  expect(losses.binaryCrossEntropy.create({})).toEqual(loss);
  expect([loss.outputKind, loss.targets]).toEqual(["sigmoid", ["flags"]]);
  expect(() => new BinaryCrossEntropyLoss({ labelSmoothing: 0.1 })).toThrow(ConfigError);
  expect(() => losses.binaryCrossEntropy.create({ delta: 1 })).toThrow(/BinaryCrossEntropyLoss.*delta/);
});
