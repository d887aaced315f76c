import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { losses, MeanSquaredErrorLoss } from "../../src/losses/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { lossOf } from "../helpers/losses.ts";

// Differences 1, −3 and 2, 0.
const inputs = {
  z: [
    [2, -1],
    [4, 5],
  ],
  targets: [
    [1, 2],
    [2, 5],
  ],
};

it("MeanSquaredErrorLoss is the mean of squares over outputs, added up over the batch, and the mean's gradient", async () => {
  const { sum, dz } = await lossOf(new MeanSquaredErrorLoss(), inputs);
  expectClose([sum], [(1 + 9) / 2 + (4 + 0) / 2]);
  expectClose(dz, [2 / 4, -6 / 4, 4 / 4, 0]);
});

it("weighs samples, and divides by the sum of weights", async () => {
  const { sum, dz } = await lossOf(new MeanSquaredErrorLoss(), { ...inputs, weights: [3, 1] });
  expectClose([sum], [3 * 5 + 2]);
  expectClose(dz, [(2 * 3) / 8, (-6 * 3) / 8, 4 / 8, 0]);
  const none = await lossOf(new MeanSquaredErrorLoss(), { ...inputs, weights: [0, 0] });
  expect(none.sum).toBe(0);
  expectClose(none.dz, [0, 0, 0, 0]);
});

it("describes itself, takes numbers and any last layer, and has no options", () => {
  const loss = new MeanSquaredErrorLoss();
  expect(loss.describe()).toEqual({ name: "meanSquaredError", options: {} });
  expect(losses.meanSquaredError.create({})).toEqual(loss);
  expect([loss.outputKind, loss.targets]).toEqual([undefined, ["numbers"]]);
  expect(() => new MeanSquaredErrorLoss({ delta: 1 })).toThrow(ConfigError);
  expect(() => losses.meanSquaredError.create({ delta: 1 })).toThrow(/MeanSquaredErrorLoss.*delta/);
});
