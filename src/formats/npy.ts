/**
 * NPY, an array as NumPy saves it, as a table. One dimension is a column "0"; of more, the first counts the rows, and the others
 * together the columns "0", "1", …, in C's order whatever the order in the file.
 */
import { arrayTable, checkArray, columnsOf, sizesInWords } from "./arrays/arrayTable.ts";
import { inputBytes } from "./arrays/bytes.ts";
import { isNpy, readNpyHeader } from "./arrays/npyHeader.ts";
import type { Format } from "./format.ts";

export const npy: Format = {
  title: "NPY",
  extensions: [".npy"],
  matches: isNpy,
  async open(input) {
    const { head, name } = input;
    const layout = readNpyHeader(name, head);
    const array = { bytes: inputBytes(input), layout };
    checkArray(array);
    const columns = Array.from({ length: columnsOf(layout) }, (_, i) => `${i}`);
    const order = layout.fortran && columns.length > 1 ? ", columns one after another" : "";
    return arrayTable([{ ...array, columns }], {
      name,
      format: "NPY",
      facts: [`${sizesInWords(layout.shape)} of ${layout.type.name}${order}`],
      close: () => input.close(),
      progress: () => (order !== "" || !input.size ? undefined : input.bytesRead / input.size),
    });
  },
};
