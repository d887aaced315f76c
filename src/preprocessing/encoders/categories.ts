/** The categories of a column in the training rows, and their places among those that a model knows. */
import type { TableColumn } from "../../tables/table.ts";

/** How many rows have each category that there is in them, and how many have none. */
export interface CategoryCounts {
  /** In the order of code units, whatever the order of the rows. */
  readonly counts: readonly (readonly [value: string, count: number])[];
  readonly missing: number;
}

export function countCategories(column: TableColumn, rows: ArrayLike<number>): CategoryCounts {
  const values = column.values ?? [];
  const found = new Float64Array(values.length);
  let missing = 0;
  for (let i = 0; i < rows.length; i++) {
    const cell = column.cells[rows[i]!]!;
    if (cell < 0) missing++;
    else found[cell]!++;
  }
  const counts = values
    .map((value, i) => [value, found[i]!] as const)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { counts, missing };
}

/** The places of a column's values among the categories that a model knows; −1 for one that it does not know. */
export class Places {
  readonly #known: ReadonlyMap<string, number>;
  // The rows of a column are encoded some at a time.
  readonly #found = new WeakMap<TableColumn, Int32Array>();

  constructor(categories: readonly string[]) {
    this.#known = new Map(categories.map((value, i) => [value, i]));
  }

  of(column: TableColumn): Int32Array {
    let found = this.#found.get(column);
    if (found === undefined) {
      found = Int32Array.from(column.values ?? [], (value) => this.#known.get(value) ?? -1);
      this.#found.set(column, found);
    }
    return found;
  }
}
