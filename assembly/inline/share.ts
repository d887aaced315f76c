/**
 * How work is divided among threads: by what is written, never along a sum, and by sizes alone. An element's bits do not
 * depend on `part` and `parts`.
 */

/** The first of `count` things that belongs to `part`. They are cut at multiples of `unit`; a part ends where the next begins. */
export function share(count: i32, unit: i32, part: i32, parts: i32): i32 {
  const units = (<i64>count + unit - 1) / unit;
  return <i32>min(<i64>count, ((units * part) / parts) * unit);
}
