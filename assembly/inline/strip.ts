/**
 * Sums over what is not 0: rows of a matrix as lists of their numbers, each with the place of the row of another matrix by which it
 * is multiplied. The first layer's update and the products behind a ReLU take these.
 *
 * A strip is some columns of the other matrix, of up to 128 of its rows: it stands in the first-level cache. Eight vectors are what
 * V8 has registers for, sixteen if it widens them. Each sum waits for the one before, so that fewer would leave the adders idle.
 */
import { CHUNK } from "../firstLayer/layout";

/** Columns of a strip. */
export const STRIP: i32 = WIDE ? 64 : 32;
export const STRIP_BYTES: usize = STRIP * 4;
/** Bytes of a strip with its row of zeros, for the entries that make a list even. */
export const WHOLE_STRIP: usize = (<usize>CHUNK + 1) * STRIP_BYTES;

/**
 * Writes a list of what is not 0 of `count` ≤ CHUNK numbers, `step` bytes apart. An entry is a value (f32) and the offset of its
 * row in a strip (u32). A list of an odd length gets one entry more, 0 times the strip's row of zeros. Returns where the list ends.
 */
export function writeList(list: usize, from: usize, step: usize, count: i32): usize {
  let to = list;
  const end = <u32>count * <u32>STRIP_BYTES;
  for (let offset: u32 = 0; offset < end; offset += <u32>STRIP_BYTES) {
    const value = load<f32>(from);
    store<f32>(to, value);
    store<u32>(to, offset, 4);
    to += (<usize>(value != 0)) << 3;
    from += step;
  }
  if ((to - list) & 8) {
    store<f32>(to, 0);
    store<u32>(to, CHUNK * <u32>STRIP_BYTES, 4);
    to += 8;
  }
  return to;
}
