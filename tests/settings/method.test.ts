import { describe, expect, it } from "vitest";
import { flagOf } from "../../src/settings/flags.ts";
import { checkTrials, samplerOf } from "../../src/settings/method.ts";

describe("checkTrials", () => {
  const check = (trials: number, named?: (name: string) => string) => () =>
    checkTrials(
      { sampler: "coarse-to-fine", trials },
      samplerOf({ sampler: "coarse-to-fine", samplerOptions: {} }),
      {},
      named,
    );

  it("names options, or what its caller calls them", () => {
    const ends = "99: coarse-to-fine ends after 20. Give more with";
    expect(check(99)).toThrow(`trials ${ends} coarse, fine or rounds, or another sampler.`);
    expect(check(99, flagOf)).toThrow(`--trials ${ends} --coarse, --fine or --rounds, or another --sampler.`);
    expect(check(2e6)).toThrow("2000000 trials, expected at most 1000000. Give less with trials.");
  });
});
