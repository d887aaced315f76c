/** A table of the user's as the data of a run: it is read, understood and split, and the one to test on is opened. */
import { countsOf, type TableCounts, tableDataset } from "../../data/tableDataset.ts";
import { type TypedSamples, typedSamples } from "../../data/typedSamples.ts";
import { ConfigError } from "../../errors.ts";
import { thousands } from "../../format/numbers.ts";
import { counted, pluralOf } from "../../format/words.ts";
import type { FormatInput, FormatOptions } from "../../formats/format.ts";
import type { Signal } from "../../platform.ts";
import type { TablePreprocessing } from "../../preprocessing/preprocessing.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { collectTable } from "../../tables/collect.ts";
import { understandingText } from "../../tables/describe.ts";
import type { TableOptions, TableSource } from "../../tables/table.ts";
import { understand } from "../../tables/understand.ts";
import type { Wording } from "../../tables/wording.ts";
import type { OpenedData } from "./opened.ts";

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

/** Reads a source as `read` does, and closes it. */
export type Reading = <T>(
  source: TableSource,
  read: (onProgress: (share: number) => void) => Promise<T>,
) => Promise<T>;

export interface OpenTableOptions {
  /** The members of an ensemble where none are given; undefined for one network. Default: for one network. */
  readonly membersFor?: ((counts: TableCounts) => number | undefined) | undefined;
  /** The rows for validation of so many, where none are given and there is one network. Default: as of a table. */
  readonly validationOf?: ((rows: number) => number | undefined) | undefined;
  /** The error if no target is given. */
  readonly noTarget: (source: TableSource) => ConfigError;
  /** Opens the table to test on. Default: there is none. */
  readonly openTest?: (() => Promise<FormatInput>) | undefined;
  /** How errors write what can be said of a table. Default: as flags. */
  readonly wording?: Wording | undefined;
  /** Columns of the terminal, in which `understood` is written. Default: 80. */
  readonly width?: number | undefined;
  readonly signal?: Signal | undefined;
  /** How sources are read. */
  readonly reading: Reading;
}

/** Columns of a table that are shown before a training. */
const MOST_SHOWN = 30;

/**
 * Opens a table to train on, and closes it.
 * @throws ConfigError if there is no target, or an option is not for this table; DatasetError if it is damaged, or nothing can be
 *   learned from it; FileError if it cannot be read
 */
export async function openTableData(
  input: FormatInput,
  settings: TableSettings,
  { membersFor, validationOf, noTarget, openTest, wording, width, signal, reading }: OpenTableOptions,
): Promise<OpenedData> {
  const { openTableSource } = await import("../../formats/open.ts");
  const source = await openTableSource(input, formatOptions(settings));
  const options = { ...tableOptions(settings), wording };
  const table = await reading(source, async (onProgress) => {
    if (options.target === undefined) throw noTarget(source);
    return await collectTable(source, options, { signal, onProgress });
  });
  const understanding = understand(table, options);
  const { limit, seed, weight, group, time, missing, standardize } = settings;
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
  const understood = understandingText(understanding, table, { width, most: MOST_SHOWN });
  const opened = { kind: "table", understood, understanding, heldOutBy: made.heldOutBy, members } as const;
  if (openTest === undefined) return { ...opened, dataset: made.dataset, warnings: made.warnings };
  const test = await openTest();
  // The column of weights is that of the preprocessing: another file need not have it.
  const others = { ...settings, weight: undefined };
  const tested = await openTestTable(test, made.preprocessing, others, { signal, reading });
  return {
    ...opened,
    dataset: { ...made.dataset, test: tested.samples },
    warnings: [...made.warnings, ...testWarnings(test.name, tested)],
  };
}

/** Opens a table to test a model on, and closes it. @throws as {@link typedSamples}, and FileError if it cannot be read */
export async function openTestTable(
  input: FormatInput,
  preprocessing: TablePreprocessing,
  settings: TableSettings,
  { signal, reading }: Pick<OpenTableOptions, "signal" | "reading">,
): Promise<TypedSamples> {
  const { openTableSource } = await import("../../formats/open.ts");
  const source = await openTableSource(input, formatOptions(settings));
  const { weight, missing, decimal } = settings;
  return await reading(source, (onProgress) =>
    typedSamples(source, preprocessing, { weight, missing, decimal, signal, onProgress }),
  );
}

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

/** Names that a target often has, the likeliest first. */
const USUAL_TARGETS = ["target", "class", "label", "y", "outcome", "price"];

/** The column that is probably to be predicted: one with a usual name, or the last one. */
export const likelyTarget = (columns: readonly string[]): string | undefined =>
  USUAL_TARGETS.map((usual) => columns.find((column) => column.toLowerCase() === usual)).find(
    (column) => column !== undefined,
  ) ?? columns.at(-1);

const MOST_LISTED = 30;

/**
 * The error for a table without a target.
 * @param nameIt tells how a column is named as the target: a sentence
 */
export function noTargetError(
  { name, columns }: TableSource,
  nameIt: (column: string) => string,
): ConfigError {
  const proposed = likelyTarget(columns);
  const listed = columns.slice(0, MOST_LISTED).map((column) => JSON.stringify(column));
  const more = columns.length > MOST_LISTED ? `, and ${columns.length - MOST_LISTED} more` : "";
  return new ConfigError(
    `${name}: which column is to be predicted? There are: ${listed.join(", ")}${more}. ` +
      (proposed === undefined ? "" : nameIt(proposed)),
  );
}
