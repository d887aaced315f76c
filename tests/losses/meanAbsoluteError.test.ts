import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { losses, MeanAbsoluteErrorLoss } from "../../src/losses/index.ts";
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

it("MeanAbsoluteErrorLoss is the mean of sizes over outputs, added up over the batch; its gradient at 0 is 0", async () => {
  const { sum, dz } = await lossOf(new MeanAbsoluteErrorLoss(), inputs);
  expectClose([sum], [(1 + 3) / 2 + (2 + 0) / 2]);
  expectClose(dz, [1 / 4, -1 / 4, 1 / 4, 0]);
});

it("weighs samples, and divides by the sum of weights", async () => {
  const { sum, dz } = await lossOf(new MeanAbsoluteErrorLoss(), { ...inputs, weights: [3, 1] });
  expectClose([sum], [3 * 2 + 1]);
  expectClose(dz, [3 / 8, -3 / 8, 1 / 8, 0]);
  expect(await lossOf(new MeanAbsoluteErrorLoss(), { ...inputs, weights: [0, 0] })).toMatchObject({ sum: 0 });
});

it("describes itself, takes numbers and any last layer, names its kink, and has no options", () => {
  const loss = new MeanAbsoluteErrorLoss();
  expect(loss.describe()).toEqual({ name: "meanAbsoluteError", options: {} });
  expect(losses.meanAbsoluteError.create({})).toEqual(loss);
  expect([loss.outputKind, loss.targets, loss.kinks]).toEqual([undefined, ["numbers"], [0]]);
  expect(() => new MeanAbsoluteErrorLoss({ delta: 1 })).toThrow(ConfigError);
  expect(() => losses.meanAbsoluteError.create({ delta: 1 })).toThrow(/MeanAbsoluteErrorLoss.*delta/);
});
