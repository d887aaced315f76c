import { describe, expect, test } from "vitest";
import { drawComparisons, drawMeasured, drawSweeps } from "../../bench/charts.ts";

const timing = (median: number) => ({ min: median, median, mean: median, sd: 0, slices: 9 });
const wasm = timing(0.001);

describe("the charts", () => {
  test("training steps and kernels get one each, with the ratios in it and in words", async () => {
    const charts = await drawMeasured([
      { name: "net3", kind: "training", flops: 1, threads: 1, wasm, js: timing(0.0162) },
      { name: "net3", kind: "training", flops: 1, threads: 2, wasm: timing(0.0005), js: undefined },
      { name: "relu.forward 100x50", kind: "kernel", flops: 1, threads: 1, wasm, js: timing(0.002) },
    ]);
    expect(Object.keys(charts)).toEqual(["training.svg", "kernels.svg"]);
    const training = charts["training.svg"]!;
    expect(training).toMatch(/^<svg role="graphics-document" /);
    expect(training).toContain("<title>Training steps</title>");
    expect(training).toContain(
      "<desc>net3: 1000 steps a second, 16.2× JavaScript's; net3, 2 threads: 2000 steps a second</desc>",
    );
    for (const text of [">net3</text>", ">net3, 2 threads</text>", ">16.2×</text>"])
      expect(training).toContain(text);
    expect(charts["kernels.svg"]).toContain(">relu.forward 100x50</text>");
    expect(Object.keys(await drawMeasured([]))).toEqual([]);
  });

  test("a comparison with the peers has a dot for every ratio", async () => {
    const contender = (id: string, name: string, rates: number[]) => ({
      id,
      introduction: { name, version: "1.0", threads: 2, engine: "BLAS" },
      rates,
    });
    const ours = contender("nnwasm", "nnwasm", [120, 100, 110]);
    const peers = [contender("numpy", "NumPy", [100, 100, 100])];
    const { "peers.svg": svg } = await drawComparisons([
      { title: "net3bn, batch 100", threads: 2, unit: "steps/s", ours, peers, roundTrips: [] },
    ]);
    expect(svg).toContain("<desc>net3bn, batch 100, 2 threads: NumPy (BLAS): 1.10×</desc>");
    expect(svg).toContain(">1.10×</text>");
    expect(svg).toContain(">net3bn, batch 100, 2 threads: NumPy (BLAS)</text>");
    expect(await drawComparisons([])).toEqual({});
  });

  test("a sweep has a curve for every product and precision, and a ring at a dip", async () => {
    const curve = (gflops: number[]) => [
      { product: "multiply" as const, precision: "float32" as const, gflops },
      { product: "multiply" as const, precision: "float64" as const, gflops: [5, 6, 7] },
    ];
    const draw = async (gflops: number[]) =>
      (
        await drawSweeps([{ ladder: "batch of 3072x50", axis: "n", rungs: [1, 2, 4], curves: curve(gflops) }])
      )["sweep-batch-of-3072x50.svg"]!;
    const marks = (svg: string) => svg.match(/aria-roledescription="(line mark|point)"/g)!.length;
    const [smooth, dented] = [await draw([10, 20, 30]), await draw([10, 5, 30])];
    expect(smooth).toContain(
      "<desc>multiply in float32: at most 30.0 GFLOP/s, at 4; multiply in float64: at most 7.00 GFLOP/s, at 4</desc>",
    );
    expect(marks(smooth)).toBe(2 + 6);
    expect(marks(dented)).toBe(2 + 6 + 1);
  });
});
