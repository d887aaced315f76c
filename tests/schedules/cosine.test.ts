import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { CosineSchedule } from "../../src/schedules/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

describe("CosineSchedule", () => {
  it("falls from etaMax to etaMin along half a cosine", () => {
    // Python: [.01 + (.5 - .01) * (1 + cos(pi * t / 7)) / 2 for t in range(8)]
    const schedule = new CosineSchedule({ etaMin: 0.01, etaMax: 0.5, steps: 7 });
    expectClose(
      Array.from({ length: 8 }, (_, step) => schedule.at(step)),
      [
        ...[0.5, 0.47573737263609267, 0.40775500145538973, 0.309517628819297],
        ...[0.200482371180703, 0.10224499854461029, 0.03426262736390734, 0.01],
      ],
      1e-15,
    );
  });

  it("has etaMin from its last step on", () => {
    const schedule = new CosineSchedule({ steps: 100 });
    expect([0, 100, 101, 1e9].map((step) => schedule.at(step))).toEqual([0.1, 1e-5, 1e-5, 1e-5]);
  });

  it("never rises, and stays within its rates", () => {
    const schedule = new CosineSchedule({ etaMin: 0.001, etaMax: 0.3, steps: 1234.5 });
    for (let step = 0, before = 0.3; step < 1300; step++) {
      const rate = schedule.at(step);
      if (!(rate >= 0.001 && rate <= before)) expect.fail(`The rate of step ${step} is ${rate}.`);
      before = rate;
    }
  });

  it.each([
    [{ etaMin: -1, steps: 5 }, "etaMin is -1 and etaMax 0.1, expected 0 ≤ etaMin ≤ etaMax."],
    [{ etaMin: 0.2, steps: 5 }, "etaMin is 0.2 and etaMax 0.1, expected 0 ≤ etaMin ≤ etaMax."],
    [{ etaMax: "1", steps: 5 }, 'etaMin is 0.00001 and etaMax "1", expected 0 ≤ etaMin ≤ etaMax.'],
    [{ steps: 0 }, "steps is 0, expected a number of updates ≥ 1."],
    [{ steps: NaN }, "steps is NaN, expected a number of updates ≥ 1."],
    [{ stepSize: 9 }, 'there is no option "stepSize". There are: etaMin, etaMax, steps.'],
    [{}, "steps is undefined, expected a number of updates ≥ 1."],
    [undefined, "steps is missing, expected a number of updates ≥ 1."],
  ])("refuses %j", (options, message) => {
    expect(() => new CosineSchedule(options as never)).toThrow(new ConfigError(`CosineSchedule: ${message}`));
  });
});
