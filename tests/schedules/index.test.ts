import { expect, it } from "vitest";
import { ConstantSchedule, LRCyclingSchedule, schedules } from "../../src/schedules/index.ts";

it("the schedules are made from the command line's settings, by name", () => {
  const settings = { etaMin: 0.001, etaMax: 0.1, stepSize: 450 };
  expect(Object.keys(schedules).slice(0, 2)).toEqual(["cyclic", "constant"]);
  expect(schedules.cyclic.create(settings)).toEqual(new LRCyclingSchedule(settings));
  expect(schedules.constant.create(settings)).toEqual(new ConstantSchedule(0.1));
});
