import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import {
  gatherFactors,
  measureBytes,
  measureFloats,
  noStandardization,
  type Standardization,
} from "../../src/data/standardize.ts";
import { Random } from "../../src/random.ts";
import { type Precision, Region } from "../../src/tensor.ts";
import { expectClose } from "../helpers/expectNumbers.ts";

async function bytesOf(n: number, d: number, values: ArrayLike<number>, backend = wasmBackend()) {
  const region = new Region();
  const tensor = region.tensor("uint8", n, d);
  const buffers = {
    sums: region.tensor("float64", 1, d),
    squares: region.tensor("float64", 1, d),
    scratch: region.tensor("uint32", 1, 2 * d),
  };
  const { buffer, base, kernels } = await backend.open(region.bytes, "float32");
  region.bind(buffer, base);
  tensor.data.set(values);
  return measureBytes([tensor], buffers, kernels);
}

function floatsOf(
  n: number,
  d: number,
  values: ArrayLike<number>,
  stored: Precision = "float32",
): Standardization {
  const region = new Region();
  const tensor = region.tensor(stored, n, d);
  region.bind(new ArrayBuffer(region.bytes), 0);
  tensor.data.set(values);
  return measureFloats(tensor);
}

/** Mean and deviation (1 if it is 0) of value / unit, by their definitions: two passes in float64. */
function naive(n: number, d: number, values: ArrayLike<number>, unit: number): Standardization {
  const column = (j: number) => Array.from({ length: n }, (_, i) => values[i * d + j]! / unit);
  const average = (numbers: number[]) => numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const mean = Float64Array.from({ length: d }, (_, j) => average(column(j)));
  const deviation = (j: number) => Math.sqrt(average(column(j).map((v) => (v - mean[j]!) ** 2)));
  const std = Float64Array.from({ length: d }, (_, j) => deviation(j) || 1);
  return { mean, std };
}

describe("measureBytes", () => {
  it("gives mean and biased deviation of byte / 255, as worked by hand", async () => {
    // (0, 255), (51, 51), (0, 102): means ½, ⅕, ⅕; deviations ½, 0 → 1, ⅕
    const { mean, std } = await bytesOf(2, 3, [0, 51, 0, 255, 51, 102]);
    expectClose(mean, [0.5, 0.2, 0.2], 1e-15);
    expectClose(std, [0.5, 1, 0.2], 1e-15);
  });

  it.each([
    [1000, 5],
    [70_000, 3],
    [2, 3072],
  ])("agrees with two passes in float64 over (%i, %i) random bytes", async (n, d) => {
    const random = new Random(1, "bytes", n);
    const values = Uint8Array.from({ length: n * d }, () => random.below(256));
    const expected = naive(n, d, values, 255);
    const actual = await bytesOf(n, d, values);
    expectClose(actual.mean, expected.mean, 1e-13, "mean");
    expectClose(actual.std, expected.std, 1e-13, "std");
  });

  it("keeps a deviation that is tiny beside the mean: one byte of 70,000 differs", async () => {
    const n = 70_000;
    const values = new Uint8Array(n).fill(255);
    values[123] = 254;
    const { std } = await bytesOf(n, 1, values);
    // The variance is p · (1 − p) of p = 1 / n.
    expectClose([std[0]! * 255], [Math.sqrt((1 / n) * (1 - 1 / n))], 1e-12);
  });

  it.each([0, 1, 127, 255])("divides a feature that is %i everywhere by 1", async (value) => {
    const { mean, std } = await bytesOf(70_000, 2, new Uint8Array(140_000).fill(value));
    expectClose(mean, [value / 255, value / 255], 1e-15);
    expect([...std]).toEqual([1, 1]);
  });

  it("takes a single sample, whose features do not vary", async () => {
    const { std } = await bytesOf(1, 3, [1, 2, 3]);
    expect([...std]).toEqual([1, 1, 1]);
  });

  it("has the same bits by wasm and by the definition", async () => {
    const random = new Random(1, "bits");
    const values = Uint8Array.from({ length: 3000 }, () => random.below(256));
    expect(await bytesOf(300, 10, values)).toEqual(await bytesOf(300, 10, values, referenceBackend()));
  });
});

