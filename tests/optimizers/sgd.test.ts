import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { ZerosInitializer } from "../../src/initializers/index.ts";
import { optimizers, SGDOptimizer } from "../../src/optimizers/index.ts";
import { type Call, recorder } from "../../src/plan/plan.ts";
import { ConstantSchedule, LRCyclingSchedule } from "../../src/schedules/index.ts";
import { Region } from "../../src/tensor.ts";
import { valuesOf } from "../helpers/plans.ts";

it("SGDOptimizer writes down one update of the parameter, with the rate of the moment", () => {
  const region = new Region();
  const [value, grad] = [region.tensor("float32", 2, 3), region.tensor("float32", 2, 3)];
  const rate = { value: 0 };
  const calls: Call[] = [];
  const parameter = {
    name: "dense1.weight",
    shape: [2, 3],
    value,
    grad,
    initializer: new ZerosInitializer(),
  };
  new SGDOptimizer().update(recorder(calls), parameter, rate);
  expect(calls).toEqual([
    { family: "sgd", name: "update", args: { w: value, dw: grad, learningRate: rate } },
  ]);
  const args = valuesOf(calls[0]!);
  expect([args[0] === value, args[1] === grad, args[2] === rate]).toEqual([true, true, true]);
});

it("SGDOptimizer takes a schedule, or a number for a constant rate", () => {
  const schedule = new LRCyclingSchedule({ stepSize: 10 });
  expect(new SGDOptimizer({ schedule }).schedule).toBe(schedule);
  expect(new SGDOptimizer({ schedule: 0.5 }).schedule).toEqual(new ConstantSchedule(0.5));
  expect(new SGDOptimizer().schedule).toEqual(new ConstantSchedule(0.01));
  expect(() => new SGDOptimizer({ schedule: NaN })).toThrow(
    new ConfigError("ConstantSchedule: the learning rate is NaN, expected a finite number ≥ 0."),
  );
});

it("the optimizers are made from their options, by name", () => {
  const schedule = new ConstantSchedule(0.1);
  expect(Object.keys(optimizers)[0]).toBe("sgd");
  expect(optimizers.sgd.create({ schedule })).toEqual(new SGDOptimizer({ schedule }));
});
