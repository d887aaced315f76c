/** Blocks of a matrix in float32, transposed on the way. */

/**
 * to (count, 4) ← from (4, count), their rows toRow and fromRow bytes apart. Returns a vector of 0, of which a lane is NaN if one of
 * its numbers is infinite or NaN.
 */
export function transposeFour(to: usize, toRow: usize, from: usize, fromRow: usize, count: i32): v128 {
  const zero = f32x4.splat(0);
  let check = zero;
  const from1 = from + fromRow;
  const from2 = from1 + fromRow;
  const from3 = from2 + fromRow;
  const full = (<usize>(count & ~3)) << 2;
  let at: usize = 0;
  for (; at != full; at += 16) {
    const r0 = v128.load(from + at);
    const r1 = v128.load(from1 + at);
    const r2 = v128.load(from2 + at);
    const r3 = v128.load(from3 + at);
    const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
    v128.store(to + toRow, v128.shuffle<i64>(a, b, 1, 3));
    v128.store(to + 2 * toRow, v128.shuffle<i64>(c, d, 0, 2));
    v128.store(to + 3 * toRow, v128.shuffle<i64>(c, d, 1, 3));
    check = f32x4.add(check, f32x4.add(f32x4.mul(r0, zero), f32x4.mul(r1, zero)));
    check = f32x4.add(check, f32x4.add(f32x4.mul(r2, zero), f32x4.mul(r3, zero)));
    to += 4 * toRow;
  }
  for (; at != (<usize>count) << 2; at += 4) {
    let v = v128.load32_zero(from + at);
    v = v128.load32_lane(from1 + at, v, 1);
    v = v128.load32_lane(from2 + at, v, 2);
    v = v128.load32_lane(from3 + at, v, 3);
    v128.store(to, v);
    check = f32x4.add(check, f32x4.mul(v, zero));
    to += toRow;
  }
  return check;
}
