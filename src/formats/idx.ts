/**
 * IDX, the format of MNIST, as a table: an array of numbers in big-endian order, row by row.
 *
 *   0, 0, type, dimensions | the size of each dimension, 4 bytes | the numbers
 *
 * One dimension is a column "label"; of more, the first counts the rows, and the others together the columns "0", "1", ….
 */
import { DatasetError } from "../errors.ts";
import { arrayTable, checkArray, columnsOf, sizesInWords } from "./arrays/arrayTable.ts";
import { inputBytes } from "./arrays/bytes.ts";
import { numberElements } from "./arrays/elements.ts";
import type { Format } from "./format.ts";

/** The codes of the types, in NumPy's words. */
export const IDX_TYPES: Readonly<Record<number, string>> = {
  8: "u1",
  9: "i1",
  11: "i2",
  12: "i4",
  13: "f4",
  14: "f8",
};
const MOST_DIMENSIONS = 8;

export const idx: Format = {
  title: "IDX",
  extensions: [".idx", ".idx1", ".idx2", ".idx3", ".idx4", "-ubyte", ".ubyte"],
  matches: (head) =>
    head.length >= 8 &&
    head[0] === 0 &&
    head[1] === 0 &&
    Object.hasOwn(IDX_TYPES, head[2]!) &&
    head[3]! >= 1 &&
    head[3]! <= MOST_DIMENSIONS,
  async open(input) {
    const { head, name } = input;
    const problem = (text: string) => new DatasetError(`${name} ${text}. Replace it by a good copy.`);
    if (head.length < 4)
      throw problem(`has ${head.length} bytes, which is no IDX file: its header alone has 8`);
    const code = IDX_TYPES[head[2]!];
    const dimensions = head[3]!;
    if (
      head[0] !== 0 ||
      head[1] !== 0 ||
      code === undefined ||
      dimensions < 1 ||
      dimensions > MOST_DIMENSIONS
    ) {
      const bytes = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw problem(
        `begins with ${bytes}, expected 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and 1 to ${MOST_DIMENSIONS} dimensions, as IDX files do`,
      );
    }
    const start = 4 + 4 * dimensions;
    if (head.length < start) throw problem(`ends within its header, after ${head.length} bytes`);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
    const type = numberElements(code, false)!;
    const array = { bytes: inputBytes(input), layout: { type, shape, fortran: false, start } };
    checkArray(array);
    const columns =
      dimensions === 1 ? ["label"] : Array.from({ length: columnsOf(array.layout) }, (_, i) => `${i}`);
    return arrayTable([{ ...array, columns }], {
      name,
      format: "IDX",
      facts: [`${sizesInWords(shape)} of ${type.name.replace(/, big endian$/, "")}`],
      close: () => input.close(),
      progress: () =>
        input.size === undefined || input.size === 0 ? undefined : input.bytesRead / input.size,
    });
  },
};
