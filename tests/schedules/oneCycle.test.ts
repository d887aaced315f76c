import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { OneCycleSchedule } from "../../src/schedules/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

/*
PyTorch's OneCycleLR (torch/optim/lr_scheduler.py) without its optimizer:

import math
def one_cycle(max_lr, total, pct=.3, div=25., final=1e4):
    initial = max_lr / div
    phases = [(float(pct * total) - 1, initial, max_lr), (total - 1, max_lr, initial / final)]
    for step in range(total):
        start = 0
        for i, (end, a, b) in enumerate(phases):
            if step <= end or i == 1:
                p = (step - start) / (end - start)
                yield b + (a - b) / 2.0 * (math.cos(math.pi * p) + 1)
                break
            start = end
*/
const ratesOf = (schedule: OneCycleSchedule, count: number) =>
  Array.from({ length: count }, (_, step) => schedule.at(step));

describe("OneCycleSchedule", () => {
  it.each([
    // list(one_cycle(.5, 10))
    [
      { etaMax: 0.5, steps: 10 },
      [
        ...[0.020000000000000018, 0.26, 0.5, 0.47524231600673683, 0.40587282697488153, 0.30563101096814466],
        ...[0.19437098903185537, 0.09412917302511849, 0.024759683993263143, 2e-6],
      ],
    ],
    // list(one_cycle(.1, 7, .45, 10, 100))
    [
      { steps: 7, riseShare: 0.45, startDivisor: 10, finalDivisor: 100 },
      [
        ...[0.009999999999999995, 0.05007829562299564, 0.09892341449001672, 0.08845907874070114],
        ...[0.053105024958051056, 0.015827171337356186, 0.0001],
      ],
    ],
    // list(one_cycle(.1, 5, 0))
    [
      { steps: 5, riseShare: 0 },
      [0.0904508879153485, 0.0654509879153485, 0.03454941208465151, 0.009549512084651508, 4e-7],
    ],
  ])("has the rates of PyTorch's OneCycleLR: %j", (options, rates) => {
    expectClose(ratesOf(new OneCycleSchedule(options), options.steps), rates, 1e-15);
  });

  it("has etaMax at a peak at update 0", () => {
    const schedule = new OneCycleSchedule({ etaMax: 1, steps: 10, riseShare: 0.1 });
    expect(schedule.at(0)).toBe(1);
    expect(schedule.at(1)).toBeLessThan(1);
  });

  it("keeps its last rate beyond its last step, and has it at once if that is the only one", () => {
    const schedule = new OneCycleSchedule({ etaMax: 1, steps: 10, startDivisor: 10, finalDivisor: 10 });
    expect([9, 10, 1e9].map((step) => schedule.at(step))).toEqual([0.01, 0.01, 0.01]);
    expect(new OneCycleSchedule({ etaMax: 1, steps: 1, startDivisor: 1, finalDivisor: 4 }).at(0)).toBe(0.25);
  });

  it("rises to the end if all is the rise", () => {
    const rates = ratesOf(new OneCycleSchedule({ etaMax: 1, steps: 9, riseShare: 1 }), 9);
    expect(rates[8]).toBe(1);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
  });

  it("stays within its rates, whatever its options", () => {
    for (const riseShare of [0, 0.1, 0.3, 0.999, 1]) {
      for (const steps of [1, 2, 3, 10, 777, 12.5]) {
        const rates = ratesOf(new OneCycleSchedule({ etaMax: 2, steps, riseShare }), 800);
        expect(rates.every((rate) => rate >= 2 / 25 / 1e4 && rate <= 2)).toBe(true);
      }
    }
  });

  it.each([
    [{ etaMax: -1, steps: 5 }, "etaMax is -1, expected a finite number ≥ 0."],
    [{ steps: 0 }, "steps is 0, expected a number of updates ≥ 1."],
    [{ steps: 5, riseShare: 1.5 }, "riseShare is 1.5, expected a number from 0 to 1."],
    [{ steps: 5, riseShare: NaN }, "riseShare is NaN, expected a number from 0 to 1."],
    [{ steps: 5, startDivisor: 0.5 }, "startDivisor is 0.5, expected a finite number ≥ 1."],
    [{ steps: 5, finalDivisor: Infinity }, "finalDivisor is Infinity, expected a finite number ≥ 1."],
    [
      { steps: 5, pctStart: 0.3 },
      'there is no option "pctStart". There are: etaMax, steps, riseShare, startDivisor, finalDivisor.',
    ],
    [undefined, "steps is missing, expected a number of updates ≥ 1."],
  ])("refuses %j", (options, message) => {
    expect(() => new OneCycleSchedule(options as never)).toThrow(
      new ConfigError(`OneCycleSchedule: ${message}`),
    );
  });
});
