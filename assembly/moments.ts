/**
 * Per-feature sums and sums of squares of a data set's bytes, as exact integers: the mean and the standard deviation
 * that follow from them in float64 do not depend on any order of additions.
 *
 *   sums[j]    = Σ_i values[i,j]             squares[j] = Σ_i values[i,j]²
 *
 * values: (n, d) bytes, row-major; sums, squares: (d) f64, exact below 2^53; scratch: 8·d bytes. Nothing overlaps.
 */

/** A block's squares stay below 2^32: 65,536 · 255² = 4.26e9. */
const BLOCK: i32 = 65536;

export function byteMoments(
  sums: usize,
  squares: usize,
  values: usize,
  scratch: usize,
  n: i32,
  d: i32,
): void {
  const stride = <usize>d;
  memory.fill(sums, 0, stride << 3);
  memory.fill(squares, 0, stride << 3);
  const blockSquares = scratch + (stride << 2);
  for (let block = 0; block < n; block += BLOCK) {
    const rows = min(BLOCK, n - block);
    memory.fill(scratch, 0, stride << 3);
    // A row at a time: memory is read in order, and the sums (24 KiB at d = 3072) stay in the first caches.
    for (let i = 0; i < rows; i++) {
      let j: usize = 0;
      for (; j + 8 <= stride; j += 8) {
        const v = v128.load8x8_u(values + j);
        const s = i16x8.mul(v, v);
        const at = scratch + (j << 2);
        const sq = blockSquares + (j << 2);
        v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_u(v)));
        v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_u(v)), 16);
        v128.store(sq, i32x4.add(v128.load(sq), i32x4.extend_low_i16x8_u(s)));
        v128.store(sq, i32x4.add(v128.load(sq, 16), i32x4.extend_high_i16x8_u(s)), 16);
      }
      for (; j < stride; j++) {
        const v = <u32>load<u8>(values + j);
        store<u32>(scratch + (j << 2), load<u32>(scratch + (j << 2)) + v);
        store<u32>(blockSquares + (j << 2), load<u32>(blockSquares + (j << 2)) + v * v);
      }
      values += stride;
    }
    for (let j: usize = 0; j < stride; j++) {
      store<f64>(sums + (j << 3), load<f64>(sums + (j << 3)) + <f64>load<u32>(scratch + (j << 2)));
      store<f64>(squares + (j << 3), load<f64>(squares + (j << 3)) + <f64>load<u32>(blockSquares + (j << 2)));
    }
  }
}
