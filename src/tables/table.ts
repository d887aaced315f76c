/**
 * What a table is to the rest of the library: columns with names, and rows that come some at a time. A format gives cells as
 * it has them; what they mean (a number, a category, a date, nothing) is found out in this folder and nowhere else.
 *
 *   file ─ a format of src/formats ─→ TableSource ─ collect.ts ─→ Table ─ understand.ts ─→ Understanding
 *                                          └── a model's own columns: typed.ts ─→ Table, some rows at a time
 */
import type { Signal } from "../platform.ts";

/**
 * A cell as a format gives it. Text is text as it stands in the file: what number, date or category it is, is not the format's
 * affair, and "" is an empty cell. Formats with types give numbers, booleans, bigints and dates. null, undefined and NaN: missing.
 */
export type Cell = string | number | bigint | boolean | Date | null | undefined;

/** Some rows, column by column. */
export interface TableChunk {
  /** The number of the first row, from 0. */
  readonly first: number;
  /** How many rows there are, ≥ 1. */
  readonly rows: number;
  /** For each column that was asked for, in the source's order, `rows` cells. */
  readonly columns: readonly ArrayLike<Cell>[];
  /** Where each row begins: its line in the file, from 1. Absent where rows have no lines. */
  readonly lines?: ArrayLike<number> | undefined;
}

export interface TableReadOptions {
  /** The numbers of the columns that are wanted, ascending. Default: all. */
  readonly columns?: readonly number[] | undefined;
  /** Ends the reading, which then throws its reason. */
  readonly signal?: Signal | undefined;
  /** Called now and then with the share of the whole that has been read, 0 to 1; never where that is not known. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** A table that can be read from its beginning. Nothing but its head has been read when it is opened. */
export interface TableSource {
  /** Its file, or what else it is, for errors: "houses.csv", "the standard input". */
  readonly name: string;
  /** The format in words: "CSV". */
  readonly format: string;
  /** What the format has found out, in words: `delimiter ";"`, "UTF-16", "no header". */
  readonly facts: readonly string[];
  /** The columns' names in their order, each once, none empty. */
  readonly columns: readonly string[];
  /** How many rows there are, where the file says so. */
  readonly rows?: number | undefined;
  /**
   * What separates cells, if that decides how numbers may be written: with "," a number with a comma stands in quotes.
   * Undefined where cells have types.
   */
  readonly delimiter?: string | undefined;
  /** What a row is called in errors, with its number from 1: "line" where there are lines, else "row". */
  readonly place: "line" | "row";
  /** The number that errors give the first row, where rows have no lines: 0 in memory. Default: 1. */
  readonly firstRow?: 0 | 1 | undefined;
  /**
   * Reads the rows in their order, from the first one, in constant memory. A second call reads them again, unless the source
   * can be read once only (the standard input).
   * @throws DatasetError, with file, line (or row) and column, if it is damaged
   */
  read(options?: TableReadOptions): AsyncIterable<TableChunk>;
  /** Lets the file go. A second call does nothing. */
  close(): Promise<void>;
}

/** What the cells of a column mean. */
export type ColumnKind = "number" | "category" | "boolean" | "date" | "text";

/** How numbers are written in a column of text: "1,234.5" is { decimal: ".", group: "," }. */
export interface NumberStyle {
  readonly decimal: "." | ",";
  /** What stands between groups of three digits; "" if nothing does. A space stands for every kind of space. */
  readonly group: "" | "," | "." | " " | "'";
  /** The sign that stands before or behind every number, and is taken off: "%", "$". */
  readonly unit?: string | undefined;
}

/** How dates are written in a column of text, where the day and the month could be taken for each other: 1/2/2025. */
export interface DateStyle {
  readonly first: "day" | "month";
}

/** How the cells of a column are written. */
export type CellStyle = NumberStyle | DateStyle;

/**
 * A column in memory, by its kind:
 *
 *   number     cells are the numbers; NaN: missing
 *   boolean    cells are 1 and 0; NaN: missing; 2: another value (in data for a model only), which counts as unseen
 *   date       cells are milliseconds since 1970 in UTC; NaN: missing
 *   category   cells are places in `values`; −1: missing
 *   text       there are no cells: too many different texts to be categories; what was counted is kept
 */
export interface TableColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly cells: Float64Array | Int32Array;
  /** Of a category: its texts, in the order in which they come first. Of a boolean: how 0 and 1 are written, ["no", "yes"]. */
  readonly values?: readonly string[] | undefined;
  /** How many cells are missing. */
  readonly missing: number;
  /** The texts that were taken for missing ("" among them), in the order in which they come first. */
  readonly missingAs: readonly string[];
  /** How many different values there are; if they are more than are counted, how many were counted. */
  readonly distinct: number;
  /** A value as it stands in the file: the first that is not missing; "" if all are. */
  readonly example: string;
  /** Of numbers and dates that were text: how they are written. */
  readonly style?: CellStyle | undefined;
  /** Why it has this kind, where that could surprise: "codes: 00123 has leading zeros". */
  readonly why?: string | undefined;
}

