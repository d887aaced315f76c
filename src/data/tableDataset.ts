/** A table as a data set: its rows are split, and what prepares them is fitted on those that are trained on. */
import { ConfigError, DatasetError } from "../errors.ts";
import { printable } from "../format/printable.ts";
import { counted } from "../format/words.ts";
import { fitPreprocessing, type PreprocessingOptions } from "../preprocessing/fit.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { listedNames } from "../tables/names.ts";
import { momentText } from "../tables/profile.ts";
import type { Table, TableColumn, TableOptions, Understanding } from "../tables/table.ts";
import { classLabels, columnOf, isMissing, targetRows } from "../tables/targets.ts";
import type { UntestedDataset } from "./dataset.ts";
import type { HeldOutBy } from "./entries.ts";
import { type OwnSplit, splitOwn } from "./ownSplit.ts";
import { tableSamples } from "./tableSamples.ts";

export interface TableDatasetOptions
  extends Pick<TableOptions, "weight" | "group" | "time">,
    PreprocessingOptions {
  /** Rows for validation, or their share below 1, which makes room for a training row of each class. Default: 0.2. */
  readonly validation?: number | undefined;
  /** Keeps only so many training rows of the split, with times the latest, ≥ 1. Default: all. */
  readonly limit?: number | undefined;
  /** Decides which rows are taken, and their order. Default: 1. */
  readonly seed?: number | undefined;
  /** Where the table is, for people. Default: its name. */
  readonly origin?: string | undefined;
}

