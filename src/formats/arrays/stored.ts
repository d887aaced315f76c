/** An IDX or NPY file as an array: what its header says, checked. */
import { DatasetError } from "../../errors.ts";
import type { FormatInput } from "../format.ts";
import { type ArrayLayout, checkArray, type StoredArray } from "./arrayTable.ts";
import { inputBytes } from "./bytes.ts";
import { numberElements } from "./elements.ts";
import { isNpy, readNpyHeader } from "./npyHeader.ts";

/** The types of IDX by their codes, in NumPy's words. */
const IDX_TYPES: Readonly<Record<number, string>> = {
  8: "u1",
  9: "i1",
  11: "i2",
  12: "i4",
  13: "f4",
  14: "f8",
};
const MOST_DIMENSIONS = 8;

/** Whether a file begins as an IDX file does: 0, 0, a type, a number of dimensions. */
export const isIdx = (head: Uint8Array): boolean =>
  head.length >= 8 &&
  head[0] === 0 &&
  head[1] === 0 &&
  Object.hasOwn(IDX_TYPES, head[2]!) &&
  head[3]! >= 1 &&
  head[3]! <= MOST_DIMENSIONS;

/**
 * Reads the header of an IDX file.
 * @throws DatasetError if it is none
 */
export function readIdxHeader(name: string, head: Uint8Array): ArrayLayout {
  const problem = (text: string) => new DatasetError(`${name} ${text}. Replace it by a good copy.`);
  if (head.length < 8) throw problem(`has ${head.length} bytes, expected 8 at least, as IDX files have`);
  if (!isIdx(head)) {
    const bytes = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw problem(
      `begins with ${bytes}, expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and 1 to ${MOST_DIMENSIONS} dimensions, ` +
        "as IDX files do",
    );
  }
  const dimensions = head[3]!;
  const start = 4 + 4 * dimensions;
  if (head.length < start) throw problem(`ends within its header, after ${head.length} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  return { type: numberElements(IDX_TYPES[head[2]!]!, false)!, shape, fortran: false, start };
}

/**
 * The array of an NPY file, if it begins as one, or else of an IDX file.
 * @throws DatasetError if it is damaged, or more than a table can be
 */
export function storedArray(input: FormatInput): StoredArray {
  const read = isNpy(input.head) ? readNpyHeader : readIdxHeader;
  const array = { bytes: inputBytes(input), layout: read(input.name, input.head) };
  checkArray(array);
  return array;
}
