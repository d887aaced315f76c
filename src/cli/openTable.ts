/** Opens a table of the user's as a data set: reads it, understands it, splits it, and opens the file of `--test`. */
import { countsOf, type TableCounts, tableDataset } from "../data/tableDataset.ts";
import { type TypedSamples, typedSamples } from "../data/typedSamples.ts";
import { ConfigError } from "../errors.ts";
import { thousands } from "../format/numbers.ts";
import { counted, pluralOf } from "../format/words.ts";
import type { FormatInput, FormatOptions } from "../formats/format.ts";
import { inputName, openInput, openTableSource, STANDARD_INPUT } from "../formats/open.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { shellWord } from "../settings/commandLine.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { collectTable } from "../tables/collect.ts";
import { understandingText } from "../tables/describe.ts";
import type { TableOptions, TableSource } from "../tables/table.ts";
import { understand } from "../tables/understand.ts";
import type { CliContext } from "./context.ts";
import type { OpenedData } from "./openData.ts";
import { StatusLine } from "./progress/statusLine.ts";
import { inputOptions } from "./tableFile.ts";

/** The settings that say what a table is; and those of its split. */
export type TableSettings = Partial<
  Pick<
    TrainSettings,
    | "target"
    | "task"
    | "drop"
    | "numeric"
    | "categorical"
    | "weight"
    | "group"
    | "time"
    | "missing"
    | "format"
    | "delimiter"
    | "decimal"
    | "dates"
    | "header"
    | "encoding"
    | "test"
    | "validation"
    | "limit"
    | "seed"
    | "standardize"
  >
>;

export const tableOptions = (settings: TableSettings): TableOptions => {
  const { target, task, drop, numeric, categorical, weight, group, time, missing, decimal, dates } = settings;
  return { target, task, drop, numeric, categorical, weight, group, time, missing, decimal, dates };
};

export const formatOptions = ({ format, delimiter, header, encoding }: TableSettings): FormatOptions => ({
  ...{ format, delimiter, header, encoding },
});

export interface OpenTableOptions {
  /** What a proposed command begins with: "nnwasm train". */
  readonly command: string;
  /** The members of an ensemble where none are given; undefined for one network. Default: for one network. */
  readonly membersFor?: ((counts: TableCounts) => number | undefined) | undefined;
  /** The rows for validation of so many, where none are given and there is one network. Default: as of a table. */
  readonly validationOf?: ((rows: number) => number | undefined) | undefined;
}

/**
 * Opens a table to train on.
 * @throws ConfigError if there is no target, or an option is not for this table; DatasetError if it is damaged, or nothing can be
 *   learned from it; FileError if it cannot be read
 */
export async function openTable(
  context: CliContext,
  input: FormatInput,
  settings: TableSettings,
  { command, membersFor, validationOf }: OpenTableOptions,
): Promise<OpenedData> {
  if (settings.test === "-" && input.name === STANDARD_INPUT) {
    await input.close();
    throw new ConfigError(`--test - is ${STANDARD_INPUT}, and so is --data. Give one of them as a file.`);
  }
  const source = await openTableSource(input, formatOptions(settings));
  const options = tableOptions(settings);
  const table = await reading(context, source, async (onProgress) => {
    if (options.target === undefined) throw noTarget(source, command);
    return await collectTable(source, options, { signal: context.signal, onProgress });
  });
  const understanding = understand(table, options);
  const { limit, seed, weight, group, time, missing, standardize, test } = settings;
  const counts = countsOf(table, understanding, { group, time });
  const members = membersFor?.({ ...counts, rows: Math.min(limit ?? counts.rows, counts.rows) });
  // An ensemble holds out each row by turns.
  const { validation = members === undefined ? validationOf?.(counts.rows) : 0 } = settings;
  const numbers = ({ feature: "standard", none: "plain", robust: "robust" } as const)[
    standardize ?? "robust"
  ];
  const made = tableDataset(table, understanding, {
    ...{ validation, limit, seed, weight, group, time, missing, numbers },
    origin: source.format,
  });
  const understood = understandingText(understanding, table, { width: widthOf(context), most: MOST_SHOWN });
  const opened = { kind: "table", understood, heldOutBy: made.heldOutBy, members } as const;
  if (test === undefined) return { ...opened, dataset: made.dataset, warnings: made.warnings };
  // The column of weights is that of the preprocessing: another file need not have it.
  const tested = await openTest(context, test, made.preprocessing, { ...settings, weight: undefined });
  return {
    ...opened,
    dataset: { ...made.dataset, test: tested.samples },
    warnings: [...made.warnings, ...testWarnings(inputName(test), tested)],
  };
}

