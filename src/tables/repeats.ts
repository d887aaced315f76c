/** Rows that repeat others. */
import type { TableColumn } from "./table.ts";

const bits = new DataView(new ArrayBuffer(8));

/** Two mixes of 32 bits each (the rounds of MurmurHash3), of which 53 bits are taken. */
const mix = (hash: number, value: number): number => {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
};

/**
 * How many rows are equal to one before them in all of these columns; 0 where the cells of one have been let go. They are
 * compared by 53 bits of a hash: two of a million rows that differ are taken for equal once in ten thousand tables.
 */
export function repeatedRows(columns: readonly TableColumn[], rows: number): number {
  if (columns.length === 0 || columns.some(({ kind }) => kind === "text")) return 0;
  const low = new Int32Array(rows);
  const high = new Int32Array(rows).fill(0x3c6ef372);
  for (const { cells } of columns) {
    for (let row = 0; row < rows; row++) {
      // 0 and −0 are equal.
      bits.setFloat64(0, cells[row]! + 0);
      const one = bits.getInt32(0);
      const two = bits.getInt32(4);
      low[row] = mix(mix(low[row]!, one), two);
      high[row] = mix(mix(high[row]!, two ^ 0x5bd1e995), one);
    }
  }
  const hashes = Float64Array.from(
    low,
    (value, row) => (value >>> 0) * 2_097_152 + (finish(high[row]!) >>> 11),
  );
  hashes.sort();
  let repeats = 0;
  for (let i = 1; i < rows; i++) if (hashes[i] === hashes[i - 1]) repeats++;
  return repeats;
}

const finish = (hash: number): number => {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
};
