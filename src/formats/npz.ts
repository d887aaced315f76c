/**
 * NPZ, arrays in an archive as NumPy's savez and savez_compressed write it, as a table: the arrays' rows stand beside each other. An
 * array of one column gives the column "y", one of more "X.0", "X.1", …. Single numbers are left out.
 */
import { DatasetError } from "../errors.ts";
import {
  type ArrayLayout,
  arrayTable,
  checkArray,
  columnsOf,
  MOST_COLUMNS,
  type NamedArray,
  rowsOf,
  sizesInWords,
} from "./arrays/arrayTable.ts";
import { firstBytes } from "./arrays/bytes.ts";
import { MOST_HEADER, readNpyHeader } from "./arrays/npyHeader.ts";
import { type RandomAccess, type ZipMember, zipMembers } from "./arrays/zip.ts";
import type { Format, FormatInput } from "./format.ts";
import { mendNames } from "./text/names.ts";

/** What is taken into memory of a stream, or of a .gz: an archive begins to be read at its end. */
const MOST_BYTES = 2 ** 30;
const MOST_ARRAYS = 1000;

/** Whether a file begins as an archive whose first member is an array. */
function isNpz(head: Uint8Array): boolean {
  if (head.length < 30 || head[0] !== 0x50 || head[1] !== 0x4b || head[2] !== 3 || head[3] !== 4)
    return false;
  const length = head[26]! + 256 * head[27]!;
  return new TextDecoder("latin1").decode(head.subarray(30, 30 + length)).endsWith(".npy");
}

export const npz: Format = {
  title: "NPZ",
  extensions: [".npz"],
  matches: isNpz,
  async open(input) {
    const { name } = input;
    const members = await zipMembers(await randomAccess(input));
    const facts: string[] = [];
    const arrays: { readonly title: string; readonly member: ZipMember; readonly layout: ArrayLayout }[] = [];
    for (const member of members) {
      if (!member.name.endsWith(".npy")) {
        facts.push(`${JSON.stringify(member.name)} is left out: it is no array`);
        continue;
      }
      const title = member.name.slice(0, -".npy".length);
      const layout = readNpyHeader(member.bytes.name, await firstBytes(member.bytes, MOST_HEADER + 12));
      if (layout.shape.length === 0) facts.push(`${JSON.stringify(title)} is left out: it is a single value`);
      else arrays.push({ title, member, layout });
    }
    if (arrays.length === 0 || arrays.length > MOST_ARRAYS) {
      throw new DatasetError(
        `${name} holds ${arrays.length} arrays, expected 1 to ${MOST_ARRAYS}. Save them by numpy.savez(FILE, X=…, y=…).`,
      );
    }
    requireSameRows(name, arrays);
    const columns = mendNames(
      arrays.flatMap(({ title, member, layout }) => {
        checkArray({ bytes: member.bytes, layout });
        const count = columnsOf(layout);
        return count === 1 ? [title] : Array.from({ length: count }, (_, i) => `${title}.${i}`);
      }),
      facts,
    );
    if (columns.length > MOST_COLUMNS) {
      throw new DatasetError(
        `${name} has ${columns.length} columns, expected at most ${MOST_COLUMNS}. Leave some arrays out.`,
      );
    }
    let before = 0;
    const named = arrays.map(({ member, layout }): NamedArray => {
      const own = columns.slice(before, before + columnsOf(layout));
      before += own.length;
      return { bytes: member.bytes, layout, columns: own };
    });
    const shapes = arrays.map(
      ({ title, layout }) => `${title}: ${sizesInWords(layout.shape)} of ${layout.type.name}`,
    );
    return arrayTable(named, {
      name,
      format: "NPZ",
      facts: [...shapes, ...facts],
      close: () => input.close(),
    });
  },
};

async function randomAccess(input: FormatInput): Promise<RandomAccess> {
  const { name, size, slice } = input;
  if (slice !== undefined && size !== undefined) {
    return { name, size, slice: (start, end) => slice.call(input, start, end) };
  }
  const bytes = await input.bytes({ most: MOST_BYTES });
  return { name, size: bytes.length, slice: async (start, end) => bytes.subarray(start, end) };
}

/** @throws DatasetError if the arrays have different numbers of rows */
function requireSameRows(
  name: string,
  arrays: readonly { readonly title: string; readonly layout: ArrayLayout }[],
): void {
  const rows = rowsOf(arrays[0]!.layout);
  if (arrays.every(({ layout }) => rowsOf(layout) === rows)) return;
  const shown = arrays.slice(0, 10).map(({ title, layout }) => `${title} has ${rowsOf(layout)}`);
  throw new DatasetError(
    `${name} holds arrays of different numbers of rows: ${shown.join(", ")}${arrays.length > 10 ? ", …" : ""}. ` +
      "Save those that belong together in a file of their own: numpy.savez(FILE, X=…, y=…).",
  );
}