describe("measureFloats", () => {
  it("gives mean and biased deviation, as worked by hand", () => {
    const { mean, std } = floatsOf(3, 2, [1, -5, 2, -5, 6, -5]);
    expectClose(mean, [3, -5], 1e-15);
    expectClose(std, [Math.sqrt((4 + 1 + 9) / 3), 1], 1e-15);
  });

  it("agrees with two passes in float64", () => {
    const random = new Random(1, "floats");
    const values = Float32Array.from({ length: 5000 }, () => 1000 + random.normal());
    const expected = naive(1000, 5, values, 1);
    const actual = floatsOf(1000, 5, values);
    expectClose(actual.mean, expected.mean, 1e-13, "mean");
    expectClose(actual.std, expected.std, 1e-13, "std");
  });

  it.each([0.1, 0, -7e-45, 3e38, -1e7])("divides a feature that is %d everywhere by 1", (value) => {
    for (const stored of ["float32", "float64"] as const) {
      const { mean, std } = floatsOf(1000, 1, new Array(1000).fill(value), stored);
      expect([...mean, ...std]).toEqual([stored === "float32" ? Math.fround(value) : value, 1]);
    }
  });

  /** Of −2, −1, 0, 1, 2: deviation √2. */
  const levels = [-2, -1, 0, 1, 2];
  it.each([
    ["float32", 0, 2 ** -149],
    ["float32", 1e7, 1],
    ["float32", -1, 2 ** -23],
    ["float32", 3e38, 2 ** 104],
    ["float32", 0, 1.5e38],
    ["float64", 0, 5e-324],
    ["float64", 1.6e18, 1024],
    ["float64", 1e-300, 1e-310],
    ["float64", 0, 8e307],
    ["float64", -1.7e308, 2 ** 980],
  ] as const)("measures %s values %d + k · %d", (stored, offset, step) => {
    const { mean, std } = floatsOf(
      5,
      1,
      levels.map((k) => offset + k * step),
      stored,
    );
    const centre = stored === "float32" ? Math.fround(offset) : offset;
    expect(Math.abs(mean[0]! - centre)).toBeLessThanOrEqual(2 ** -52 * Math.max(Math.abs(centre), step));
    expectClose([std[0]! / step], [step < 2 ** -1070 ? 1 : Math.SQRT2], 1e-6);
  });

  it("measures some rows of all", () => {
    const region = new Region();
    const tensor = region.tensor("float32", 4, 1);
    region.bind(new ArrayBuffer(region.bytes), 0);
    tensor.data.set([1, 100, 3, -100]);
    expect(measureFloats(tensor, Uint32Array.of(0, 2))).toEqual({
      mean: Float64Array.of(2),
      std: Float64Array.of(1),
    });
  });
});

/** What the gather kernel makes of a float, in float64. */
const standardized = (v: number, j: number, scale: Float64Array, shift: Float64Array) => {
  const second = scale.length / 2 + j;
  return (v * scale[j]! + shift[j]! + shift[second]!) * scale[second]!;
};

