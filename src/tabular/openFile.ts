/** Tables in files. What reads them is loaded when the first one is. */
import type { GivenFile } from "../files/given.ts";
import type { FormatOptions } from "../formats/format.ts";
import type { TableSource } from "../tables/table.ts";

/**
 * Opens a table of any format: CSV, TSV, JSON lines, Parquet, NPY, NPZ.
 * @param file its path, or a File
 * @throws FileError if it cannot be read; DatasetError if it is of no format that is read; ConfigError if an option is wrong
 */
export async function openFile(file: string | GivenFile, options: FormatOptions): Promise<TableSource> {
  const { openInput, openTableSource } = await import("../formats/open.ts");
  return await openTableSource(await openInput(file), options);
}
