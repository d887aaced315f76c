/** The rectifier on 128-bit lanes, which several kernels share; not exported to the host. */

/** Keeps what is not ≤ 0: −0 becomes 0, NaN stays. */
export function rectified<T>(x: v128): v128 {
  return v128.andnot(x, v128.le<T>(x, v128.splat<T>(<T>0)));
}

/** Whether a tile rectifies its sums, as a type: the compiler makes code for either, with no branch in it. */
export type Rectified = u8;
export type AsTheyAre = u16;
