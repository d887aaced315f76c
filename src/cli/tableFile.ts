/** Opening the table that an argument of a command names. */
import { ConfigError } from "../errors.ts";
import type { FormatOptions } from "../formats/format.ts";
import type { TableSource } from "../tables/table.ts";
import type { CliContext } from "./context.ts";

/** The file of a table, opened. @throws ConfigError if there are several */
export async function openTableFile(
  { stdin }: CliContext,
  files: readonly string[],
  { format, delimiter, header, encoding }: FormatOptions,
): Promise<TableSource> {
  const [file, ...others] = files as [string, ...string[]];
  if (others.length > 0) {
    throw new ConfigError(
      `Of a table one file is read at a time, not ${files.length}. Run the command for each, or join them.`,
    );
  }
  const { openInput, openTableSource } = await import("../formats/open.ts");
  const input = await openInput(file, { stdin: file === "-" ? stdin : undefined });
  return await openTableSource(input, { format, delimiter, header, encoding });
}
