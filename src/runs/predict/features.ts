/** Where the features of a prediction come from: some rows at a time, in the order of the input, in constant memory. */
import type { Signal } from "../../platform.ts";
import type { Cell } from "../../tables/table.ts";

/** Rows that are encoded and computed at once. */
export const BLOCK_ROWS = 256;

/** Some rows as features. The arrays are valid until the next block is asked for. */
export interface FeatureBlock {
  readonly count: number;
  /** (count, features), row-major. */
  readonly values: Uint8Array | Float64Array;
  /** For each kept column its cells. */
  readonly kept: readonly ArrayLike<Cell>[];
}

export interface FeatureOptions {
  readonly signal?: Signal | undefined;
  /** Called now and then with the share that has been read, where it is known. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** What was found in the cells of the model's columns. */
export interface CellCounts {
  /** For each column with missing cells, how many. */
  readonly missing: ReadonlyMap<string, number>;
  /** For each column with values that were not seen in the training, how many. */
  readonly unseen: ReadonlyMap<string, number>;
}

export interface FeatureSource {
  /** The columns that are copied to the answers. */
  readonly kept: readonly string[];
  /** The columns that are of no use to the model. */
  readonly ignored: readonly string[];
  /** @throws DatasetError with its place, if a row cannot be read */
  read(options?: FeatureOptions): AsyncIterable<FeatureBlock>;
  /** So far. */
  readonly counts: CellCounts;
}

export const NOTHING_COUNTED: CellCounts = { missing: new Map(), unseen: new Map() };

/** Adds to a count. */
export function count(counts: Map<string, number>, name: string, more: number): void {
  if (more > 0) counts.set(name, (counts.get(name) ?? 0) + more);
}

/** The cells of some rows of a column. */
export function cellsOf(cells: ArrayLike<Cell>, start: number, end: number): ArrayLike<Cell> {
  if (start === 0 && end === cells.length) return cells;
  return Array.from({ length: end - start }, (_, i) => cells[start + i]);
}
