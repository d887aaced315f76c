/** The gradient by the first layer's outputs, packed for the update: lists of what is not 0, or pairs of units. */

import { writeList } from "../inline/strip";
import { CHUNK, headerBytes, LENGTHS, TAKEN, TAKEN_LAST } from "./layout";

/** Writes lists of what is not 0, [chunk][unit], with no gap between them. Returns how many entries they have. */
function listActive(gradient: usize, dy: usize, n: i32, units: i32): i32 {
  let lengths = gradient + LENGTHS;
  const lists = gradient + headerBytes(n, units);
  let list = lists;
  const row = (<usize>units) << 2;
  for (let first = 0; first < n; first += CHUNK) {
    for (let u = 0; u < units; u++) {
      const from = dy + <usize>first * row + ((<usize>u) << 2);
      const end = writeList(list, from, row, min(CHUNK, n - first));
      store<u32>(lengths, <u32>(end - list));
      lengths += 4;
      list = end;
    }
  }
  return <i32>((list - lists) >> 3);
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
