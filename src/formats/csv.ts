/**
 * CSV (RFC 4180, and what is met beside it) and TSV. What separates cells, whether there is a header and the encoding are found
 * out, or told. csv-parse reads it, some at a time: src/formats/text has the parts.
 */
import { ConfigError, DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { TableChunk, TableReadOptions, TableSource } from "../tables/table.ts";
import type { Format, FormatInput, FormatOptions } from "./format.ts";
import { ChunkBuilder } from "./text/chunks.ts";
import type { Encoding } from "./text/encoding.ts";
import { openText, type TextFile } from "./text/head.ts";
import { mendNames, numberedNames } from "./text/names.ts";
import { RecordReader } from "./text/records.ts";
import { findDelimiter, findHeader, firstRows } from "./text/sniff.ts";

export const csv: Format = {
  title: "CSV",
  extensions: [".csv", ".txt", ".data", ".dat"],
  open: (input, options) => openCsv("CSV", ",", input, options),
};

export const tsv: Format = {
  title: "TSV",
  extensions: [".tsv", ".tab"],
  open: (input, options) => openCsv("TSV", "\t", input, { delimiter: "\t", ...defined(options) }),
};

/** The options that are given. */
const defined = (options: FormatOptions): FormatOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const ENCODING_NAMES: Readonly<Record<Encoding, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  "windows-1252": "Windows-1252",
};

const DELIMITER_NAMES: Readonly<Record<string, string>> = { "\t": "a tab", " ": "blanks" };

/** What rows look like. */
interface Layout {
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** How many cells each row has: one more than columns, if it ends with a delimiter. */
  readonly cells: number;
  /** How many rows there are before those of the table. */
  readonly skip: number;
}

/** @param usual the delimiter of which nothing is said */
async function openCsv(
  title: string,
  usual: string,
  input: FormatInput,
  options: FormatOptions,
): Promise<TableSource> {
  const told = delimiterOf(options.delimiter);
  const file = await openText(input, options, { lines: 250, most: 2 ** 17, wholeLine: true });
  const facts: string[] = [];
  if (file.encoding !== "utf-8") facts.push(ENCODING_NAMES[file.encoding]);
  const layout = await findLayout(file, told, options.header, facts);
  const { delimiter } = layout;
  if (delimiter !== usual && layout.cells > 1) {
    facts.unshift(`delimiter ${DELIMITER_NAMES[delimiter] ?? shown(delimiter)}`);
  }
  return {
    name: input.name,
    format: title,
    facts,
    columns: layout.columns,
    delimiter,
    place: "line",
    read: (readOptions) => readRows(file, layout, facts, readOptions),
    close: () => file.close(),
  };
}

/** @throws ConfigError if it is not one character that can separate cells */
function delimiterOf(delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined;
  const named: Readonly<Record<string, string>> = { "\\t": "\t", tab: "\t", space: " " };
  const one = Object.hasOwn(named, delimiter) ? named[delimiter]! : delimiter;
  if (typeof one === "string" && one.length === 1 && !/[\r\n"\0\ufeff]/.test(one)) return one;
  throw new ConfigError(
    `The delimiter is ${shown(delimiter)}, expected one character, such as ",", ";", "|", "tab" or "space".`,
  );
}

/** "sep=;" in the first line, which Excel reads and writes. */
const SEPARATOR_LINE = /^[ \r\n]*"?sep=(.)"?[ \t]*(\r|\n|$)/i;

/** @param facts is told what is not usual */
async function findLayout(
  { head, whole, input }: TextFile,
  told: string | undefined,
  header: boolean | undefined,
  facts: string[],
): Promise<Layout> {
  const separator = SEPARATOR_LINE.exec(head)?.[1];
  const before = separator === undefined ? 0 : 1;
  const delimiter = told ?? separator ?? (await findDelimiter(head, whole, before));
  const { rows } = await firstRows(head, delimiter, whole, before);
  const [first, ...rest] = rows;
  if (first === undefined) {
    if (!whole || head.replace("\x1a", "").trim() !== "")
      return { delimiter, columns: ["column1"], cells: 1, skip: before };
    throw new DatasetError(`${input.name} is empty, expected a table. Give the right file.`);
  }
  const hasHeader = header ?? findHeader(rows);
  if (!hasHeader) {
    facts.push("no header");
    return { delimiter, columns: numberedNames(first.length), cells: first.length, skip: before };
  }
  const names = [...first];
  let cells = names.length;
  if (names.length > 1 && rest.length > 0 && rest.every((row) => row.length === names.length + 1)) {
    cells++;
    if (rest.every((row) => row.at(-1) === "")) facts.push("a delimiter at the end of each row");
    // As R writes them: the names of rows have no name themselves.
    else names.unshift("");
  }
  return { delimiter, columns: mendNames(names, facts), cells, skip: before + 1 };
}

/** Gathers the cells of the columns that are wanted, and checks each row's number of cells. */
class Rows {
  readonly chunks: ChunkBuilder<string>;
  readonly #name: string;
  readonly #layout: Layout;
  readonly #wanted: readonly number[];

  constructor(name: string, layout: Layout, wanted: readonly number[]) {
    this.#name = name;
    this.#layout = layout;
    this.#wanted = wanted;
    this.chunks = new ChunkBuilder(wanted.length);
  }

  add(line: number, cells: readonly string[]): void {
    const { cells: expected, columns, delimiter } = this.#layout;
    if (cells.length !== expected) {
      const by = delimiter === " " ? "blanks" : shown(delimiter);
      throw new DatasetError(
        `${this.#name}, line ${line}: the row has ${counted(cells.length)}, expected ${expected}, as in the first rows (${by} ` +
          "separates them). Mend the row: a cell with the delimiter or a line break in it stands in quotes. Or tell another " +
          "delimiter.",
      );
    }
    const last = cells.at(-1)!;
    if (expected > columns.length && last !== "") {
      throw new DatasetError(
        `${this.#name}, line ${line}: ${shown(last.slice(0, 40))} follows the last column, expected nothing, as in the ` +
          "first rows. Mend the row, or give the column a name.",
      );
    }
    for (const [place, column] of this.#wanted.entries()) this.chunks.set(place, cells[column]!);
    this.chunks.endRow(line);
  }
}

const counted = (cells: number) => (cells === 1 ? "1 cell" : `${cells} cells`);

async function* readRows(
  file: TextFile,
  layout: Layout,
  facts: string[],
  { columns, signal, onProgress }: TableReadOptions = {},
): AsyncGenerator<TableChunk> {
  const { name } = file.input;
  const wanted = columns ?? layout.columns.map((_, index) => index);
  const rows = new Rows(name, layout, wanted);
  const reader = await RecordReader.open({
    ...{ name, delimiter: layout.delimiter, skip: layout.skip, columns: layout.columns },
    onRow: (line, cells) => rows.add(line, cells),
  });
  const place = () => `${name}, line ${reader.line}`;
  const onEncoding = (encoding: Encoding) => {
    if (!facts.includes(ENCODING_NAMES[encoding])) facts.push(ENCODING_NAMES[encoding]);
  };
  const { ready } = rows.chunks;
  for await (const text of file.text({ place, signal, onProgress, onEncoding })) {
    await reader.push(text);
    yield* ready.splice(0);
  }
  await reader.push("", true);
  rows.chunks.flush();
  yield* ready.splice(0);
}
