import { describe, expect, test } from "vitest";
import type { Timing } from "../../bench/timing.ts";
import {
  adamCases,
  cases,
  evaluations,
  flopsOfSample,
  flopsOfStep,
  LOSS_TOLERANCE,
  makeData,
  TrainingContest,
} from "../../bench/training.bench.ts";

describe("training steps of the benchmark", () => {
  // 10 batches of 50: 15 steps see a second order of the samples.
  const contest = new TrainingContest(makeData(500));

  test.each([...cases.filter(({ name }) => name !== "wide"), ...adamCases])(
    "the baseline's losses follow the library's for 15 steps of $name",
    async (each) => {
      const { wasm, js } = await contest.losses({ ...each, batchSize: 50 }, 15);
      expect(wasm).toHaveLength(15);
      expect(js).toHaveLength(15);
      expect(new Set(wasm).size).toBe(15);
      wasm.forEach((loss, i) => {
        expect(Math.abs(js[i]! - loss), `step ${i + 1}`).toBeLessThan(LOSS_TOLERANCE * loss);
      });
    },
  );

  test("a network of another width is not followed", async () => {
    const three = cases[0]!;
    const { wasm } = await contest.losses({ ...three, batchSize: 50 }, 3);
    const { js } = await contest.losses({ ...three, batchSize: 50, widths: [3072, 40, 50, 10] }, 3);
    expect(Math.abs(js[2]! - wasm[2]!)).toBeGreaterThan(LOSS_TOLERANCE * wasm[2]!);
  });

  const effort = { warmUp: 0.001, slice: 0.002, slices: 3, limit: 1 };
  const expectThreeSlices = ({ min, median, slices }: Timing) => {
    expect(slices).toBe(3);
    expect(min).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(min);
  };

  test("both contenders are timed by turns, a slice each", async () => {
    const { wasm, js, team } = await contest.measure({ ...cases[3]!, batchSize: 50 }, effort, 2);
    expectThreeSlices(wasm);
    expectThreeSlices(js);
    expect(team).toBeUndefined();
  });

  test("two threads take their turns, after the same losses, and leave no worker behind", async () => {
    const net3bn = { ...cases[1]!, batchSize: 50 };
    const [one, two] = [await contest.losses(net3bn, 5), await contest.losses(net3bn, 5, 2)];
    expect(two.wasm).toEqual(one.wasm);
    const { team } = await contest.measure(net3bn, effort, 2, 2);
    expectThreeSlices(team!);
    const workers = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort");
    expect(workers()).toEqual([]);
  });

  test("an evaluation is timed in every number of threads", async () => {
    expect(evaluations.map(({ name }) => name)).toEqual(["evaluate net3bn"]);
    const timings = await contest.measureEvaluation(evaluations[0]!, effort, [1, 2]);
    expect(timings).toHaveLength(2);
    for (const timing of timings) expectThreeSlices(timing);
    // 2 · (3072 · 50 + 50 · 50 + 50 · 10)
    expect(flopsOfSample(evaluations[0]!)).toBe(313_200);
  });

  test("a step's operations are counted by hand", () => {
    // 2 · 100 · (2 · 3072 · 50 + 3 · 50 · 50 + 3 · 50 · 10)
    expect(flopsOfStep(cases[0]!)).toBe(63_240_000);
    expect(cases.map(({ name }) => name)).toEqual(["net3", "net3bn", "net9", "net9bn", "wide"]);
  });
});
