/**
 * An array of numbers (or texts) as a table: its first dimension counts the rows, all others together the columns. Rows come some at
 * a time, as typed arrays, and no more than a few megabytes of the file are in memory.
 */
import { DatasetError } from "../../errors.ts";
import type { Cell, TableChunk, TableReadOptions, TableSource } from "../../tables/table.ts";
import { type ByteSource, inParts, placed } from "./bytes.ts";
import type { ElementType } from "./elements.ts";

/** How an array lies in its bytes. */
export interface ArrayLayout {
  readonly type: ElementType;
  /** The sizes of its dimensions, one or more; the first counts the rows. */
  readonly shape: readonly number[];
  /** Whether the first index runs fastest (Fortran's order), and not the last one (C's). */
  readonly fortran: boolean;
  /** Where its elements begin. */
  readonly start: number;
}

/** An array whose header has been read and checked. */
export interface StoredArray {
  readonly bytes: ByteSource;
  readonly layout: ArrayLayout;
}

/** More columns than this no table has: images of 256 × 256 in colour have 196,608. */
export const MOST_COLUMNS = 2 ** 18;
/** More rows no samples can have. */
export const MOST_ROWS = 2 ** 32 - 1;
/** What is held in memory of an array that must be read whole: columns one after another, out of a stream or a .gz. */
const MOST_BYTES = 2 ** 30;
const MOST_ROW_BYTES = 2 ** 26;
const ROWS_AT_ONCE = 4096;
/** About how many bytes of rows are read at once. */
const BYTES_AT_ONCE = 2 ** 21;

export const rowsOf = ({ shape }: ArrayLayout): number => shape[0]!;
export const columnsOf = ({ shape }: ArrayLayout): number =>
  shape.slice(1).reduce((product, size) => product * size, 1);

/** "60000 × 28 × 28". */
export const sizesInWords = (shape: readonly number[]): string => shape.join(" × ");

/**
 * Checks what a header says before anything is made of it.
 * @throws DatasetError if it has no dimension, too many rows or columns, or not as many bytes as they need
 */
export function checkArray({ bytes, layout }: StoredArray): void {
  const { shape, type, start } = layout;
  const problem = (text: string) => new DatasetError(`${bytes.name} ${text}.`);
  if (shape.length === 0) {
    throw problem(
      "holds a single number, expected an array with a row for each sample. Give an array of one dimension or more",
    );
  }
  const rows = rowsOf(layout);
  const columns = columnsOf(layout);
  if (rows > MOST_ROWS) throw problem(`has ${rows} rows by its header, expected at most ${MOST_ROWS}`);
  if (columns < 1 || columns > MOST_COLUMNS || columns * type.bytes > MOST_ROW_BYTES) {
    throw problem(
      `has ${columns} columns of ${type.bytes} bytes by its header (${sizesInWords(shape)}), expected 1 to ${MOST_COLUMNS} ` +
        `in rows of ${MOST_ROW_BYTES} bytes at most. The first dimension counts the rows`,
    );
  }
  const expected = start + rows * columns * type.bytes;
  if (bytes.size !== undefined && bytes.size !== expected) {
    throw problem(
      `has ${bytes.size} bytes, expected ${expected} by its header (${sizesInWords(shape)} of ${type.name}). Replace it by a good copy`,
    );
  }
}

/** How many rows are read at once of rows with so many bytes. */
export const rowsAtOnce = (rowBytes: number): number =>
  Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(BYTES_AT_ONCE / Math.max(1, rowBytes))));

/** The sizes of parts of `rows` rows. */
function* parts(rows: number, atOnce: number): Generator<number> {
  for (let first = 0; first < rows; first += atOnce) yield Math.min(atOnce, rows - first);
}

/**
 * Reads the rows of an array, `atOnce` at a time.
 * @param columns the numbers of the columns that are wanted
 * @returns for each part, the columns' cells
 * @throws DatasetError if it is damaged
 */
export async function* readArray(
  array: StoredArray,
  columns: readonly number[],
  atOnce: number,
): AsyncGenerator<ArrayLike<Cell>[]> {
  const contiguous = array.layout.fortran && columnsOf(array.layout) > 1;
  const generator = contiguous ? readColumns(array, columns, atOnce) : readRows(array, columns, atOnce);
  let row = 0;
  try {
    for await (const part of generator) {
      yield part;
      row += part[0]?.length ?? 0;
    }
  } catch (error) {
    // What an element says of itself has no place yet.
    if (!(error instanceof DatasetError) || error.message.startsWith(array.bytes.name)) throw error;
    throw placed(`${array.bytes.name}, rows ${row + 1} and on`, "Replace it by a good copy.", error);
  }
}

