/** Blocks of the operands, copied into the order in which the tiles read them. */
import { lanes, loadPartial } from "../inline/lanes";
import { PANEL, panelVectors } from "../inline/panels";
import { transposeFour } from "../inline/transpose";
import { PAIR_GAP } from "./layout";

/** Bytes from one packed pair of A's rows to the next, at most 64 more than k columns take. */
export function pairBytes<T>(k: i32): usize {
  const bytes = <usize>k * 2 * sizeof<T>();
  // The pairs are written side by side. Without a gap those of a kilobyte would fall into few sets of the first-level cache, and
  // take up to five times as long.
  return (bytes & 1023) == 0 ? bytes + PAIR_GAP : bytes;
}

/** Packs two rows of A, `k` columns, [k][2]: a pair. The columns lie side by side. */
function packPair<T>(to: usize, a: usize, rowStride: usize, k: i32): void {
  const size = sizeof<T>();
  let other = a + rowStride;
  const end = to + <usize>k * 2 * size;
  const vectorEnd = end - <usize>(k & (lanes<T>() - 1)) * 2 * size;
  while (to != vectorEnd) {
    interleave<T>(to, v128.load(a), v128.load(other));
    a += 16;
    other += 16;
    to += 32;
  }
  while (to != end) {
    store<T>(to, load<T>(a));
    store<T>(to + size, load<T>(other));
    a += size;
    other += size;
    to += 2 * size;
  }
}

/** Four pairs at once, `pair` bytes apart. */
function packPairs<T>(to: usize, pair: usize, a: usize, rowStride: usize, k: i32): void {
  const vectors = k / lanes<T>();
  const a2 = a + 2 * rowStride;
  const a4 = a + 4 * rowStride;
  const a6 = a + 6 * rowStride;
  for (let i = 0; i < vectors; i++) {
    const at = (<usize>i) << 4;
    const out = to + ((<usize>i) << 5);
    interleave<T>(out, v128.load(a + at), v128.load(a + at + rowStride));
    interleave<T>(out + pair, v128.load(a2 + at), v128.load(a2 + at + rowStride));
    interleave<T>(out + 2 * pair, v128.load(a4 + at), v128.load(a4 + at + rowStride));
    interleave<T>(out + 3 * pair, v128.load(a6 + at), v128.load(a6 + at + rowStride));
  }
  const done = (<usize>vectors) << 4;
  const rest = k - vectors * lanes<T>();
  if (rest == 0) return;
  to += 2 * done;
  packPair<T>(to, a + done, rowStride, rest);
  packPair<T>(to + pair, a2 + done, rowStride, rest);
  packPair<T>(to + 2 * pair, a4 + done, rowStride, rest);
  packPair<T>(to + 3 * pair, a6 + done, rowStride, rest);
}

