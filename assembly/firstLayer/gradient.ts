/** The gradient by the first layer's outputs, packed for the update: lists of what is not 0, or pairs of units. */
import { CHUNK, headerBytes, LENGTHS, TAKEN, TAKEN_LAST } from "./layout";
import { STRIP_BYTES } from "./strip";

/**
 * Writes lists of what is not 0, [chunk][unit], with no gap between them. An entry is a value (f32) and its sample's offset in
 * a strip (u32). A list of an odd length gets one entry more, 0 times the strip's row of zeros. Returns how many are not 0.
 */
function listActive(gradient: usize, dy: usize, n: i32, units: i32): i32 {
  let lengths = gradient + LENGTHS;
  let list = gradient + headerBytes(n, units);
  let active = 0;
  const row = (<usize>units) << 2;
  for (let first = 0; first < n; first += CHUNK) {
    const end = <u32>min(CHUNK, n - first) * <u32>STRIP_BYTES;
    for (let u = 0; u < units; u++) {
      let from = dy + <usize>first * row + ((<usize>u) << 2);
      let to = list;
      for (let offset: u32 = 0; offset < end; offset += <u32>STRIP_BYTES) {
        const value = load<f32>(from);
        store<f32>(to, value);
        store<u32>(to, offset, 4);
        to += (<usize>(value != 0)) << 3;
        from += row;
      }
      active += <i32>(to - list) >> 3;
      if ((to - list) & 8) {
        store<f32>(to, 0);
        store<u32>(to, CHUNK * <u32>STRIP_BYTES, 4);
        to += 8;
      }
      store<u32>(lengths, <u32>(to - list));
      lengths += 4;
      list = to;
    }
  }
  return active;
}

/** dY as A of a matrix product, in the lists' place: [chunk][pair of units][samples][2]. */
function packDense(gradient: usize, dy: usize, n: i32, units: i32): void {
  let to = gradient + headerBytes(n, units);
  const row = (<usize>units) << 2;
  for (let first = 0; first < n; first += CHUNK) {
    const count = min(CHUNK, n - first);
    for (let u = 0; u < units; u += 2) {
      let from = dy + <usize>first * row + ((<usize>u) << 2);
      const hasOther = u + 1 < units;
      for (let i = 0; i < count; i++) {
        store<f32>(to, load<f32>(from));
        store<f32>(to, hasOther ? load<f32>(from, 4) : 0, 4);
        to += 8;
        from += row;
      }
    }
  }
}

/** Packs dY (n, units) for the update: lists where more than a quarter is 0, else pairs. */
export function firstLayerPackGradient(gradient: usize, dy: usize, n: i32, units: i32): void {
  const isSparse = <i64>listActive(gradient, dy, n, units) * 4 < <i64>n * units * 3;
  store<u32>(gradient, <u32>isSparse);
  store<u32>(gradient, 0, TAKEN);
  store<u32>(gradient, 0, TAKEN_LAST);
  if (!isSparse) packDense(gradient, dy, n, units);
}
