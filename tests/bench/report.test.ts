import { describe, expect, test } from "vitest";
import { type Report, toJson, toText } from "../../bench/report.ts";
import { digits, formatTable } from "../../bench/table.ts";

const timing = (median: number) => ({ min: median / 2, median, mean: median, sd: median / 10, slices: 9 });
const report: Report = {
  machine: {
    cpu: "A CPU",
    cores: 2,
    memory: 24,
    platform: "linux-x64",
    node: "20.1.0",
    v8: "11.3",
    vectors: "narrow" as const,
  },
  peak: { width: "narrow", peak: { float32: 60, float64: 30 }, gemm: 54, share: 0.9 },
  measured: [
    { name: "net3", kind: "training", flops: 63_240_000, threads: 1, wasm: timing(0.001), js: timing(0.016) },
    { name: "net3", kind: "training", flops: 63_240_000, threads: 2, wasm: timing(0.0005), js: undefined },
    {
      name: "evaluate net3bn",
      kind: "evaluation",
      flops: 313_200,
      threads: 2,
      wasm: timing(4e-6),
      js: undefined,
    },
    {
      name: "elementary.exp 100x10",
      kind: "kernel",
      flops: undefined,
      threads: 1,
      wasm: timing(2e-6),
      js: timing(9e-6),
    },
  ],
};

describe("report", () => {
  test("the text has the machine, the peak and a table of each kind", () => {
    expect(toText(report)).toBe(
      `
A CPU, 2 cores, 24 GiB, linux-x64, Node 20.1.0 (V8 11.3), narrow vectors

peak of a core in vectors of 128 bits: float32 60.0 GFLOP/s, float64 30.0; 1024³ matrix product 54.0: 90.0% (best of repeats)

training step  engine  threads  steps/s  ms min  median    mean ± sd  GFLOP/s  wasm : js
net3             wasm        1     1000    0.50    1.00  1.00 ± 0.10     63.2      16.0×
                   js        1     62.5    8.00    16.0  16.0 ± 1.60     3.95
net3             wasm        2     2000    0.25    0.50  0.50 ± 0.05      126

evaluation       engine  threads  images/s  µs min  median    mean ± sd  GFLOP/s
evaluate net3bn    wasm        2    250000    2.00    4.00  4.00 ± 0.40     78.3

kernel                 engine  µs min  median    mean ± sd  GFLOP/s  wasm : js
elementary.exp 100x10    wasm    1.00    2.00  2.00 ± 0.20               4.50×
                           js    4.50    9.00  9.00 ± 0.90
`.trim(),
    );
  });

  test("a product above the peak puts the peak in doubt", () => {
    const peak = { width: "wide" as const, peak: { float32: 60, float64: 30 }, gemm: 66, share: 1.1 };
    expect(
      toText({ ...report, peak, measured: [] })
        .split("\n")
        .at(-1),
    ).toBe(
      "peak of a core in vectors of 256 bits: float32 60.0 GFLOP/s, float64 30.0; 1024³ matrix product 66.0: 110% " +
        "(best of repeats). More than the peak: assembly/peak.ts does not reach it here.",
    );
  });

  test("the JSON has an entry for each case and engine", () => {
    const { machine, peak, results } = JSON.parse(toJson(report));
    expect(machine).toEqual(report.machine);
    expect(peak).toEqual(report.peak);
    expect(results).toHaveLength(6);
    expect(results[0]).toEqual({
      case: "net3",
      engine: "wasm",
      threads: 1,
      stepsPerSecond: 1000,
      gflops: 63.24,
      seconds: timing(0.001),
    });
    expect(results[2]).toMatchObject({ case: "net3", engine: "wasm", threads: 2, stepsPerSecond: 2000 });
    expect(results[3]).toEqual({
      case: "evaluate net3bn",
      engine: "wasm",
      threads: 2,
      imagesPerSecond: 250_000,
      gflops: 78.3,
      seconds: timing(4e-6),
    });
    expect(results[5]).toEqual({
      case: "elementary.exp 100x10",
      engine: "js",
      threads: 1,
      stepsPerSecond: 1 / 9e-6,
      seconds: timing(9e-6),
    });
  });

  test("columns are aligned and numbers have three digits", () => {
    expect(
      formatTable(
        ["a", "b"],
        [
          ["long", "1"],
          ["", "22"],
        ],
      ),
    ).toBe("a      b\nlong   1\n      22");
    expect([0.01234, 0.999, 1, 12.34, 123.4, 98765].map(digits)).toEqual([
      "0.01",
      "1.00",
      "1.00",
      "12.3",
      "123",
      "98765",
    ]);
  });
});
