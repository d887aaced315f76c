/** Opening the table that an argument of a command names. */
import { ConfigError } from "../errors.ts";
import type { FormatOptions } from "../formats/format.ts";
import type { InputOptions } from "../formats/open.ts";
import type { TableSource } from "../tables/table.ts";
import type { CliContext } from "./context.ts";

/** What the opening of a file needs of the command line. The standard input is not touched unless it is meant. */
export const inputOptions = (context: CliContext, file: string): InputOptions => ({
  stdin: file === "-" ? context.stdin : undefined,
  signal: context.signal,
});

/** The file of a table, opened. @throws ConfigError if there are several */
export async function openTableFile(
  context: CliContext,
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
  const input = await openInput(file, inputOptions(context, file));
  return await openTableSource(input, { format, delimiter, header, encoding });
}
