/** Tables in memory for tests, with columns as collecting makes them. */
import type { ColumnKind, Table, TableColumn, Understanding } from "../../src/tables/table.ts";

/** A column. Cells of a category are its texts; undefined is a missing one. */
export function column(
  name: string,
  kind: ColumnKind,
  cells: readonly (number | string | boolean | undefined)[],
): TableColumn {
  const present = cells.filter((cell) => cell !== undefined);
  const facts = {
    ...{ name, kind, missing: cells.length - present.length, missingAs: [] },
    ...{ distinct: new Set(present).size, example: String(present[0] ?? "") },
  };
  if (kind !== "category") {
    return {
      ...facts,
      cells: Float64Array.from(cells, (cell) => (cell === undefined ? Number.NaN : Number(cell))),
    };
  }
  const values = [...new Set(present.map(String))];
  const places = Int32Array.from(cells, (cell) => (cell === undefined ? -1 : values.indexOf(String(cell))));
  return { ...facts, cells: places, values };
}

export function tableOf(...columns: readonly TableColumn[]): Table {
  const rows = columns[0]?.cells.length ?? 0;
  return {
    ...{ name: "made.csv", format: "CSV", facts: [], rows, columns },
    place: (row) => `line ${row + 2}`,
  };
}

/** What is understood of a table of which the last columns are targets, and all others features. */
export function understood(
  { rows, columns }: Table,
  kind: "classes" | "numbers" | "flags",
  targets: readonly string[],
  classNames?: readonly string[],
): Understanding {
  return {
    rows,
    columns: columns.map(({ name, kind, missing, missingAs, distinct, example }) => ({
      ...{ name, kind, missing, missingAs, distinct, example },
      role: targets.includes(name) ? "target" : "feature",
    })),
    task: { kind, target: targets, why: "made up", classNames },
    warnings: [],
  };
}

/** The numbers of all rows. */
export const all = (table: Table): number[] => Array.from({ length: table.rows }, (_, row) => row);
