import { describe, expect, test } from "vitest";
import { cases, flopsOfStep, LOSS_TOLERANCE, makeData, TrainingContest } from "../../bench/training.bench.ts";

describe("training steps of the benchmark", () => {
  // 10 batches of 50: 15 steps see a second order of the samples.
  const contest = new TrainingContest(makeData(500));

  test.each(cases.filter(({ name }) => name !== "wide"))(
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

  test("both contenders are timed by turns, a slice each", async () => {
    const effort = { warmUp: 0.001, slice: 0.002, slices: 3, limit: 1 };
    const [wasm, js] = await contest.measure({ ...cases[3]!, batchSize: 50 }, effort, 2);
    for (const { min, median, slices } of [wasm, js]) {
      expect(slices).toBe(3);
      expect(min).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(min);
    }
  });

  test("a step's operations are counted by hand", () => {
    // 2 · 100 · (2 · 3072 · 50 + 3 · 50 · 50 + 3 · 50 · 10)
    expect(flopsOfStep(cases[0]!)).toBe(63_240_000);
    expect(cases.map(({ name }) => name)).toEqual(["net3", "net3bn", "net9", "net9bn", "wide"]);
  });
});
