/**
 * Adds rows of bytes to the sixteen lanes of a fingerprint:
 *
 *   lane ← rotate(lane + word · 2246822519, 13) · 2654435761          (a round of xxHash32, Collet 2012)
 *
 * Lane i takes word i of each block of 64 bytes, in the order in which blocks come. A row begins a block; its last block is
 * filled up with zeros.
 *
 * lanes, block: 64 bytes each, block is overwritten; rows: `count` rows of `rowBytes` bytes. Nothing overlaps.
 */

const BLOCK: usize = 64;

export function fingerprintAddRows(lanes: usize, rows: usize, block: usize, rowBytes: i32, count: i32): void {
  let a = v128.load(lanes);
  let b = v128.load(lanes, 16);
  let c = v128.load(lanes, 32);
  let d = v128.load(lanes, 48);
  const rest = <usize>rowBytes % BLOCK;
  memory.fill(block, 0, BLOCK);
  for (let i = 0; i < count; i++) {
    const end = rows + <usize>rowBytes;
    while (rows + BLOCK <= end) {
      a = mixed(a, v128.load(rows));
      b = mixed(b, v128.load(rows, 16));
      c = mixed(c, v128.load(rows, 32));
      d = mixed(d, v128.load(rows, 48));
      rows += BLOCK;
    }
    if (rest > 0) {
      memory.copy(block, rows, rest);
      a = mixed(a, v128.load(block));
      b = mixed(b, v128.load(block, 16));
      c = mixed(c, v128.load(block, 32));
      d = mixed(d, v128.load(block, 48));
      rows = end;
    }
  }
  v128.store(lanes, a);
  v128.store(lanes, b, 16);
  v128.store(lanes, c, 32);
  v128.store(lanes, d, 48);
}

function mixed(lane: v128, word: v128): v128 {
  const sum = i32x4.add(lane, i32x4.mul(word, i32x4.splat(<i32>2246822519)));
  const rotated = v128.or(i32x4.shl(sum, 13), i32x4.shr_u(sum, 19));
  return i32x4.mul(rotated, i32x4.splat(<i32>2654435761));
}
