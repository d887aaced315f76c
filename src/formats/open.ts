/** Opening a table of any format: which one it is, is told, or stands in its head, its name or its first character. */
import { choose, DatasetError } from "../errors.ts";
import type { TableSource } from "../tables/table.ts";
import type { Format, FormatInput, FormatOptions } from "./format.ts";
import { formats } from "./index.ts";

export { type InputOptions, inputName, openInput, STANDARD_INPUT } from "./inputs.ts";
export type { MemoryFile } from "./source.ts";

/**
 * Opens a table: reads no more than its head. What is opened is to be closed.
 * @throws ConfigError if there is no such format, or an option is wrong; DatasetError if the file is of no format that is read,
 *   or damaged. The input is closed then.
 */
export async function openTableSource(input: FormatInput, options: FormatOptions = {}): Promise<TableSource> {
  try {
    return await formatOf(input, options).open(input, options);
  } catch (error) {
    await input.close();
    throw error;
  }
}

/** The format of a file. @throws as {@link openTableSource} */
export function formatOf({ name, head }: FormatInput, { format }: FormatOptions = {}): Format {
  if (format !== undefined) return choose("format", formats, format);
  const all = Object.values(formats);
  const found =
    all.find((one) => one.matches?.(head)) ??
    all.find(({ extensions }) => extensions.includes(extensionOf(name)));
  if (found !== undefined) return found;
  refuseOthers(name, head);
  return choose("format", formats, isJson(head) ? "jsonl" : "csv");
}

/** The end of a name, with its dot, in small letters, a ".gz" taken off: ".csv" of "a/Houses.CSV.gz". */
function extensionOf(name: string): string {
  const file = name.toLowerCase().replace(/\.gz$/, "");
  return /\.[^./\\]*$/.exec(file)?.[0] ?? "";
}

/** Whether the first character that is not blank opens an object, or an array of objects. */
function isJson(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 4096)).trimStart();
  return /^(\{|\[\s*(\{|$))/.test(text);
}

/** What people have tables in that is not read: by their files' ends, and by the bytes that they begin with. */
const OTHERS: readonly {
  readonly what: string;
  readonly extensions: readonly string[];
  readonly magic?: readonly number[];
}[] = [
  { what: "an Excel workbook", extensions: [".xlsx", ".xlsm", ".xls", ".xlsb"] },
  { what: "an OpenDocument spreadsheet", extensions: [".ods"] },
  { what: "an Arrow or Feather file", extensions: [".arrow", ".feather"], magic: [0x41, 0x52, 0x52, 0x4f] },
  { what: "an HDF5 file", extensions: [".h5", ".hdf5"], magic: [0x89, 0x48, 0x44, 0x46] },
  { what: "a pickle, which may run programs", extensions: [".pkl", ".pickle"] },
  {
    what: "an SQLite database",
    extensions: [".sqlite", ".db"],
    magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20],
  },
  { what: "an ARFF file", extensions: [".arff"] },
  { what: "packed with bzip2", extensions: [".bz2"], magic: [0x42, 0x5a, 0x68] },
  { what: "packed with xz", extensions: [".xz"], magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { what: "packed with Zstandard", extensions: [".zst"], magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: "a ZIP archive", extensions: [".zip"], magic: [0x50, 0x4b, 0x03, 0x04] },
  { what: "a PDF file", extensions: [".pdf"], magic: [0x25, 0x50, 0x44, 0x46] },
];

/** @throws DatasetError if the file is of a format that is known, but not read */
function refuseOthers(name: string, head: Uint8Array): void {
  const extension = extensionOf(name);
  const other =
    OTHERS.find(({ extensions }) => extensions.includes(extension)) ??
    OTHERS.find(({ magic }) => magic?.every((byte, index) => head[index] === byte));
  if (other === undefined) return;
  const titles = [...new Set(Object.values(formats).map(({ title }) => title))].join(", ");
  throw new DatasetError(
    `${name} is ${other.what}, expected a table that can be read: ${titles}. Save or export it as CSV.`,
  );
}
