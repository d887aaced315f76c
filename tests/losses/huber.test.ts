import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { HuberLoss, losses } from "../../src/losses/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { lossOf } from "../helpers/losses.ts";

// Differences 1, −3 and 2, 0: with δ = 2 the second alone is beyond it, and the third is just at it.
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

it("HuberLoss is half a square up to δ and straight from there on", async () => {
  const { sum, dz } = await lossOf(new HuberLoss({ delta: 2 }), inputs);
  expectClose([sum], [(1 / 2 + 2 * (3 - 1)) / 2 + (2 + 0) / 2]);
  expectClose(dz, [1 / 4, -2 / 4, 2 / 4, 0]);
});

it("has δ = 1 unless another is given", async () => {
  const { sum, dz } = await lossOf(new HuberLoss(), inputs);
  expectClose([sum], [(1 / 2 + 5 / 2) / 2 + 3 / 2 / 2]);
  expectClose(dz, [1 / 4, -1 / 4, 1 / 4, 0]);
});

it("weighs samples, and divides by the sum of weights", async () => {
  const { sum, dz } = await lossOf(new HuberLoss({ delta: 2 }), { ...inputs, weights: [3, 1] });
  expectClose([sum], [3 * 2.25 + 1]);
  expectClose(dz, [3 / 8, -6 / 8, 2 / 8, 0]);
  expect(await lossOf(new HuberLoss(), { ...inputs, weights: [0, 0] })).toMatchObject({ sum: 0 });
});

it("describes itself, takes numbers and any last layer, and names its kinks", () => {
  const loss = new HuberLoss({ delta: 0.5 });
  expect(loss.describe()).toEqual({ name: "huber", options: { delta: 0.5 } });
  expect(new HuberLoss().describe()).toEqual({ name: "huber", options: { delta: 1 } });
  expect(losses.huber.create({ delta: 0.5 })).toEqual(loss);
  expect([loss.outputKind, loss.targets, loss.kinks]).toEqual([undefined, ["numbers"], [-0.5, 0.5]]);
});

it.each([0, -1, Number.NaN, Infinity, 1e-60, 1e60, "1", null])("refuses δ = %s", (delta) => {
  expect(() => losses.huber.create({ delta })).toThrow(ConfigError);
  expect(() => losses.huber.create({ delta })).toThrow(
    /HuberLoss: delta is .*, expected a finite number > 0/,
  );
});

it("refuses an option that it has not", () => {
  expect(() => losses.huber.create({ labelSmoothing: 0.1 })).toThrow(/HuberLoss.*labelSmoothing/);
});
