/**
 * The most that the machine's SIMD can do, of 128 bits or, in the wide binary, of 256: a loop of independent multiply-and-add chains that live in
 * registers, against which the benchmark states what share of it a kernel reaches.
 *
 * 14 chains and their one constant fill the registers that V8 has, and reach the peak; 12 do so on some versions of Node. The wide
 * binary has as many pairs of chains.
 * Measurements of this and of all kernels are in bench/NOTES.md.
 */

import { widePeak } from "./tiles.generated";

/** How many chains there are: a round is so many vector multiplications and as many additions. */
export function peakChains(): i32 {
  return WIDE ? 28 : 14;
}

/** Runs `rounds` rounds and adds the chains up in `sink`, a vector, aligned to 16, with room for as many vectors as there are chains. */
export function peak<T>(sink: usize, rounds: i32): void {
  if (WIDE) return addUp<T>(sink, widePeak<T>(sink, rounds));
  // x ← x · ½ + ½ converges to 1, so that no chain overflows or becomes denormal. The constant comes from memory:
  // V8 makes one that it knows anew at every use.
  v128.store(sink, v128.splat<T>(<T>0.5));
  const half = v128.load(sink);
  let x0 = v128.splat<T>(<T>0);
  let x1 = v128.splat<T>(<T>2);
  let x2 = v128.splat<T>(<T>3);
  let x3 = v128.splat<T>(<T>4);
  let x4 = v128.splat<T>(<T>5);
  let x5 = v128.splat<T>(<T>6);
  let x6 = v128.splat<T>(<T>7);
  let x7 = v128.splat<T>(<T>8);
  let x8 = v128.splat<T>(<T>9);
  let x9 = v128.splat<T>(<T>10);
  let x10 = v128.splat<T>(<T>11);
  let x11 = v128.splat<T>(<T>12);
  let x12 = v128.splat<T>(<T>13);
  let x13 = v128.splat<T>(<T>14);
  while (rounds > 0) {
    x0 = v128.add<T>(v128.mul<T>(x0, half), half);
    x1 = v128.add<T>(v128.mul<T>(x1, half), half);
    x2 = v128.add<T>(v128.mul<T>(x2, half), half);
    x3 = v128.add<T>(v128.mul<T>(x3, half), half);
    x4 = v128.add<T>(v128.mul<T>(x4, half), half);
    x5 = v128.add<T>(v128.mul<T>(x5, half), half);
    x6 = v128.add<T>(v128.mul<T>(x6, half), half);
    x7 = v128.add<T>(v128.mul<T>(x7, half), half);
    x8 = v128.add<T>(v128.mul<T>(x8, half), half);
    x9 = v128.add<T>(v128.mul<T>(x9, half), half);
    x10 = v128.add<T>(v128.mul<T>(x10, half), half);
    x11 = v128.add<T>(v128.mul<T>(x11, half), half);
    x12 = v128.add<T>(v128.mul<T>(x12, half), half);
    x13 = v128.add<T>(v128.mul<T>(x13, half), half);
    rounds--;
  }
  x0 = v128.add<T>(v128.add<T>(v128.add<T>(x0, x1), v128.add<T>(x2, x3)), v128.add<T>(x4, x5));
  x6 = v128.add<T>(v128.add<T>(v128.add<T>(x6, x7), v128.add<T>(x8, x9)), v128.add<T>(x10, x11));
  v128.store(sink, v128.add<T>(v128.add<T>(x0, x6), v128.add<T>(x12, x13)));
}

/** sink[0] = Σ of the chains there. */
function addUp<T>(sink: usize, chains: i32): void {
  let sum = v128.load(sink);
  for (let i = 1; i < chains; i++) sum = v128.add<T>(sum, v128.load(sink + ((<usize>i) << 4)));
  v128.store(sink, sum);
}