/** A whole table in memory. */
export interface Table {
  readonly name: string;
  readonly format: string;
  readonly facts: readonly string[];
  readonly rows: number;
  readonly columns: readonly TableColumn[];
  /** Where a row is, for errors: "line 17" or "row 16". */
  place(row: number): string;
}

/** What a user has said of a table. Columns are given by name. */
export interface TableOptions {
  /** The columns to be predicted; those of "flags" and of several numbers are several. Default: none. */
  readonly target?: readonly string[] | undefined;
  /** What is predicted. Default: it is found out. */
  readonly task?: "classes" | "numbers" | "flags" | undefined;
  /** Columns that are left out. Default: none; ids, constants and free text are found out. */
  readonly drop?: readonly string[] | undefined;
  /** Columns that are numbers: a cell that is none is an error. Default: they are found out. */
  readonly numeric?: readonly string[] | undefined;
  /** Columns that are categories, whatever they look like. Default: they are found out. */
  readonly categorical?: readonly string[] | undefined;
  /** The column with the weights of rows, ≥ 0. It is no feature. Default: each row counts once. */
  readonly weight?: string | undefined;
  /** The columns whose values, together, name a row's group, all of which is in one set. They are no features. Default: none. */
  readonly group?: readonly string[] | undefined;
  /**
   * The column with the times of rows, numbers or dates: the latest rows are for validation, and the folds of an ensemble are stretches
   * of time, so that rows of one time are in one set. It is no feature, and a missing time the earliest. Default: rows are held out at
   * random.
   */
  readonly time?: string | undefined;
  /** More texts that stand for a missing cell, beside the usual ones (see missing.ts). Default: none. */
  readonly missing?: readonly string[] | undefined;
  /** What numbers in texts have before their fractions. Default: it is found out. */
  readonly decimal?: "." | "," | undefined;
  /** What comes first in dates such as 1/2/2025. Default: it is found out. */
  readonly dates?: "day-first" | "month-first" | undefined;
}

/** What a column is used for. */
export type ColumnRole = "feature" | "target" | "weight" | "group" | "time" | "dropped";

/** What was understood of a column. */
export interface ColumnUnderstanding {
  readonly name: string;
  readonly role: ColumnRole;
  readonly kind: ColumnKind;
  /** Why it is dropped, or why it is taken for what it is where that could surprise: "an id: each row has another value". */
  readonly why?: string | undefined;
  readonly missing: number;
  readonly missingAs: readonly string[];
  readonly distinct: number;
  /** Of numbers and dates (as ISO texts): the least and the largest. */
  readonly range?: readonly [low: number | string, high: number | string] | undefined;
  /** Of categories, booleans and classes: the most frequent, with how many rows have them, at most 20. */
  readonly categories?: readonly { readonly value: string; readonly count: number }[] | undefined;
  readonly example: string;
}

/** What was understood of a table: what `nnwasm data describe` shows. */
export interface Understanding {
  readonly rows: number;
  readonly columns: readonly ColumnUnderstanding[];
  /** What is predicted; undefined if no target was said. */
  readonly task?:
    | {
        readonly kind: "classes" | "numbers" | "flags";
        readonly target: readonly string[];
        /** "its 3 values are texts". */
        readonly why: string;
        /** Of classes, in their order: numbers by size, texts by code units. */
        readonly classNames?: readonly string[] | undefined;
      }
    | undefined;
  /** What a user should know: a column that equals the target, a class with one row, rows without a target that are left out. */
  readonly warnings: readonly string[];
}
