/** What can be said of a column by its cells alone. */
import { MOST_COUNTED } from "./cells.ts";
import { isoDate } from "./dates.ts";
import type { TableColumn } from "./table.ts";

export interface Profile {
  readonly column: TableColumn;
  readonly rows: number;
  /** Cells that are not missing. */
  readonly present: number;
  /** Of numbers, booleans and dates: the least and the largest; NaN if all are missing. */
  readonly low: number;
  readonly high: number;
  /** Of numbers: whether all are whole. */
  readonly whole: boolean;
  /** Whether each cell that is there has another value; false of fractions that are more than are counted. */
  readonly unique: boolean;
}

const DAY = 86_400_000;

export function profileOf(column: TableColumn, rows: number): Profile {
  const present = rows - column.missing;
  let low = Number.NaN;
  let high = Number.NaN;
  let whole = column.kind === "number";
  if (column.kind !== "category" && column.kind !== "text") {
    for (const value of column.cells) {
      if (Number.isNaN(value)) continue;
      if (!(value >= low)) low = value;
      if (!(value <= high)) high = value;
      whole &&= Number.isInteger(value);
    }
  }
  return { column, rows, present, low, high, whole, unique: isUnique(column, present, whole) };
}

/** Counts stop at some number of different values: above it a sorted copy of whole numbers, which may be ids, tells whether all differ. */
function isUnique(column: TableColumn, present: number, whole: boolean): boolean {
  if (column.kind === "text" || present === 0) return false;
  if (column.distinct === present) return true;
  if (!whole || column.distinct < MOST_COUNTED || present <= column.distinct) return false;
  const sorted = Float64Array.from(column.cells).sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return false;
  return true;
}

/** Whether all dates of a column are at midnight: then times are not shown. */
export const hasDaysOnly = ({ cells }: TableColumn): boolean =>
  cells.every((value) => Number.isNaN(value) || value % DAY === 0);

/** The least and the largest, of numbers and dates. */
export function rangeOf({
  column,
  low,
  high,
}: Profile): readonly [number | string, number | string] | undefined {
  if (Number.isNaN(low)) return undefined;
  if (column.kind === "number") return [low, high];
  if (column.kind !== "date") return undefined;
  const days = hasDaysOnly(column);
  return [isoDate(low, days), isoDate(high, days)];
}

/** A number, or a date as an ISO text, as people read it. */
export const momentText = (column: TableColumn, value: number): string =>
  column.kind === "date" ? isoDate(value, hasDaysOnly(column)) : String(value);

/** Values with how many rows have them. */
export interface Counted {
  readonly value: string;
  readonly count: number;
}

/** The values of a category, of answers or of numbers that are classes, the most frequent first. */
export function countsOf(column: TableColumn): Counted[] {
  const counts = new Map<number, number>();
  for (const cell of column.cells) {
    if (Number.isNaN(cell) || (column.kind === "category" && cell < 0)) continue;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts]
    .map(([cell, count]) => ({ value: column.values?.[cell] ?? String(cell), count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
