import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

describe("LRCyclingSchedule", () => {
  it("rises from etaMin to etaMax in stepSize updates, falls back in as many, and begins again", () => {
    const schedule = new LRCyclingSchedule({ etaMin: 1, etaMax: 9, stepSize: 4 });
    const rates = Array.from({ length: 20 }, (_, step) => schedule.at(step));
    expect(rates).toEqual([1, 3, 5, 7, 9, 7, 5, 3, 1, 3, 5, 7, 9, 7, 5, 3, 1, 3, 5, 7]);
  });

  it("has the paper's rates at the paper's steps", () => {
    // n_s = 5 · 45,000 / 100 = 2,250: an epoch of 450 steps is a fifth of the way up.
    const schedule = new LRCyclingSchedule({ stepSize: 2250 });
    expect([0, 4500, 9000].map((step) => schedule.at(step))).toEqual([1e-5, 1e-5, 1e-5]);
    expect([2250, 6750].map((step) => schedule.at(step))).toEqual([1e-1, 1e-1]);
    expectClose(
      [450, 1125, 2251, 4050].map((step) => schedule.at(step)),
      [1e-5 + 0.09999 / 5, 1e-5 + 0.09999 / 2, 1e-1 - 0.09999 / 2250, 1e-5 + 0.09999 / 5],
      1e-15,
    );
  });

  it("takes a step size that is not an integer: 5 · 45,000 / 128", () => {
    const schedule = new LRCyclingSchedule({ etaMin: 0, etaMax: 1, stepSize: 1757.8125 });
    expectClose([schedule.at(1757), schedule.at(1758)], [1757 / 1757.8125, 2 - 1758 / 1757.8125]);
  });

  it("stays within its rates, wherever the step", () => {
    const schedule = new LRCyclingSchedule({ etaMin: 1e-5, etaMax: 1e-1, stepSize: 37 });
    for (let step = 0; step < 10_000; step++) {
      const rate = schedule.at(step);
      if (!(rate >= 1e-5 && rate <= 1e-1)) expect.fail(`The rate of step ${step} is ${rate}.`);
    }
  });

  it("is constant when both rates are the same", () => {
    const schedule = new LRCyclingSchedule({ etaMin: 0.5, etaMax: 0.5, stepSize: 3 });
    expect([0, 1, 2, 3, 4].map((step) => schedule.at(step))).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });

  it.each([
    [{ etaMin: -1, stepSize: 5 }, "etaMin is -1 and etaMax 0.1, expected 0 ≤ etaMin ≤ etaMax."],
    [{ etaMin: 0.2, stepSize: 5 }, "etaMin is 0.2 and etaMax 0.1, expected 0 ≤ etaMin ≤ etaMax."],
    [
      { etaMax: Infinity, stepSize: 5 },
      "etaMin is 0.00001 and etaMax Infinity, expected 0 ≤ etaMin ≤ etaMax.",
    ],
    [{ etaMax: NaN, stepSize: 5 }, "etaMin is 0.00001 and etaMax NaN, expected 0 ≤ etaMin ≤ etaMax."],
    [{ stepSize: 0 }, "stepSize is 0, expected a number of updates ≥ 1."],
    [{ stepSize: NaN }, "stepSize is NaN, expected a number of updates ≥ 1."],
    [{ stepSize: Infinity }, "stepSize is Infinity, expected a number of updates ≥ 1."],
  ])("refuses %j", (options, message) => {
    expect(() => new LRCyclingSchedule(options)).toThrow(new ConfigError(`LRCyclingSchedule: ${message}`));
  });
});