/** In C's order rows lie one after another. */
async function* readRows(
  { bytes, layout }: StoredArray,
  columns: readonly number[],
  atOnce: number,
): AsyncGenerator<ArrayLike<Cell>[]> {
  const { type, start } = layout;
  const rows = rowsOf(layout);
  const rowBytes = columnsOf(layout) * type.bytes;
  const expected = start + rows * rowBytes;
  const advice = `expected ${expected} by its header (${sizesInWords(layout.shape)} of ${type.name}). Replace it by a good copy.`;
  const sizes = function* () {
    for (const part of parts(rows, atOnce)) yield part * rowBytes;
  };
  const fail = {
    ended: (have: number) => {
      const row = Math.max(0, Math.floor((have - start) / rowBytes)) + 1;
      return new DatasetError(`${bytes.name} ends within row ${row}, after ${have} bytes, ${advice}`);
    },
    more: () => new DatasetError(`${bytes.name} has more bytes than ${expected}, ${advice}`),
  };
  for await (const part of inParts(bytes.stream(), start, sizes(), Math.min(atOnce, rows) * rowBytes, fail)) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    const count = part.length / rowBytes;
    yield columns.map((column) => type.read(view, column * type.bytes, count, rowBytes));
  }
}

/** In Fortran's order a column is in one piece. A column of several dimensions is named in C's order all the same. */
async function* readColumns(
  { bytes, layout }: StoredArray,
  columns: readonly number[],
  atOnce: number,
): AsyncGenerator<ArrayLike<Cell>[]> {
  const { type, start } = layout;
  const rows = rowsOf(layout);
  const begins = columns.map((column) => start + fortranColumn(layout.shape, column) * rows * type.bytes);
  let slice = bytes.slice;
  if (slice === undefined) {
    const all = await bytes.bytes(MOST_BYTES);
    checkArray({ bytes: { ...bytes, size: all.length }, layout });
    slice = async (from, to) => all.subarray(from, to);
  }
  let first = 0;
  for (const count of parts(rows, atOnce)) {
    const part: ArrayLike<Cell>[] = [];
    for (const begin of begins) {
      const from = begin + first * type.bytes;
      const content = await slice(from, from + count * type.bytes);
      if (content.length !== count * type.bytes) {
        throw new DatasetError(
          `${bytes.name} ends before byte ${from + count * type.bytes}. Replace it by a good copy.`,
        );
      }
      const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
      part.push(type.read(view, 0, count, type.bytes));
    }
    yield part;
    first += count;
  }
}

/** The place of a column among those of Fortran's order, where the first of the dimensions behind the rows' runs fastest. */
function fortranColumn(shape: readonly number[], column: number): number {
  const indices: number[] = [];
  let rest = column;
  for (let d = shape.length - 1; d >= 1; d--) {
    indices[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  let place = 0;
  for (let d = shape.length - 1; d >= 1; d--) place = place * shape[d]! + indices[d]!;
  return place;
}

/** An array that becomes columns, and their names. */
export interface NamedArray extends StoredArray {
  readonly columns: readonly string[];
}

export interface ArrayTableOptions {
  readonly name: string;
  /** "NPY". */
  readonly format: string;
  readonly facts: readonly string[];
  /** The share of the file that has been read. */
  readonly progress?: (() => number | undefined) | undefined;
  readonly close?: (() => Promise<void>) | undefined;
}

/** Arrays with the same number of rows, beside each other, as a table. */
export function arrayTable(arrays: readonly NamedArray[], options: ArrayTableOptions): TableSource {
  const rows = rowsOf(arrays[0]!.layout);
  const { name, format, facts } = options;
  return {
    ...{ name, format, facts, rows },
    columns: arrays.flatMap(({ columns }) => columns),
    place: "row",
    read: (readOptions) => readArrays(arrays, rows, options, readOptions),
    close: async () => await options.close?.(),
  };
}

async function* readArrays(
  arrays: readonly NamedArray[],
  rows: number,
  { progress }: ArrayTableOptions,
  { columns, signal, onProgress }: TableReadOptions = {},
): AsyncGenerator<TableChunk> {
  signal?.throwIfAborted();
  const wanted = columns === undefined ? undefined : new Set(columns);
  let before = 0;
  const used = arrays.map((array) => {
    const own = array.columns.map((_, i) => i).filter((i) => wanted === undefined || wanted.has(before + i));
    before += array.columns.length;
    return { array, own };
  });
  const rowBytes = used.reduce(
    (sum, { array }) => sum + columnsOf(array.layout) * array.layout.type.bytes,
    0,
  );
  const atOnce = rowsAtOnce(rowBytes);
  const readers = used
    .filter(({ own }) => own.length > 0)
    .map(({ array, own }) => readArray(array, own, atOnce));
  try {
    let first = 0;
    for (const count of parts(rows, atOnce)) {
      signal?.throwIfAborted();
      const cells: ArrayLike<Cell>[] = [];
      for (const reader of readers) {
        const part = await reader.next();
        if (part.done === true)
          throw new DatasetError(`${arrays[0]!.bytes.name} ends before row ${first + 1}.`);
        // Not by push(...): a call takes no more than some 120,000 arguments.
        for (const column of part.value) cells.push(column);
      }
      yield { first, rows: count, columns: cells };
      first += count;
      onProgress?.(progress?.() ?? first / rows);
    }
    // What stands behind the last row is looked at as well.
    for (const reader of readers) await reader.next();
  } finally {
    for (const reader of readers) await reader.return(undefined);
  }
}
