/** Rows gathered to the chunks that a table gives. */
import type { Cell, TableChunk } from "../../tables/table.ts";

/** The most rows of a chunk, the most cells, unless a single row has more, and the most characters, within a row. */
const MOST_ROWS = 2048;
const MOST_CELLS = 2 ** 18;
const MOST_TEXT = 2 ** 22;

export class ChunkBuilder<T extends Cell> {
  /** Whole chunks: whoever takes them empties it. */
  readonly ready: TableChunk[] = [];
  readonly #most: number;
  #columns: T[][];
  #lines: number[] = [];
  #text = 0;
  #first = 0;

  /** @param width how many columns there are */
  constructor(width: number) {
    this.#most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, width))));
    this.#columns = Array.from({ length: width }, () => []);
  }

  /** Puts a cell into the row that is being gathered. */
  set(column: number, cell: T): void {
    this.#columns[column]![this.#lines.length] = cell;
    if (typeof cell === "string") this.#text += cell.length;
  }

  /** Ends the row, all cells of which are set. */
  endRow(line: number): void {
    const rows = this.#lines.push(line);
    if (rows >= this.#most || this.#text > MOST_TEXT) this.flush();
  }

  /** Makes a chunk of the rows that have ended. */
  flush(): void {
    const rows = this.#lines.length;
    if (rows === 0) return;
    // A blank line may have set a cell without ending a row.
    for (const cells of this.#columns) cells.length = rows;
    this.ready.push({ first: this.#first, rows, columns: this.#columns, lines: this.#lines });
    this.#first += rows;
    // A table of more than one chunk fills the next one too: arrays that do not grow take a third off the time.
    this.#columns = this.#columns.map(() => new Array<T>(this.#most));
    this.#lines = [];
    this.#text = 0;
  }
}
