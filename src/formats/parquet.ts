/**
 * Parquet, by hyparquet. A page of each column is in memory at a time, and columns that are not asked for are not read. Columns that
 * hold lists, maps, structures or binary values are no columns of a table: they are left out, and the facts say so.
 */
import type { FileMetaData, RowGroup } from "hyparquet/src/types.js";
import { DatasetError } from "../errors.ts";
import { loadPackage } from "../files/packages.ts";
import type { TableChunk, TableReadOptions, TableSource } from "../tables/table.ts";
import type { Format, FormatInput } from "./format.ts";
import { type Unpacker, unpackerOf } from "./parquet/codecs.ts";
import type { DeltaUnpack } from "./parquet/encodings.ts";
import {
  columnsOf,
  groupRows,
  isParquet,
  type ParquetColumn,
  placeOf,
  readFooter,
} from "./parquet/footer.ts";
import { ColumnReader, type PageTools } from "./parquet/pages.ts";
import { LeftOut } from "./parquet/values.ts";
import { mendNames } from "./text/names.ts";

/** What is taken into memory of a stream, or of a .gz: Parquet begins to be read at its end. */
const MOST_BYTES = 2 ** 30;
const ROWS_AT_ONCE = 8192;
/** The most cells that pages in memory hold, of all columns together. */
const MOST_PENDING = 2 ** 26;
/** How many bytes are read ahead, of all columns together. */
const MOST_AHEAD = 2 ** 26;
const ADVICE = "Replace it by a good copy, or write it again.";

export const parquet: Format = {
  title: "Parquet",
  extensions: [".parquet", ".parq", ".pq"],
  matches: isParquet,
  async open(input) {
    const file = await bytesOf(input);
    const { parquetMetadata } = await loadPackage("hyparquet", () => import("hyparquet"));
    return await within(input.name, async () => {
      if (!isParquet(input.head)) throw new Error("it does not begin with PAR1");
      const parse = (footer: Uint8Array) => parquetMetadata(footer, { geoparquet: false });
      const metadata = await readFooter(file.size, file.slice, parse);
      const all = columnsOf(metadata.schema);
      const rows = groupRows(metadata);
      const leaves = metadata.schema.filter(
        ({ type, num_children }) => type !== undefined && !num_children,
      ).length;
      return tableOf(input, { file, metadata, rows, leaves, all });
    });
  },
};

interface RandomAccess {
  readonly size: number;
  slice(start: number, end: number): Promise<Uint8Array>;
}

interface Opened {
  readonly file: RandomAccess;
  readonly metadata: FileMetaData;
  /** Of each row group. */
  readonly rows: readonly number[];
  /** The columns of a row group, nested ones by their parts. */
  readonly leaves: number;
  readonly all: readonly ParquetColumn[];
}

/** The bytes of a file, in any order. */
async function bytesOf(input: FormatInput): Promise<RandomAccess> {
  const { slice, size } = input;
  if (slice !== undefined && size !== undefined)
    return { size, slice: (start, end) => slice.call(input, start, end) };
  const bytes = await input.bytes({ most: MOST_BYTES });
  return { size: bytes.length, slice: async (start, end) => bytes.subarray(start, end) };
}

/** @throws what it does; an error of the library's, or of what is read with it, as one of ours, with the place */
async function within<T>(place: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw problemOf(place, error);
  }
}

function problemOf(place: string, error: unknown): unknown {
  // Ours, and those of the system.
  if (error instanceof Error && ("exitCode" in error || "syscall" in error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DatasetError(`${place} cannot be read as Parquet: ${message.replace(/\.$/, "")}. ${ADVICE}`, {
    cause: error,
  });
}

function tableOf(input: FormatInput, opened: Opened): TableSource {
  const { all, rows, metadata } = opened;
  const used = all.filter(({ type }) => !(type instanceof LeftOut));
  const leftOut = all.flatMap(({ name, type }) =>
    type instanceof LeftOut ? [`column ${JSON.stringify(name)} is left out: ${type.why}`] : [],
  );
  if (used.length === 0) {
    throw new DatasetError(
      `${input.name} has no column of numbers, texts, booleans or dates${leftOut.length === 0 ? "" : ` (${leftOut.slice(0, 5).join("; ")})`}. ` +
        "Write what is wanted of it as columns of those.",
    );
  }
  const mended: string[] = [];
  const columns = mendNames(
    used.map(({ name }) => name),
    mended,
  );
  const groups = rows.length === 1 ? "1 row group" : `${rows.length} row groups`;
  const by = metadata.created_by?.slice(0, 60);
  return {
    name: input.name,
    format: "Parquet",
    facts: [groups, ...(by ? [`written by ${by}`] : []), ...leftOut, ...mended],
    columns,
    rows: rows.reduce((sum, count) => sum + count, 0),
    place: "row",
    read: (options) => readGroups(input.name, opened, used, columns, options),
    close: () => input.close(),
  };
}

/** What pages are read with. */
async function toolsOf(file: RandomAccess, columns: number): Promise<PageTools> {
  const [{ parquetHeader }, { deltaBinaryUnpack }] = await loadPackage("hyparquet", () =>
    Promise.all([import("hyparquet/src/column.js"), import("hyparquet/src/delta.js")]),
  );
  const unpackers = new Map<string, Promise<Unpacker>>();
  return {
    slice: file.slice,
    header: parquetHeader,
    deltas: deltaBinaryUnpack as DeltaUnpack,
    window: Math.max(2 ** 14, Math.min(2 ** 20, Math.floor(MOST_AHEAD / Math.max(1, columns)))),
    unpacker(codec) {
      const found = unpackers.get(codec) ?? unpackerOf(codec);
      unpackers.set(codec, found);
      return found;
    },
  };
}

async function* readGroups(
  name: string,
  { file, metadata, rows, leaves }: Opened,
  used: readonly ParquetColumn[],
  names: readonly string[],
  { columns = used.map((_, i) => i), signal, onProgress }: TableReadOptions = {},
): AsyncGenerator<TableChunk> {
  signal?.throwIfAborted();
  const tools = await toolsOf(file, columns.length);
  const all = rows.reduce((sum, count) => sum + count, 0);
  let first = 0;
  for (const [g, group] of metadata.row_groups.entries()) {
    const count = rows[g]!;
    if (count === 0) continue;
    const where = (column: number) => `${name}, row group ${g}, column ${JSON.stringify(names[column])}`;
    const readers: ColumnReader[] = [];
    for (const column of columns) {
      const place = await within(where(column), async () =>
        placeOf(used[column]!, group as RowGroup, leaves, count, file.size),
      );
      readers.push(new ColumnReader(place, tools));
    }
    for (let row = 0; row < count; row += ROWS_AT_ONCE) {
      signal?.throwIfAborted();
      const part = Math.min(ROWS_AT_ONCE, count - row);
      const cells: TableChunk["columns"][number][] = [];
      let pending = 0;
      for (const [i, reader] of readers.entries()) {
        const place = where(columns[i]!);
        cells.push(await within(place, () => reader.take(part)));
        pending += reader.pending;
        if (pending > MOST_PENDING) {
          throw new DatasetError(
            `${place}: the pages of all columns hold more than ${MOST_PENDING} values at once. Write it with smaller pages, or ask for fewer columns.`,
          );
        }
      }
      yield { first: first + row, rows: part, columns: cells };
      onProgress?.((first + row + part) / all);
    }
    first += count;
  }
}
