/** Opens a table of the user's as a data set, and the file of `--test`, with progress on the terminal. */
import type { TypedSamples } from "../data/typedSamples.ts";
import { ConfigError } from "../errors.ts";
import type { FormatInput } from "../formats/format.ts";
import { openInput, STANDARD_INPUT } from "../formats/open.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import type { OpenedData } from "../runs/data/opened.ts";
import {
  noTargetError,
  type OpenTableOptions as Options,
  openTableData,
  openTestTable,
  type Reading,
  type TableSettings,
} from "../runs/data/table.ts";
import { shellWord } from "../settings/commandLine.ts";
import type { CliContext } from "./context.ts";
import { StatusLine } from "./progress/statusLine.ts";
import { inputOptions } from "./tableFile.ts";

export interface OpenTableOptions extends Pick<Options, "membersFor" | "validationOf"> {
  /** What a proposed command begins with: "nnwasm train". */
  readonly command: string;
}

/** Opens a table to train on. @throws as openTableData() */
export async function openTable(
  context: CliContext,
  input: FormatInput,
  settings: TableSettings,
  { command, ...options }: OpenTableOptions,
): Promise<OpenedData> {
  const { test } = settings;
  if (test === "-" && input.name === STANDARD_INPUT) {
    await input.close();
    throw new ConfigError(`--test - is ${STANDARD_INPUT}, and so is --data. Give one of them as a file.`);
  }
  return await openTableData(input, settings, {
    ...options,
    noTarget: (source) =>
      noTargetError(
        source,
        (column) => `Name it: ${command} ${shellWord(source.name)} --target ${shellWord(asName(column))}`,
      ),
    openTest: test === undefined ? undefined : () => openInput(test, inputOptions(context, test)),
    width: new StatusLine(context, false).width,
    signal: context.signal,
    reading: readingOn(context),
  });
}

/** Opens a table to test a model on. @throws as openTestTable(), and FileError if it cannot be read */
export async function openTest(
  context: CliContext,
  path: string,
  preprocessing: TablePreprocessing,
  settings: TableSettings,
): Promise<TypedSamples> {
  const input = await openInput(path, inputOptions(context, path));
  const { signal } = context;
  return await openTestTable(input, preprocessing, settings, { signal, reading: readingOn(context) });
}

/** Reads a source, showing how far it is, and closes it. */
const readingOn =
  (context: CliContext): Reading =>
  async (source, read) => {
    const line = new StatusLine(context, false);
    try {
      return await read((share) =>
        line.draw(() => line.withBar(`reading ${source.name}  `, share, `  ${Math.floor(100 * share)}%`)),
      );
    } finally {
      line.clear();
      await source.close();
    }
  };

/** A column as --target takes it: one with a comma in quotes. */
const asName = (column: string) => (/[",]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column);
