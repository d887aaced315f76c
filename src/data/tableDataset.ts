/** A table as a data set: its rows are split, and what prepares them is fitted on those that are trained on. */
import { ConfigError, DatasetError } from "../errors.ts";
import { fitPreprocessing, type PreprocessingOptions } from "../preprocessing/fit.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import type { Table, TableOptions, Understanding } from "../tables/table.ts";
import { columnOf, isMissing, targetRows } from "../tables/targets.ts";
import type { UntestedDataset } from "./dataset.ts";
import { type OwnSplit, splitOwn } from "./ownSplit.ts";
import { tableSamples } from "./tableSamples.ts";

export interface TableDatasetOptions extends Pick<TableOptions, "weight" | "group">, PreprocessingOptions {
  /** Rows for validation, or their share below 1, which makes room for a training row of each class. Default: 0.2. */
  readonly validation?: number | undefined;
  /** Keeps only the first so many training rows of the split, ≥ 1. Default: all. */
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
  /** What stands for the group of each row of the data set, if there are groups. */
  readonly groups?: readonly unknown[] | undefined;
  /** What a user should know of the split, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Makes a data set of a table: rows without a target are left out; classes have their share of both sets, and each keeps a row to
 * train on; with groups, a group is in one set as a whole.
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
  const groups = options.group && groupsOf(table, options.group, rows);
  const { train, validation, warnings } = splitOf(table, understanding, rows, groups, options);
  const preprocessing = fitPreprocessing(
    table,
    understanding,
    train.map((place) => rows[place]!),
    { numbers, missing },
  );
  const samples = tableSamples(table, preprocessing, rows, { weight });
  const { features, classes, targets } = samples;
  return {
    dataset: {
      ...{ name, origin, shape: [features], features, classes, targets },
      classNames: samples.classNames!,
      training: samples,
      split: { train, validation },
      preprocessing: preprocessing.describe(),
    },
    preprocessing,
    ...(groups !== undefined && { groups }),
    warnings,
  };
}

/** How large a table is, as far as a training goes by it. */
export interface TableCounts {
  /** Rows that have a target. */
  readonly rows: number;
  /** Columns that are features. */
  readonly columns: number;
  /** Whether some of the rows can be held out, and others of their class or group, or of another group, remain. */
  readonly canHoldOut: boolean;
}

/** Counts the rows and columns of a table that can be trained on. */
export function countsOf(
  table: Table,
  understanding: Understanding,
  { group }: Pick<TableOptions, "group"> = {},
): TableCounts {
  const { task, columns } = understanding;
  const rows = task === undefined ? new Uint32Array() : targetRows(table, task.target);
  const groups = group && groupsOf(table, group, rows);
  const sets = groups ?? classesOf(table, understanding, rows);
  const different = sets === undefined ? 1 : new Set(sets).size;
  return {
    rows: rows.length,
    columns: columns.filter(({ role }) => role === "feature").length,
    canHoldOut: groups === undefined ? different < rows.length : different > 1,
  };
}

/** The places in `rows` of the rows to train on, and of those for validation. */
function splitOf(
  table: Table,
  understanding: Understanding,
  rows: Uint32Array,
  groups: readonly unknown[] | undefined,
  { validation, limit, seed }: TableDatasetOptions,
): OwnSplit {
  const classes = groups === undefined ? classesOf(table, understanding, rows) : undefined;
  return splitOwn(rows.length, { ...{ name: table.name, validation, limit, seed }, classes, groups });
}

/** What stands for the class of each row, if there are classes. */
function classesOf(table: Table, { task }: Understanding, rows: Uint32Array): Float64Array | undefined {
  if (task?.kind !== "classes") return undefined;
  const { cells } = columnOf(table, task.target[0]!);
  return Float64Array.from(rows, (row) => cells[row]!);
}

/** What stands for the group of each row: rows with equal cells in all columns have the same. A missing cell equals a missing one. */
function groupsOf(table: Table, names: readonly string[], rows: Uint32Array): unknown[] {
  const columns = names.map((name) => columnOf(table, name));
  return Array.from(rows, (row) => {
    const cells = columns.map((column) => (isMissing(column, row) ? "" : column.cells[row]!));
    return cells.length === 1 ? cells[0] : cells.join(" ");
  });
}
