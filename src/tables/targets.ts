/** The targets of a table's rows. */
import { DatasetError } from "../errors.ts";
import { MOST_CLASSES } from "../targets.ts";
import { booleanOf } from "./booleans.ts";
import { shownText } from "./names.ts";
import { PLAIN, parseNumber } from "./numbers.ts";
import type { Table, TableColumn } from "./table.ts";
import { asFlags, type Wording } from "./wording.ts";

/** The column of this name. @throws DatasetError if there is none */
export function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((its) => its.name === name);
  if (column === undefined) throw new DatasetError(`${table.name} has no column ${shownText(name)}.`);
  return column;
}

/** Whether a cell is missing. */
export const isMissing = (column: TableColumn, row: number): boolean =>
  column.kind === "category" ? column.cells[row]! < 0 : Number.isNaN(column.cells[row]!);

/** The rows that have all of these targets, ascending: others are not trained on. */
export function targetRows(table: Table, target: readonly string[]): Uint32Array {
  const columns = target.map((name) => columnOf(table, name));
  const rows = new Uint32Array(table.rows);
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    if (columns.every((column) => !isMissing(column, row))) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/**
 * The classes of a target column in their order: of numbers by size, of answers no and yes, of texts by code units.
 * @throws DatasetError if there are too many
 */
export function classNamesOf(column: TableColumn, { option }: Wording = asFlags): string[] {
  if (column.kind === "category") {
    const { values = [], cells } = column;
    const used = new Set(cells);
    return values.filter((_, code) => used.has(code)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }
  const numbers = [...new Set(column.cells)].filter((value) => !Number.isNaN(value));
  if (numbers.length > MOST_CLASSES) {
    throw new DatasetError(
      `Column ${shownText(column.name)} has ${numbers.length} different numbers, classes are at most ${MOST_CLASSES}. ` +
        `Predict it as a number: ${option("task", "numbers")}.`,
    );
  }
  numbers.sort((a, b) => a - b);
  return column.kind === "boolean"
    ? numbers.map((value) => column.values?.[value] ?? String(value))
    : numbers.map(String);
}

/**
 * The class of each row: its place in `classNames`. −1: the cell is missing; −2: it is none of the classes.
 * A number is the class that is that number ("1.0" is class "1"); "Yes" is the class "yes" if there is no "Yes".
 */
export function classLabels(column: TableColumn, classNames: readonly string[]): Int32Array {
  return Int32Array.from(column.cells, classReader(column, classNames));
}

/** The same for a cell of the column. */
export function classReader(column: TableColumn, classNames: readonly string[]): (cell: number) => number {
  const places = new Map(classNames.map((name, i) => [name, i]));
  const numbers = classNames.map((name) => parseNumber(name, PLAIN));
  const byNumber = numbers.some(Number.isNaN) ? undefined : new Map(numbers.map((value, i) => [value, i]));
  const answers = classNames.map(booleanOf);
  const areAnswers = classNames.length === 2 && answers.every((answer) => answer !== undefined);
  const labelOf = (text: string): number => {
    const place = places.get(text) ?? byNumber?.get(parseNumber(text, PLAIN));
    if (place !== undefined) return place;
    const answer = areAnswers ? booleanOf(text) : undefined;
    return answer === undefined ? -2 : answers.indexOf(answer);
  };
  const { kind, values = [] } = column;
  if (kind === "category") {
    const labels = values.map(labelOf);
    return (code) => (code < 0 ? -1 : labels[code]!);
  }
  const textOf = (value: number) => (kind === "boolean" ? (values[value] ?? "") : String(value));
  const known = new Map<number, number>();
  return (value) => {
    if (Number.isNaN(value)) return -1;
    let label = known.get(value);
    if (label === undefined) {
      label = labelOf(textOf(value));
      known.set(value, label);
    }
    return label;
  };
}
