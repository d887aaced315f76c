/** Where the rows of a table are in its file. */
import type { TableChunk } from "./table.ts";

/** Keeps the lines of rows: only where one does not begin on the line after the last one's. */
export class RowPlaces {
  readonly #place: "line" | "row";
  readonly #firstRow: 0 | 1;
  /** Rows, ascending, and what is added to their numbers and those of the rows that follow for their lines. */
  readonly #rows: number[] = [];
  readonly #offsets: number[] = [];

  /** @param firstRow the number of the first row, where there are no lines */
  constructor(place: "line" | "row", firstRow: 0 | 1 = 1) {
    this.#place = place;
    this.#firstRow = firstRow;
  }

  /** @param first the number of the chunk's first row */
  add({ rows, lines }: TableChunk, first: number): void {
    if (lines === undefined) return;
    let offset = this.#offsets.at(-1);
    for (let i = 0; i < rows; i++) {
      const its = lines[i]! - (first + i);
      if (its === offset) continue;
      offset = its;
      this.#rows.push(first + i);
      this.#offsets.push(its);
    }
  }

  /** "line 17", or "row 16". */
  place(row: number): string {
    if (this.#rows.length === 0) return `row ${row + this.#firstRow}`;
    let low = 0;
    let high = this.#rows.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]! <= row) low = middle;
      else high = middle;
    }
    return `${this.#place} ${row + this.#offsets[low]!}`;
  }
}
