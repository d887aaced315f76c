/** Tables in files. In the browser's build openFile.browser.ts stands in for this file. What needs Node is loaded on first use. */
import type { FormatOptions } from "../formats/format.ts";
import type { TableSource } from "../tables/table.ts";

/**
 * Opens a table of any format: CSV, TSV, JSON lines, Parquet, NPY, NPZ.
 * @throws FileError if it cannot be read; DatasetError if it is of no format that is read; ConfigError if an option is wrong
 */
export async function openFile(path: string, options: FormatOptions): Promise<TableSource> {
  const { openInput, openTableSource } = await import("../formats/open.ts");
  return await openTableSource(await openInput(path), options);
}
