import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import {
  ConstantSchedule,
  CosineSchedule,
  LRCyclingSchedule,
  WarmupSchedule,
} from "../../src/schedules/index.ts";

describe("WarmupSchedule", () => {
  it("rises to the schedule's first rate in equal parts, then begins the schedule", () => {
    const cyclic = new LRCyclingSchedule({ etaMin: 8, etaMax: 16, stepSize: 2 });
    const schedule = new WarmupSchedule({ schedule: cyclic, steps: 3 });
    expect(Array.from({ length: 8 }, (_, step) => schedule.at(step))).toEqual([2, 4, 6, 8, 12, 16, 12, 8]);
    const constant = new WarmupSchedule({ schedule: new ConstantSchedule(1), steps: 1 });
    expect([0, 1, 2].map((step) => constant.at(step))).toEqual([0.5, 1, 1]);
  });

  it("ends with a schedule that is told of the updates that are left", () => {
    const cosine = new CosineSchedule({ etaMin: 0, etaMax: 1, steps: 90 });
    const schedule = new WarmupSchedule({ schedule: cosine, steps: 10 });
    expect([10, 55, 100].map((step) => schedule.at(step))).toEqual([1, 0.5, 0]);
  });

  it("of 0 steps changes nothing", () => {
    const cosine = new CosineSchedule({ steps: 9 });
    const schedule = new WarmupSchedule({ schedule: cosine, steps: 0 });
    for (let step = 0; step < 12; step++) expect(schedule.at(step)).toBe(cosine.at(step));
  });

  const schedule = new ConstantSchedule();
  const missing = "expected a schedule, such as new CosineSchedule({ steps: 900 }).";
  it.each([
    [undefined, `schedule is undefined, ${missing}`],
    [{ schedule: 0.1, steps: 1 }, `schedule is 0.1, ${missing}`],
    [{ schedule, steps: -1 }, "steps is -1, expected an integer ≥ 0."],
    [{ schedule, steps: 1.5 }, "steps is 1.5, expected an integer ≥ 0."],
    [{ schedule }, "steps is undefined, expected an integer ≥ 0."],
    [{ schedule, updates: 3 }, 'there is no option "updates". There are: schedule, steps.'],
  ])("refuses %j", (options, message) => {
    expect(() => new WarmupSchedule(options as never)).toThrow(new ConfigError(`WarmupSchedule: ${message}`));
  });
});
