import { describe, expect, test } from "vitest";
import { alternate, sliceOf, summarize } from "../../bench/timing.ts";

describe("timing", () => {
  test("a summary has the least, the median, the mean and the sample's standard deviation", () => {
    expect(summarize([4, 1, 3, 2])).toEqual({
      min: 1,
      median: 2.5,
      mean: 2.5,
      sd: Math.sqrt(5 / 3),
      slices: 4,
    });
    expect(summarize([7])).toEqual({ min: 7, median: 7, mean: 7, sd: 0, slices: 1 });
  });

  test("contenders take turns, after a warm-up, and each goes first in every other round", async () => {
    const turns: string[] = [];
    const contender = (name: string) => (seconds: number) => {
      turns.push(`${name} ${seconds}`);
      return seconds;
    };
    const effort = { warmUp: 9, slice: 1, slices: 3, limit: 60 };
    const [a, b] = await alternate([contender("a"), contender("b")], effort);
    expect(turns.join(", ")).toBe("a 9, b 9, a 1, b 1, b 1, a 1, a 1, b 1");
    expect([a.slices, b.slices]).toEqual([3, 3]);
  });

  test("three contenders take turns as well", async () => {
    const turns: string[] = [];
    const contenders = ["a", "b", "c"].map((name) => () => turns.push(name));
    const timings = await alternate(contenders, { warmUp: 0, slice: 0, slices: 2, limit: 60 });
    expect(turns.join("")).toBe("abcabccba");
    expect(timings.map(({ min }) => min)).toEqual([4, 5, 6]);
  });

  test("no slice begins after the limit, once there are three", async () => {
    const effort = { warmUp: 1, slice: 1, slices: 9, limit: 0 };
    const [a] = await alternate([() => 1, () => 2], effort);
    expect(a.slices).toBe(3);
  });

  test("a slice calls at least once and returns the seconds of a call", () => {
    let calls = 0;
    const slice = sliceOf(() => {
      calls++;
    });
    const begin = performance.now();
    const seconds = slice(0.005) as number;
    const elapsed = (performance.now() - begin) / 1000;
    expect(calls).toBeGreaterThanOrEqual(1);
    expect(seconds * calls).toBeGreaterThanOrEqual(0.005);
    expect(seconds * calls).toBeLessThanOrEqual(elapsed);
  });
});