/** Opens a table to test a model on. @throws as {@link typedSamples}, and FileError if it cannot be read */
export async function openTest(
  context: CliContext,
  path: string,
  preprocessing: TablePreprocessing,
  settings: TableSettings,
): Promise<TypedSamples> {
  const input = await openInput(path, inputOptions(context, path));
  const source = await openTableSource(input, formatOptions(settings));
  const { weight, missing, decimal } = settings;
  return await reading(context, source, (onProgress) =>
    typedSamples(source, preprocessing, { weight, missing, decimal, signal: context.signal, onProgress }),
  );
}

/** Columns of a table that are shown before a training. */
const MOST_SHOWN = 30;

const widthOf = (context: CliContext): number => new StatusLine(context, false).width;

/** Reads a source, showing how far it is, and closes it. */
async function reading<T>(
  context: CliContext,
  source: TableSource,
  read: (onProgress: (share: number) => void) => Promise<T>,
): Promise<T> {
  const line = new StatusLine(context, false);
  try {
    return await read((share) =>
      line.draw(() => line.withBar(`reading ${source.name}  `, share, `  ${Math.floor(100 * share)}%`)),
    );
  } finally {
    line.clear();
    await source.close();
  }
}

/** Names that a target often has. */
const USUAL_TARGETS = ["target", "class", "label", "y", "outcome"];
const MOST_LISTED = 30;

function noTarget({ name, columns }: TableSource, command: string): ConfigError {
  const proposed =
    USUAL_TARGETS.map((usual) => columns.find((column) => column.toLowerCase() === usual)).find(
      (column) => column !== undefined,
    ) ?? columns.at(-1);
  const listed = columns.slice(0, MOST_LISTED).map((column) => JSON.stringify(column));
  const more = columns.length > MOST_LISTED ? `, and ${columns.length - MOST_LISTED} more` : "";
  const path = shellWord(name);
  return new ConfigError(
    `${name}: which column is to be predicted? There are: ${listed.join(", ")}${more}. ` +
      (proposed === undefined ? "" : `Name it: ${command} ${path} --target ${shellWord(asName(proposed))}`),
  );
}

/** A column as --target takes it: one with a comma in quotes. */
const asName = (column: string) => (/[",]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column);

/** What is to be known of a table that a model is tested on, as sentences. */
export function testWarnings(name: string, { leftOut, unseen, missing }: TypedSamples): string[] {
  const counts = (each: ReadonlyMap<string, number>) =>
    [...each].map(([column, count]) => `${column} ${thousands(count)}`).join(", ");
  return [
    ...(leftOut === 0
      ? []
      : [
          `${name}: ${thousands(leftOut)} ${pluralOf("row", leftOut)} without a target ${leftOut === 1 ? "is" : "are"} left out.`,
        ]),
    ...(unseen.size === 0
      ? []
      : [
          `${name}: values that were not in the training rows, in ${counted(unseen.size, "column")}: ${counts(unseen)}.`,
        ]),
    ...(missing.size === 0
      ? []
      : [`${name}: missing values, in ${counted(missing.size, "column")}: ${counts(missing)}.`]),
  ];
}
