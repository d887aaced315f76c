/** What is predicted: targets of rows as a training takes them, and outputs of a network as answers. */
import { DatasetError } from "../errors.ts";
import type { Table, TableColumn } from "../tables/table.ts";
import { classReader } from "../tables/targets.ts";
import type { TargetArray } from "../targets.ts";
import type { Prediction, TargetEncoding } from "./preprocessing.ts";
import { finite, scaled } from "./scale.ts";

/** A cell of a class's column as its name: a number and a date as texts, true and false, a category as it stands. */
export function className(column: TableColumn, cell: number): string {
  if (column.kind === "category") return column.values![cell]!;
  if (column.kind === "boolean") return column.values?.[cell] ?? ["false", "true"][cell] ?? "neither of two";
  return column.kind === "date" ? new Date(cell).toISOString() : String(cell);
}

const isMissing = ({ kind }: TableColumn, cell: number) =>
  kind === "category" ? cell < 0 : Number.isNaN(cell);

/** "a, b, c, …" */
const some = (names: readonly string[]) =>
  names
    .slice(0, 10)
    .map((name) => JSON.stringify(name))
    .join(", ") + (names.length > 10 ? ", …" : "");

/**
 * Writes the targets of some rows.
 * @param out (rows × width), as {@link TargetArray} has them; numbers are standardised
 * @throws DatasetError, with its place, if one is missing, a class that there is not, or a flag that is neither 0 nor 1
 */
export function encodeTargets(
  target: TargetEncoding,
  table: Table,
  columns: readonly TableColumn[],
  rows: ArrayLike<number>,
  out: TargetArray,
): void {
  columns.forEach((column, j) => {
    const put = encoderOf(target, column, j);
    for (let i = 0; i < rows.length; i++) {
      const cell = column.cells[rows[i]!]!;
      const value = isMissing(column, cell) ? "missing" : put(cell);
      if (typeof value === "number") {
        out[i * columns.length + j] = value;
        continue;
      }
      const place = `${table.name}, ${table.place(rows[i]!)}, column ${JSON.stringify(column.name)}`;
      throw new DatasetError(
        value === "missing"
          ? `${place}: the target is missing, expected ${expected(target)}. Leave the row out, or give it one.`
          : `${place}: the target is ${JSON.stringify(value)}, expected ${expected(target)}.`,
      );
    }
  });
}

const expected = ({ kind, classNames = [] }: TargetEncoding): string => {
  if (kind === "classes") return `one of the ${classNames.length} classes: ${some(classNames)}`;
  return kind === "flags" ? "true or false" : "a number";
};

/** A cell as a target: a number, or the text of one that cannot be a target. */
function encoderOf(
  { kind, classNames = [], mean = [], std = [] }: TargetEncoding,
  column: TableColumn,
  j: number,
): (cell: number) => number | string {
  if (kind === "numbers") {
    const [centre, scale] = [mean[j]!, std[j]!];
    return (cell) => scaled(finite(cell), centre, scale);
  }
  if (kind === "flags") return (cell) => (cell === 0 || cell === 1 ? cell : className(column, cell));
  const classOf = classReader(column, classNames);
  return (cell) => {
    const label = classOf(cell);
    return label < 0 ? className(column, cell) : label;
  };
}

/** An object with keys that come from a file. */
function record(entries: readonly (readonly [name: string, value: unknown])[]): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, value] of entries) {
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

/**
 * Outputs of a network as answers: { class, probabilities }, { price: 123.4 }, or { wet: true, probabilities }. Of equal
 * probabilities the first class is taken; a flag is true
 * above ½, as for AccuracyMetrics.
 * @param outputs (rows, width)
 */
export function decodeOutputs(
  { kind, columns, classNames = [], mean = [], std = [] }: TargetEncoding,
  outputs: ArrayLike<number>,
  rows: number,
): Prediction[] {
  const width = rows === 0 ? 0 : outputs.length / rows;
  const decode = {
    classes(from: number): Prediction {
      let best = 0;
      for (let j = 1; j < classNames.length; j++) if (outputs[from + j]! > outputs[from + best]!) best = j;
      const probabilities = record(classNames.map((name, j) => [name, outputs[from + j]!]));
      return { class: classNames[best]!, probabilities };
    },
    numbers: (from: number): Prediction =>
      record(columns.map((name, j) => [name, finite(outputs[from + j]! * std[j]! + mean[j]!)])),
    flags: (from: number): Prediction =>
      record([
        ...columns.map((name, j) => [name, outputs[from + j]! > 0.5] as const),
        ["probabilities", record(columns.map((name, j) => [name, outputs[from + j]!]))],
      ]),
  }[kind];
  return Array.from({ length: rows }, (_, i) => decode(i * width));
}
