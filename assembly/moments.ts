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
    // A few rows at a time: memory is read in order, and the sums (24 KiB at d = 3072) stay in the first caches.
    let i = 0;
    for (; i + 4 <= rows; i += 4) {
      addFourRows(scratch, blockSquares, values, stride);
      values += stride << 2;
    }
    for (; i < rows; i++) {
      addColumns(scratch, blockSquares, values, 0, stride);
      values += stride;
    }
    for (let j: usize = 0; j < stride; j++) {
      store<f64>(sums + (j << 3), load<f64>(sums + (j << 3)) + <f64>load<u32>(scratch + (j << 2)));
      store<f64>(squares + (j << 3), load<f64>(squares + (j << 3)) + <f64>load<u32>(blockSquares + (j << 2)));
    }
  }
}

/** Adds the bytes and the squares of four rows: half the time of a row at a time. */
function addFourRows(sums: usize, squares: usize, values: usize, stride: usize): void {
  const row1 = values + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  let j: usize = 0;
  for (; j + 8 <= stride; j += 8) {
    const a = v128.load8x8_u(values + j);
    const b = v128.load8x8_u(row1 + j);
    const c = v128.load8x8_u(row2 + j);
    const d = v128.load8x8_u(row3 + j);
    const s = i16x8.add(i16x8.add(a, b), i16x8.add(c, d));
    // A column's bytes of two rows stand side by side, so that a dot product adds their squares.
    const abLow = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    const abHigh = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
    const cdLow = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
    const cdHigh = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
    const low = i32x4.add(i32x4.dot_i16x8_s(abLow, abLow), i32x4.dot_i16x8_s(cdLow, cdLow));
    const high = i32x4.add(i32x4.dot_i16x8_s(abHigh, abHigh), i32x4.dot_i16x8_s(cdHigh, cdHigh));
    const at = sums + (j << 2);
    const sq = squares + (j << 2);
    v128.store(at, i32x4.add(v128.load(at), i32x4.extend_low_i16x8_u(s)));
    v128.store(at, i32x4.add(v128.load(at, 16), i32x4.extend_high_i16x8_u(s)), 16);
    v128.store(sq, i32x4.add(v128.load(sq), low));
    v128.store(sq, i32x4.add(v128.load(sq, 16), high), 16);
  }
  for (let row = 0; row < 4; row++) addColumns(sums, squares, values + <usize>row * stride, j, stride);
}

/** Adds the bytes and the squares of a row's columns from `first` on. */
function addColumns(sums: usize, squares: usize, row: usize, first: usize, stride: usize): void {
  for (let j = first; j < stride; j++) {
    const v = <u32>load<u8>(row + j);
    store<u32>(sums + (j << 2), load<u32>(sums + (j << 2)) + v);
    store<u32>(squares + (j << 2), load<u32>(squares + (j << 2)) + v * v);
  }
}
