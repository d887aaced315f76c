import { expect, test } from "vitest";
import type { KernelCase } from "../../bench/kernelCase.ts";
import { kernels } from "../../bench/kernels.ts";
import { measureGemmShare, peakLoops } from "../../bench/peak.ts";

test("the peak loop does its work in both precisions, and says so if it was cut short", async () => {
  const loop = await peakLoops(1000);
  expect(loop("float32")).toBeGreaterThan(0);
  expect(loop("float64")).toBeGreaterThan(0);
  const short = await peakLoops(1);
  expect(() => short("float64")).toThrow(/^The peak loop's chains add up to .*, expected 14 in each lane\.$/);
});

test("a product's share of the peak is its best rate over the peak's", async () => {
  const product = kernels.find(({ name }) => name === "matmul.multiply 100x50x50") as KernelCase;
  const { peak, gemm, share } = await measureGemmShare(product, 1);
  expect(peak.float32).toBeGreaterThan(0);
  expect(gemm).toBeGreaterThan(0);
  expect(share).toBe(gemm / peak.float32);
});
