import { expect, it } from "vitest";
import {
  ConstantSchedule,
  CosineSchedule,
  Coslog4Schedule,
  LRCyclingSchedule,
  OneCycleSchedule,
  schedules,
} from "../../src/schedules/index.ts";

it("the schedules are made from the command line's settings, by name", () => {
  const settings = { etaMin: 0.001, etaMax: 0.1, stepSize: 450, steps: 900 };
  expect(Object.keys(schedules).slice(0, 2)).toEqual(["cyclic", "constant"]);
  const { etaMin, etaMax, stepSize, steps } = settings;
  expect(schedules.cyclic.create({ etaMin, etaMax, stepSize })).toEqual(
    new LRCyclingSchedule({ etaMin, etaMax, stepSize }),
  );
  expect(schedules.cosine.create({ etaMin, etaMax, steps })).toEqual(
    new CosineSchedule({ etaMin, etaMax, steps }),
  );
  expect(schedules.coslog4.create({ etaMax, steps })).toEqual(new Coslog4Schedule({ etaMax, steps }));
  expect(schedules["one-cycle"].create({ etaMax, steps, riseShare: 0.2 })).toEqual(
    new OneCycleSchedule({ etaMax, steps, riseShare: 0.2 }),
  );
  expect(schedules.constant.create(settings)).toEqual(new ConstantSchedule(0.1));
});
