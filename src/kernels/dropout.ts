/** Inverted dropout, and the generator of its numbers. */
import type { StepSeed } from "../random.ts";
import { expectShape, rounding, type Tensor } from "../tensor.ts";
import type { Calls } from "../wasm/exports.generated.ts";
import { signaturesOf } from "./signature.ts";
import type { Suffix } from "./suffix.ts";

export interface DropoutKernels {
  /**
   * y[i] = x[i] · 1/(1 − rate) where number i of the seed's is at least `rate` of their range, else 0. It is its own
   * derivative: dx is the same function of dy.
   *
   * Number i, of 32 bits, follows from the seed and i alone, i being row · columns + column. An element is dropped if its
   * number is below round(rate · 2^32), at most 2^32 − 1. The factor is computed in float64 and rounded once to the tensors'
   * precision. What is dropped is 0, a NaN too.
   * @param y the shape of x, written; may be `x`
   * @param seed read when the kernel runs
   * @param rate 0 ≤ rate < 1
   * @throws ShapeError if y's shape is not x's
   */
  apply(y: Tensor, x: Tensor, seed: StepSeed, rate: number): void;
}

export const signatures = signaturesOf<DropoutKernels>()({
  apply: "write y, read x, value seed, value rate",
});

/** The high word of the 64-bit product of two words. */
function highProduct(a: number, b: number): number {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + Math.floor(low / 65536)) / 65536);
}

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a block cipher of the counter, which
 * passes BigCrush as it counts, and over keys that differ in any bit.
 * @param words the counter, four words, which become its four random words
 * @param key two words
 */
export function philox(words: Uint32Array, key0: number, key1: number): void {
  let [c0, c1, c2, c3] = words as unknown as [number, number, number, number];
  for (let round = 0; round < 10; round++) {
    const k0 = (key0 + Math.imul(round, 0x9e3779b9)) | 0;
    const k1 = (key1 + Math.imul(round, 0xbb67ae85)) | 0;
    const [low0, low1] = [Math.imul(c0, 0xd2511f53) >>> 0, Math.imul(c2, 0xcd9e8d57) >>> 0];
    const [high0, high1] = [highProduct(c0, 0xd2511f53), highProduct(c2, 0xcd9e8d57)];
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/** The least number that is kept. */
const thresholdOf = (rate: number) => Math.min(Math.round(rate * 4294967296), 4294967295);

/** The definition. */
export const reference: DropoutKernels = {
  apply(y, x, { high, low }, rate) {
    expectShape("dropout.apply", "y", y, x.rows, x.columns);
    const round = rounding(x.dtype);
    const scale = round(1 / (1 - rate));
    const threshold = thresholdOf(rate);
    const words = new Uint32Array(4);
    for (let block = 0; block < x.size; block += 16) {
      for (let lane = 0; lane < 4; lane++) {
        words.set([block / 4 + lane, 0, 0, 0]);
        philox(words, low, high);
        for (let word = 0; word < 4; word++) {
          const i = block + 4 * word + lane;
          if (i < x.size) y.data[i] = words[word]! >= threshold ? x.data[i]! * scale : 0;
        }
      }
    }
  },
};

/** The same to the bit, in SIMD. */
export function wasm(calls: Calls, suffix: Suffix): DropoutKernels {
  const dropout = calls[`dropout${suffix}`];
  return {
    apply(y, x, { high, low }, rate) {
      expectShape("dropout.apply", "y", y, x.rows, x.columns);
      const numbers = { keyHigh: high, keyLow: low, threshold: thresholdOf(rate), scale: 1 / (1 - rate) };
      dropout({ y, x, n: x.size, ...numbers });
    },
  };
}