describe("gatherFactors", () => {
  const standardization = { mean: Float64Array.of(0.5, 0.2), std: Float64Array.of(0.25, 1) };

  it("turn a byte into (byte / 255 − mean) / std by one multiplication and one addition", () => {
    const { scale, shift } = gatherFactors(standardization, "uint8", "float32");
    expectClose([255 * scale[0]! + shift[0]!, 51 * scale[1]! + shift[1]!], [2, 0]);
  });

  it("turn a float into (float − mean) / std by two additions between two multiplications", () => {
    const { scale, shift } = gatherFactors(standardization, "float32", "float32");
    expectClose([standardized(0.75, 0, scale, shift), standardized(3, 1, scale, shift)], [1, 2.8]);
  });

  it("hold a mean in twice the precision", () => {
    const mean = Float64Array.of(10_000_004.5, 0.1, -(2 ** 24 + 1));
    const { shift } = gatherFactors({ mean, std: new Float64Array(3).fill(1) }, "float32", "float32");
    expect([...shift.subarray(0, 3)]).toEqual([-10_000_004, -Math.fround(0.1), 2 ** 24]);
    expect([...shift.subarray(3)]).toEqual([-0.5, Math.fround(0.1) - 0.1, 1]);
    const float64 = gatherFactors({ mean, std: new Float64Array(3).fill(1) }, "float64", "float64");
    expect([...float64.shift]).toEqual([...mean.map((m) => -m), -0, -0, -0]);
  });

  it.each(["float32", "float64"] as const)("are finite in %s whatever the deviation", (precision) => {
    const { round, smallest, largest } = {
      float32: { round: Math.fround, smallest: 2 ** -149, largest: 3.4028234663852886e38 },
      float64: { round: (v: number) => v, smallest: Number.MIN_VALUE, largest: Number.MAX_VALUE },
    }[precision];
    const std = Float64Array.of(smallest, smallest * 1e5, 1e-39, 1e-20, 1, 1e20, 1e38, largest / 2, 5e-324);
    const mean = new Float64Array(std.length);
    const { scale } = gatherFactors({ mean, std }, precision, precision);
    for (const factor of scale) expect(round(factor)).toSatisfy((v: number) => Number.isFinite(v) && v > 0);
    for (let j = 0; j < std.length - 1; j++) {
      const product = scale[j]! * std[j]! * scale[std.length + j]!;
      expectClose([product], [1], 1e-12);
    }
  });

  it("of no standardisation leave floats alone, to the sign of a zero, and divide bytes by 255", () => {
    const { scale, shift } = gatherFactors(noStandardization(1), "float32", "float32");
    for (const v of [0, -0, 1.5, -2, 2 ** -149, 3e38]) expect(standardized(v, 0, scale, shift)).toBe(v);
    expect([...gatherFactors(noStandardization(1), "uint8", "float32").scale]).toEqual([1 / 255]);
  });
});

describe.each([
  ["wasm", wasmBackend],
  ["js", referenceBackend],
] as const)("float64 values are standardised in float64 on %s", (_name, backend) => {
  it.each([
    ["nanoseconds since 1970, a microsecond apart", 1.76e18, 1024],
    ["neighbours of 1", 1, 2 ** -52],
    ["the smallest numbers", 0, 5e-324],
    ["the largest numbers, close together", 1.7e308, 2 ** 980],
    ["the largest numbers of both signs", 0, 4e307],
  ])("%s", async (_what, offset, step) => {
    const levels = Array.from({ length: 9 }, (_, i) => i - 4);
    const region = new Region();
    const x = region.tensor("float64", 9, 1);
    const values = region.tensor("float64", 9, 1);
    const rows = region.tensor("uint32", 9, 1);
    const scale = region.tensor("float64", 2, 1);
    const shift = region.tensor("float64", 2, 1);
    const { buffer, base, kernels } = await backend().open(region.bytes, "float64");
    region.bind(buffer, base);
    values.data.set(levels.map((k) => offset + k * step));
    rows.data.set(levels.map((_, i) => i));
    const standardization = measureFloats(values);
    const factors = gatherFactors(standardization, "float64", "float64");
    scale.data.set(factors.scale);
    shift.data.set(factors.shift);
    kernels.gather.batch(x, values, rows, scale, shift);
    expectClose(
      x.data,
      levels.map((k) => k / Math.sqrt(20 / 3)),
      // The smallest deviation, √(20 / 3) of the smallest number, is saved as 3 of them.
      step < 2 ** -1070 ? 0.2 : 1e-15,
    );
  });
});
