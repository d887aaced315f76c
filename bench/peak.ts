/** Measures the share of one core's SIMD peak that a large matrix product reaches, in vectors of the width that is set. */
import { type SimdWidth, simdWidth } from "../src/backend/index.ts";
import { wideBinaries } from "../src/backend/wideBinaries.ts";
import { plain } from "../src/wasm/binaries.generated.ts";
import type { Exports } from "../src/wasm/exports.generated.ts";
import { type KernelCase, prepare } from "./kernelCase.ts";

/** The peak in GFLOP/s, for each precision. */
export interface Peak {
  readonly float32: number;
  readonly float64: number;
}

export interface GemmShare {
  readonly width: SimdWidth;
  readonly peak: Peak;
  /** The best GFLOP/s of the product. */
  readonly gemm: number;
  /** gemm / peak.float32. */
  readonly share: number;
}

/** Rounds of about a millisecond: long compared with the clock's steps, short compared with another program's turn. */
const ROUNDS = 500_000;
/** Runs of the peak loop for every run of the product, which takes longer. */
const RUNS = 5;
const SINK = 65536;

/** A function that runs the peak loop once and returns its GFLOP/s. */
export async function peakLoops(rounds = ROUNDS): Promise<(precision: keyof Peak) => number> {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  const binary = simdWidth() === "wide" ? (await wideBinaries()).plain : plain;
  const bytes = Buffer.from(binary, "base64");
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const { peakChains, peakF32, peakF64 } = instance.exports as unknown as Exports;
  const sink = {
    float32: new Float32Array(memory.buffer, SINK, 4),
    float64: new Float64Array(memory.buffer, SINK, 2),
  };
  return (precision) => {
    const [run, lanes] = precision === "float32" ? [peakF32, 4] : [peakF64, 2];
    const begin = performance.now();
    run(SINK, rounds);
    const seconds = (performance.now() - begin) / 1000;
    // If the work was done, every chain has converged to 1 in every lane.
    if (!sink[precision].every((sum) => sum === peakChains())) {
      throw new Error(
        `The peak loop's chains add up to ${sink[precision]}, expected ${peakChains()} in each lane.`,
      );
    }
    return (rounds * peakChains() * 2 * lanes) / seconds / 1e9;
  };
}

/** Measures both by turns, so that they meet the same clock rate, and takes the best of several repeats of each. */
export async function measureGemmShare(gemm: KernelCase, repeats: number): Promise<GemmShare> {
  const loop = await peakLoops();
  const { wasm } = await prepare(gemm);
  let best = { float32: 0, float64: 0, gemm: 0 };
  for (let i = -3; i < repeats; i++) {
    // The first repeats warm up. The code that V8 compiles meanwhile is swapped in when the event loop gets its turn.
    await new Promise((resolve) => setTimeout(resolve, i <= 0 ? 50 : 0));
    if (i === 0) best = { float32: 0, float64: 0, gemm: 0 };
    const begin = performance.now();
    wasm();
    best.gemm = Math.max(best.gemm, gemm.flops! / (performance.now() - begin) / 1e6);
    for (let run = 0; run < RUNS; run++) {
      best.float32 = Math.max(best.float32, loop("float32"));
      best.float64 = Math.max(best.float64, loop("float64"));
    }
  }
  const { float32, float64 } = best;
  return { width: simdWidth(), peak: { float32, float64 }, gemm: best.gemm, share: best.gemm / float32 };
}
