import { describe, expect, test } from "vitest";
import { dips, type Ladder, measureSweep, PRODUCTS, sweepTable } from "../../bench/sweep.ts";

const effort = { slice: 0.0001, passes: 1, mostFlops: Infinity };
const ladder: Ladder = { name: "cubes", axis: "n", rungs: [1, 3, 5, 8], size: (n) => [n, n + 1, n + 2] };

describe("the sweep", () => {
  test("measures every product in either precision at every rung", async () => {
    const sweep = await measureSweep(ladder, effort);
    expect(sweep.rungs).toEqual([1, 3, 5, 8]);
    expect(sweep.curves.map(({ product, precision }) => `${product} ${precision}`)).toEqual([
      ...PRODUCTS.map((product) => `${product} float32`),
      ...PRODUCTS.map((product) => `${product} float64`),
    ]);
    for (const { gflops } of sweep.curves) {
      expect(gflops).toHaveLength(4);
      for (const rate of gflops) expect(rate).toBeGreaterThan(0);
    }
  });

  test("leaves out what is too large for a glance", async () => {
    // 2 · 5 · 6 · 7 operations are the most.
    const { rungs } = await measureSweep(ladder, { ...effort, mostFlops: 420 });
    expect(rungs).toEqual([1, 3, 5]);
  });

  test("a dip is slower than 0.8 of the slower one of its neighbours, and an end is none", () => {
    expect(dips([1, 10, 10, 7.9, 10, 10])).toEqual([3]);
    expect(dips([1, 10, 10, 8, 10, 10])).toEqual([]);
    expect(dips([10, 1])).toEqual([]);
    expect(dips([1, 2, 3, 4, 3, 2])).toEqual([]);
    expect(dips([10, 5, 8, 5, 10])).toEqual([1, 3]);
    expect(dips([])).toEqual([]);
  });

  test("the table marks the dips", () => {
    const curves = [
      { product: "multiply", precision: "float32", gflops: [10, 5, 20] },
      { product: "transposedA", precision: "float64", gflops: [10, 9, 10] },
    ] as const;
    expect(sweepTable({ ladder: "cubes", axis: "n", rungs: [16, 17, 32], curves })).toBe(
      `
cubes, GFLOP/s
n   multiply f32  transposedA f64
16          10.0             10.0
17        ▼ 5.00             9.00
32          20.0             10.0
▼ 1 dip: below 0.8 of the slower one of the neighbours.`.trimStart(),
    );
    expect(sweepTable({ ladder: "cubes", axis: "n", rungs: [1], curves: [] })).toMatch(/\nNo dips\.$/);
  });
});
