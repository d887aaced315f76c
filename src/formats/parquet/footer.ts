/** The end of a Parquet file: its schema and where its columns lie. All of it is checked before anything is read by it. */
import type { ColumnChunk, FileMetaData, RowGroup, SchemaElement } from "hyparquet/src/types.js";
import { type ColumnPlace, MOST_PAGE_VALUES } from "./pages.ts";
import { skipThrift } from "./thrift.ts";
import { type ColumnType, columnType, LeftOut } from "./values.ts";

/** A column of the schema's first level. */
export interface ParquetColumn {
  readonly name: string;
  readonly optional: boolean;
  /** The place of its data among a row group's; of a nested one, of the first of them. */
  readonly leaf: number;
  readonly type: ColumnType | LeftOut;
}

const MAGIC = "PAR1";
const MOST_METADATA = 2 ** 26;
export const MOST_PARQUET_COLUMNS = 2 ** 17;
const MOST_GROUPS = 2 ** 20;
const MOST_ROWS = 2 ** 32 - 1;
/** A page has a header of so many bytes at least. */
const LEAST_PAGE = 12;

export const isParquet = (head: Uint8Array): boolean => String.fromCharCode(...head.subarray(0, 4)) === MAGIC;

/**
 * The metadata.
 * @param parse hyparquet's parser of a footer
 * @throws an Error that says what is amiss
 */
export async function readFooter(
  size: number,
  slice: (start: number, end: number) => Promise<Uint8Array>,
  parse: (footer: Uint8Array) => FileMetaData,
): Promise<FileMetaData> {
  if (size < 12) throw new Error(`it has ${size} bytes, expected 12 at least`);
  const end = await slice(size - 8, size);
  const magic = String.fromCharCode(...end.subarray(4));
  if (magic === "PARE") throw new Error("it is encrypted, which is not read");
  if (end.length < 8 || magic !== MAGIC)
    throw new Error(`it does not end with ${MAGIC}: it is cut short, or not written to its end`);
  const length = new DataView(end.buffer, end.byteOffset, end.byteLength).getUint32(0, true);
  if (length > MOST_METADATA || length > size - 12) {
    throw new Error(
      `its metadata have ${length} bytes, expected at most ${Math.min(MOST_METADATA, size - 12)}`,
    );
  }
  const footer = await slice(size - 8 - length, size);
  if (footer.length !== length + 8) throw new Error("its metadata are cut short");
  if (skipThrift(footer.subarray(0, length), 0) > length) throw new Error("its metadata do not end");
  const metadata = parse(footer);
  if (metadata.schema.length === 0) throw new Error("it has no schema");
  if (metadata.row_groups.length > MOST_GROUPS)
    throw new Error(`it has ${metadata.row_groups.length} row groups`);
  return metadata;
}

/** The columns of the first level. @throws an Error if the schema is none */
export function columnsOf(schema: readonly SchemaElement[]): ParquetColumn[] {
  const count = schema[0]!.num_children ?? 0;
  if (!Number.isInteger(count) || count < 0 || count >= schema.length || count > MOST_PARQUET_COLUMNS) {
    throw new Error(
      `it has ${count} columns in a schema of ${schema.length} elements, expected at most ${MOST_PARQUET_COLUMNS}`,
    );
  }
  const columns: ParquetColumn[] = [];
  let at = 1;
  let leaf = 0;
  for (let i = 0; i < count; i++) {
    const element = schema[at];
    const first = leaf;
    for (let left = 1; left > 0; left--) {
      const next = schema[at++];
      const children = next?.num_children ?? 0;
      if (next === undefined || !Number.isInteger(children) || children < 0 || children > schema.length) {
        throw new Error("its schema is damaged");
      }
      left += children;
      if (children === 0 && next.type !== undefined) leaf++;
    }
    columns.push(columnOf(element!, first));
  }
  if (at !== schema.length) throw new Error("its schema is damaged");
  return columns;
}

function columnOf(element: SchemaElement, leaf: number): ParquetColumn {
  const name = element.name ?? "";
  const optional = element.repetition_type === "OPTIONAL";
  const kind = element.logical_type?.type ?? element.converted_type;
  if (element.type === undefined || element.num_children) {
    const what =
      kind === "LIST" ? "lists" : kind === "MAP" || kind === "MAP_KEY_VALUE" ? "maps" : "structures";
    return { name, optional, leaf, type: new LeftOut(`it holds ${what}`) };
  }
  if (element.repetition_type === "REPEATED")
    return { name, optional, leaf, type: new LeftOut("it holds lists") };
  return { name, optional, leaf, type: columnType(element) };
}

/** How many rows each row group has. @throws an Error if they are not what the file says, or too many */
export function groupRows({ num_rows, row_groups }: FileMetaData): number[] {
  const rows = row_groups.map((group, i) => {
    const count = Number(group.num_rows);
    if (!Number.isInteger(count) || count < 0 || count > MOST_ROWS) {
      throw new Error(`row group ${i} has ${group.num_rows} rows, expected at most ${MOST_ROWS}`);
    }
    return count;
  });
  const sum = rows.reduce((total, count) => total + count, 0);
  if (sum !== Number(num_rows) || sum > MOST_ROWS) {
    throw new Error(
      `it has ${num_rows} rows, and ${sum} in its row groups, expected as many, and at most ${MOST_ROWS}`,
    );
  }
  return rows;
}

/**
 * Where a column of a row group lies.
 * @param size of the file
 * @throws an Error if that is not in the file, or it cannot be as many rows
 */
export function placeOf(
  column: ParquetColumn,
  group: RowGroup,
  leaves: number,
  rows: number,
  size: number,
): ColumnPlace {
  if (group.columns.length !== leaves)
    throw new Error(`it has ${group.columns.length} columns, expected ${leaves}`);
  const chunk: ColumnChunk = group.columns[column.leaf]!;
  const data = chunk.meta_data;
  if (data === undefined || chunk.crypto_metadata !== undefined)
    throw new Error("it is encrypted, which is not read");
  if (chunk.file_path) throw new Error("it lies in another file, which is not read");
  const type = column.type as ColumnType;
  const path = data.path_in_schema;
  if (path.length !== 1 || path[0] !== column.name || data.type !== type.physical) {
    throw new Error(`its data are of ${path.join(".")} (${data.type}), expected ${type.physical}`);
  }
  const first = Number(data.data_page_offset);
  const dictionary = Number(data.dictionary_page_offset ?? 0);
  const start = dictionary > 0 ? Math.min(first, dictionary) : first;
  const length = Number(data.total_compressed_size);
  const isPlace = Number.isInteger(start) && Number.isInteger(length) && start >= 4 && length >= 0;
  if (!isPlace || start + length > size - 8) {
    throw new Error(`its data are said to lie at bytes ${start} to ${start + length} of ${size}`);
  }
  const values = Number(data.num_values);
  const possible = Math.floor(length / LEAST_PAGE) * MOST_PAGE_VALUES;
  if (values !== rows || rows > possible) {
    throw new Error(
      values !== rows
        ? `it has ${data.num_values} values, and its row group ${rows} rows, expected as many`
        : `it has ${rows} rows in ${length} bytes, which can hold ${possible} at most`,
    );
  }
  const { name, optional } = column;
  return { name, type, optional, codec: data.codec, start, end: start + length, rows };
}
