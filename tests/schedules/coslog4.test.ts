import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/errors.ts";
import { Coslog4Schedule } from "../../src/schedules/index.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

describe("Coslog4Schedule", () => {
  it("follows the published formula", () => {
    // Python: [0.04 * (.5 - .5 * cos(2 * pi * log2(1 + 15 * t / 60))) for t in (0, 1, 2, 3, 4, 10, 28, 44, 59)]
    const schedule = new Coslog4Schedule({ etaMax: 0.04, steps: 60 });
    expectClose(
      [0, 1, 2, 3, 4, 10, 28, 44, 59].map((step) => schedule.at(step)),
      [
        ...[0, 0.02873418753848243, 0.0372172388172482, 0.012947560169154881, 0, 0.012947560169154868],
        ...[0, 0.037217238817248234, 0.00020344248665758792],
      ],
      1e-15,
    );
  });

  it("is exactly 0 at its start, after each wave and from its end on", () => {
    const schedule = new Coslog4Schedule({ etaMax: 3, steps: 1500 });
    expect([0, 100, 300, 700, 1500, 1501, 1e9].map((step) => schedule.at(step))).toEqual([
      0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it("has four waves that reach etaMax and stay within it", () => {
    const schedule = new Coslog4Schedule({ etaMax: 0.04, steps: 15_000 });
    const highest = [0, 0, 0, 0];
    for (let step = 0; step < 15_000; step++) {
      const rate = schedule.at(step);
      if (!(rate >= 0 && rate <= 0.04)) expect.fail(`The rate of step ${step} is ${rate}.`);
      const wave = Math.floor(Math.log2(1 + step / 1000));
      highest[wave] = Math.max(highest[wave]!, rate);
    }
    expect(Math.min(...highest)).toBeGreaterThan(0.0399999);
  });

  it.each([
    [{ etaMax: -1, steps: 5 }, "etaMax is -1, expected a finite number ≥ 0."],
    [{ etaMax: NaN, steps: 5 }, "etaMax is NaN, expected a finite number ≥ 0."],
    [{ steps: 0.5 }, "steps is 0.5, expected a number of updates ≥ 1."],
    [{ steps: "9" }, 'steps is "9", expected a number of updates ≥ 1.'],
    [{ etaMin: 0, steps: 9 }, 'there is no option "etaMin". There are: etaMax, steps.'],
    [undefined, "steps is missing, expected a number of updates ≥ 1."],
  ])("refuses %j", (options, message) => {
    expect(() => new Coslog4Schedule(options as never)).toThrow(
      new ConfigError(`Coslog4Schedule: ${message}`),
    );
  });
});
