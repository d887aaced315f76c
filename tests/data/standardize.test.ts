import { describe, expect, it } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend.ts";
import {
  gatherFactors,
  measureBytes,
  measureFloats,
  noStandardization,
  type Standardization,
} from "../../src/data/standardize.ts";
import { Random } from "../../src/random.ts";
import { Region } from "../../src/tensor.ts";
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

function floatsOf(n: number, d: number, values: ArrayLike<number>): Standardization {
  const region = new Region();
  const tensor = region.tensor("float32", n, d);
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

  it("divides a feature that does not vary by 1, though float32 cannot hold it exactly", () => {
    expect([...floatsOf(1000, 1, new Array(1000).fill(0.1)).std]).toEqual([1]);
  });
});

describe("gatherFactors", () => {
  const standardization = { mean: Float64Array.of(0.5, 0.2), std: Float64Array.of(0.25, 1) };

  it("turn a byte into (byte / 255 − mean) / std by one multiplication and one addition", () => {
    const { scale, shift } = gatherFactors(standardization, "uint8");
    expectClose([255 * scale[0]! + shift[0]!, 51 * scale[1]! + shift[1]!], [2, 0]);
  });

  it("turn a float into (float − mean) / std", () => {
    const { scale, shift } = gatherFactors(standardization, "float32");
    expectClose([0.75 * scale[0]! + shift[0]!, 3 * scale[1]! + shift[1]!], [1, 2.8]);
  });

  it("of no standardisation leave floats alone, and divide bytes by 255", () => {
    expect(gatherFactors(noStandardization(2), "float32")).toEqual({
      scale: Float64Array.of(1, 1),
      shift: Float64Array.of(-0, -0),
    });
    expect([...gatherFactors(noStandardization(1), "uint8").scale]).toEqual([1 / 255]);
  });
});