export interface TableDataset {
  /** It has a split and no test set. */
  readonly dataset: UntestedDataset;
  readonly preprocessing: TablePreprocessing;
  /** An entry for each row of the data set, if there are groups or times. */
  readonly heldOutBy: HeldOutBy;
  /** What a user should know of the split, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Makes a data set of a table: rows without a target are left out; classes have their share of both sets, and each keeps a row to
 * train on; with groups, a group is in one set as a whole; with times, the latest rows are for validation.
 * @throws ConfigError if there is no target, or the options leave nothing to train on; DatasetError if no row has a target, or
 *   there is nothing to learn from
 */
export function tableDataset(
  table: Table,
  understanding: Understanding,
  options: TableDatasetOptions = {},
): TableDataset {
  const { name } = table;
  const { task } = understanding;
  if (task === undefined)
    throw new ConfigError(`${name}: there is no target. Say which column is to be predicted.`);
  const { weight, numbers, missing, origin = name } = options;
  const rows = targetRows(table, task.target);
  if (rows.length === 0) {
    throw new DatasetError(`${name}: no row has a value of ${task.target.join(", ")}. Is the target right?`);
  }
  const heldOutBy = heldOutByOf(table, rows, options);
  const { train, validation, warnings } = splitOf(table, understanding, rows, heldOutBy, options);
  const preprocessing = fitPreprocessing(
    table,
    understanding,
    train.map((place) => rows[place]!),
    { numbers, missing },
  );
  const samples = tableSamples(table, preprocessing, rows, { weight });
  const { features, classes, targets } = samples;
  const told = [
    ...warnings,
    ...(options.time === undefined ? [] : latestRows(columnOf(table, options.time), rows, validation)),
    ...unknownClasses(table, understanding, rows, { train, validation }),
  ];
  return {
    dataset: {
      ...{ name, origin, shape: [features], features, classes, targets },
      classNames: samples.classNames!,
      training: samples,
      split: { train, validation },
      preprocessing: preprocessing.describe(),
    },
    preprocessing,
    heldOutBy,
    warnings: told,
  };
}

/** Which rows are for validation by their time. */
function latestRows(column: TableColumn, rows: Uint32Array, validation: Uint32Array): string[] {
  if (validation.length === 0) return [];
  const from = printable(momentText(column, column.cells[rows[validation[0]!]!]!));
  return [
    `By ${printable(column.name)}, ${counted(validation.length, "row")} from ${from} on ${validation.length === 1 ? "is" : "are"} for validation.`,
  ];
}

/** Classes that no row that is trained on has, as groups and times keep their rows together. */
function unknownClasses(
  table: Table,
  { task }: Understanding,
  rows: Uint32Array,
  { train, validation }: Pick<OwnSplit, "train" | "validation">,
): string[] {
  if (task?.classNames === undefined) return [];
  const labels = classLabels(columnOf(table, task.target[0]!), task.classNames);
  const labelsOf = (places: Uint32Array) => new Set(Array.from(places, (place) => labels[rows[place]!]!));
  const known = labelsOf(train);
  const unknown = [...labelsOf(validation)].filter((label) => !known.has(label)).sort((a, b) => a - b);
  if (unknown.length === 0) return [];
  const names = listedNames(unknown.map((label) => task.classNames![label]!));
  return [
    `No row to train on has the ${unknown.length === 1 ? "class" : "classes"} ${names}: only rows for validation have.`,
  ];
}

/** How large a table is, as far as a training goes by it. */
export interface TableCounts {
  /** Rows that have a target. */
  readonly rows: number;
  /** Columns that are features. */
  readonly columns: number;
  /** Whether some of the rows can be held out, and others of their class, or of another group or time, remain. */
  readonly canHoldOut: boolean;
}

/** Counts the rows and columns of a table that can be trained on. */
export function countsOf(
  table: Table,
  understanding: Understanding,
  options: Pick<TableOptions, "group" | "time"> = {},
): TableCounts {
  const { task, columns } = understanding;
  const rows = task === undefined ? new Uint32Array() : targetRows(table, task.target);
  const { groups, times } = heldOutByOf(table, rows, options);
  const together = groups ?? times;
  const sets = together ?? classesOf(table, understanding, rows);
  const different = sets === undefined ? 1 : new Set(Array.from(sets)).size;
  return {
    rows: rows.length,
    columns: columns.filter(({ role }) => role === "feature").length,
    canHoldOut: together === undefined ? different < rows.length : different > 1,
  };
}

/** The places in `rows` of the rows to train on, and of those for validation. */
function splitOf(
  table: Table,
  understanding: Understanding,
  rows: Uint32Array,
  { groups, times }: HeldOutBy,
  { validation, limit, seed }: TableDatasetOptions,
): OwnSplit {
  const classes = groups === undefined ? classesOf(table, understanding, rows) : undefined;
  return splitOwn(rows.length, { ...{ name: table.name, validation, limit, seed }, classes, groups, times });
}

/** What stands for the class of each row, if there are classes. */
function classesOf(table: Table, { task }: Understanding, rows: Uint32Array): Float64Array | undefined {
  if (task?.kind !== "classes") return undefined;
  const { cells } = columnOf(table, task.target[0]!);
  return Float64Array.from(rows, (row) => cells[row]!);
}

function heldOutByOf(
  table: Table,
  rows: Uint32Array,
  { group, time }: Pick<TableOptions, "group" | "time">,
): HeldOutBy {
  return {
    groups: group && groupsOf(table, group, rows),
    times: time === undefined ? undefined : timesOf(table, time, rows),
  };
}

/** The time of each row. A missing one is before all others. */
function timesOf(table: Table, name: string, rows: Uint32Array): Float64Array {
  const column = columnOf(table, name);
  return Float64Array.from(rows, (row) =>
    isMissing(column, row) ? Number.NEGATIVE_INFINITY : column.cells[row]!,
  );
}

/** What stands for the group of each row: rows with equal cells in all columns have the same. A missing cell equals a missing one. */
function groupsOf(table: Table, names: readonly string[], rows: Uint32Array): unknown[] {
  const columns = names.map((name) => columnOf(table, name));
  return Array.from(rows, (row) => {
    const cells = columns.map((column) => (isMissing(column, row) ? "" : column.cells[row]!));
    return cells.length === 1 ? cells[0] : cells.join(" ");
  });
}
