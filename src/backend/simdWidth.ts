/**
 * The width of vectors for which the binary of this process is made. Both give the same bits; which one is faster is found out by
 * simd/verdict.ts.
 */

/** narrow: vectors of 128 bits, as WebAssembly has them. wide: in pairs, which V8 can be told to widen to 256 bits. */
export type SimdWidth = "narrow" | "wide";

/** What can be asked for. auto: what is faster here. */
export type SimdChoice = SimdWidth | "auto";

let width: SimdWidth = "narrow";

export const simdWidth = (): SimdWidth => width;

/** Models that are made from now on have this width. In a worker of a pool it is said anew. */
export function setSimdWidth(to: SimdWidth): void {
  width = to;
}
