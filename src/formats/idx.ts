/**
 * IDX, the format of MNIST, as a table: an array of numbers in big-endian order, row by row.
 *
 *   0, 0, type, dimensions | the size of each dimension, 4 bytes | the numbers
 *
 * One dimension is a column "label"; of more, the first counts the rows, and the others together the columns "0", "1", ….
 */
import { arrayTable, checkArray, columnsOf, sizesInWords } from "./arrays/arrayTable.ts";
import { inputBytes } from "./arrays/bytes.ts";
import { isIdx, readIdxHeader } from "./arrays/stored.ts";
import type { Format } from "./format.ts";

export const idx: Format = {
  title: "IDX",
  extensions: [".idx", ".idx1", ".idx2", ".idx3", ".idx4", ".idx1-ubyte", ".idx3-ubyte", ".ubyte"],
  matches: isIdx,
  async open(input) {
    const { head, name } = input;
    const layout = readIdxHeader(name, head);
    const array = { bytes: inputBytes(input), layout };
    checkArray(array);
    const columns =
      layout.shape.length === 1 ? ["label"] : Array.from({ length: columnsOf(layout) }, (_, i) => `${i}`);
    return arrayTable([{ ...array, columns }], {
      name,
      format: "IDX",
      facts: [`${sizesInWords(layout.shape)} of ${layout.type.name}`],
      close: () => input.close(),
      progress: () => (input.size ? input.bytesRead / input.size : undefined),
    });
  },
};