/** u0 v0 u1 v1 … */
function interleave<T>(to: usize, u: v128, v: v128): void {
  if (sizeof<T>() == 4) {
    v128.store(to, v128.shuffle<f32>(u, v, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(u, v, 2, 6, 3, 7), 16);
  } else {
    v128.store(to, v128.shuffle<f64>(u, v, 0, 2));
    v128.store(to, v128.shuffle<f64>(u, v, 1, 3), 16);
  }
}

/**
 * Packs `rows` rows of A from `a` on, `k` columns, in pairs of rows, [k][2] each. Where their number is
 * odd, the last pair gets a row of zeros. `rowStride` and `columnStride` are in bytes, one of them an element's size.
 */
export function packA<T>(
  to: usize,
  a: usize,
  rowStride: usize,
  columnStride: usize,
  rows: i32,
  k: i32,
): void {
  const size = sizeof<T>();
  const pair = pairBytes<T>(k);
  let i = 0;
  if (columnStride == size) {
    for (; i + 8 <= rows; i += 8) {
      packPairs<T>(to, pair, a + <usize>i * rowStride, rowStride, k);
      to += 4 * pair;
    }
    for (; i + 2 <= rows; i += 2) {
      packPair<T>(to, a + <usize>i * rowStride, rowStride, k);
      to += pair;
    }
  } else {
    // Aᵀ is row-major, so that a pair lies side by side. The outer loop is over rows of Aᵀ, to read them in order.
    for (let p = 0; p < k; p++) {
      let from = a + <usize>p * columnStride;
      let out = to + <usize>p * 2 * size;
      for (i = 0; i + 2 <= rows; i += 2) {
        if (size == 4) store<u64>(out, load<u64>(from));
        else v128.store(out, v128.load(from));
        from += 2 * size;
        out += pair;
      }
    }
    i = rows & ~1;
    to += <usize>(i >> 1) * pair;
  }
  if (i < rows) {
    let from = a + <usize>i * rowStride;
    for (let p = 0; p < k; p++) {
      store<T>(to, load<T>(from));
      store<T>(to, <T>0, sizeof<T>());
      from += columnStride;
      to += 2 * size;
    }
  }
}

/**
 * Packs a panel of B, `width` columns of which the first `columns` exist, the others zero: [k][width].
 * Strides are in bytes.
 */
function packPanel<T>(
  to: usize,
  b: usize,
  rowStride: usize,
  columnStride: usize,
  columns: i32,
  width: i32,
  k: i32,
): void {
  const size = sizeof<T>();
  const outStride = <usize>width * size;
  if (columnStride == size) {
    for (let p = 0; p < k; p++) {
      const from = b + <usize>p * rowStride;
      const out = to + <usize>p * outStride;
      let j = 0;
      for (; j + lanes<T>() <= columns; j += lanes<T>()) {
        v128.store(out + <usize>j * size, v128.load(from + <usize>j * size));
      }
      if (j < columns) {
        v128.store(out + <usize>j * size, loadPartial<T>(from + <usize>j * size, columns - j));
        j += lanes<T>();
      }
      for (; j < width; j += lanes<T>()) v128.store(out + <usize>j * size, i32x4.splat(0));
    }
    return;
  }
  let j = 0;
  if (size == 4 && rowStride == 4)
    for (; j + 4 <= columns; j += 4)
      transposeFour(to + ((<usize>j) << 2), outStride, b + <usize>j * columnStride, columnStride, k);
  for (; j < width; j++) {
    let from = b + <usize>j * columnStride;
    let out = to + <usize>j * size;
    const end = out + <usize>k * outStride;
    if (j < columns) {
      while (out < end) {
        store<T>(out, load<T>(from));
        from += rowStride;
        out += outStride;
      }
    } else {
      while (out < end) {
        store<T>(out, <T>0);
        out += outStride;
      }
    }
  }
}

/** Packs four panels of B, side by side in B, each of `vectors` full vectors. */
function packPanels<T>(to: usize, b: usize, rowStride: usize, vectors: i32, k: i32): void {
  const bytes = (<usize>vectors) << 4;
  const panel = <usize>k * bytes;
  for (let p = 0; p < k; p++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(to + at, v128.load(b + at));
      v128.store(to + panel + at, v128.load(b + bytes + at));
      v128.store(to + 2 * panel + at, v128.load(b + 2 * bytes + at));
      v128.store(to + 3 * panel + at, v128.load(b + 3 * bytes + at));
    }
    to += bytes;
    b += rowStride;
  }
}

/** Whether the next four panels are whole. */
function fourWhole<T>(columns: i32): bool {
  if (WIDE) return columns >= 4 * PANEL * lanes<T>();
  for (let i = 0; i < 4; i++) if (panelVectors<T>(columns - i * 5 * lanes<T>()) != 5) return false;
  return true;
}

/** Packs `columns` columns of B from `b` on, `k` rows, panel after panel: [panel][k][width]. */
export function packB<T>(
  to: usize,
  b: usize,
  rowStride: usize,
  columnStride: usize,
  columns: i32,
  k: i32,
): void {
  const size = sizeof<T>();
  const whole = PANEL * lanes<T>();
  for (let j = 0; j < columns; ) {
    const from = b + <usize>j * columnStride;
    if (columnStride == size && fourWhole<T>(columns - j)) {
      packPanels<T>(to, from, rowStride, PANEL, k);
      to += <usize>(4 * whole) * <usize>k * size;
      j += 4 * whole;
      continue;
    }
    const width = panelVectors<T>(columns - j) * lanes<T>();
    packPanel<T>(to, from, rowStride, columnStride, min(width, columns - j), width, k);
    to += <usize>width * <usize>k * size;
    j += width;
  }
}
