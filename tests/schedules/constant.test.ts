import { expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { ConstantSchedule } from "../../src/schedules/index.ts";

it("ConstantSchedule has the same rate at every step", () => {
  const schedule = new ConstantSchedule(0.25);
  expect([schedule.at(), schedule.learningRate, new ConstantSchedule().at()]).toEqual([0.25, 0.25, 0.01]);
});

it.each([-0.1, NaN, Infinity])("ConstantSchedule refuses the rate %d", (rate) => {
  expect(() => new ConstantSchedule(rate)).toThrow(
    new ConfigError(`ConstantSchedule: the learning rate is ${rate}, expected a finite number ≥ 0.`),
  );
});
