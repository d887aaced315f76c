/** Reads whole tables out of bytes in memory. */
import type { FormatOptions } from "../../src/formats/format.ts";
import { openInput, openTableSource } from "../../src/formats/open.ts";
import type { Cell, TableReadOptions, TableSource } from "../../src/tables/table.ts";

export interface WholeTable {
  readonly source: TableSource;
  readonly columns: Record<string, Cell[]>;
  readonly chunks: number;
}

/** A source of these bytes; `packed` ones come as a stream, which can neither be read at once nor twice. */
export async function openBytes(
  name: string,
  bytes: Uint8Array,
  { streamed = false, ...options }: FormatOptions & { streamed?: boolean } = {},
): Promise<TableSource> {
  const stdin = async function* () {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
  };
  const input = streamed
    ? Object.defineProperty(await openInput("-", { stdin: stdin() }), "name", { value: name })
    : await openInput({ name, bytes });
  return await openTableSource(input, options);
}

/** All cells of a source, by column. */
export async function wholeTable(source: TableSource, options: TableReadOptions = {}): Promise<WholeTable> {
  const names = options.columns?.map((column) => source.columns[column]!) ?? source.columns;
  const columns: Record<string, Cell[]> = Object.fromEntries(names.map((name) => [name, []]));
  let rows = 0;
  let chunks = 0;
  for await (const chunk of source.read(options)) {
    if (chunk.first !== rows || chunk.columns.length !== names.length || chunk.rows < 1) {
      throw new Error(
        `a chunk of ${chunk.columns.length} columns begins at row ${chunk.first}, expected ${rows}`,
      );
    }
    for (const [i, name] of names.entries()) {
      if (chunk.columns[i]!.length !== chunk.rows)
        throw new Error(`column ${name} has not ${chunk.rows} cells`);
      columns[name]!.push(...Array.from(chunk.columns[i]!));
    }
    rows += chunk.rows;
    chunks++;
  }
  if (source.rows !== undefined && rows !== source.rows)
    throw new Error(`${rows} rows, expected ${source.rows}`);
  await source.close();
  return { source, columns, chunks };
}
