import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { type Call, recorder } from "../../src/plan/plan.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { Region } from "../../src/tensor.ts";
import { valuesOf } from "../helpers/plans.ts";

it("L2Regularizer writes down the penalty and its gradient, with its lambda", () => {
  const region = new Region();
  const [value, grad] = [region.tensor("float32", 2, 3), region.tensor("float32", 2, 3)];
  const penalty = region.tensor("float64", 1, 1);
  const calls: Call[] = [];
  const l2 = new L2Regularizer(0.25);
  l2.penalty(recorder(calls), penalty, value);
  l2.addGradient(recorder(calls), grad, value);
  expect(calls).toEqual([
    { family: "l2", name: "penalty", args: { penalty, w: value, lambda: 0.25 } },
    { family: "l2", name: "addGradient", args: { dw: grad, w: value, lambda: 0.25 } },
  ]);
  expect(valuesOf(calls[1]!)[0]).toBe(grad);
});

it("L2Regularizer has the paper's lambda by default", () => {
  expect(new L2Regularizer().lambda).toBe(0.005);
});

it.each([-0.1, NaN, Infinity])("L2Regularizer refuses lambda %d", (lambda) => {
  expect(() => new L2Regularizer(lambda)).toThrow(
    new ConfigError(`L2Regularizer: lambda is ${lambda}, expected a finite number ≥ 0.`),
  );
});
