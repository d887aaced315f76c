/** Tables that are in memory: rows of objects, or columns of arrays. */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import { listedNames, shownText } from "./names.ts";
import type { Cell, TableChunk, TableReadOptions, TableSource } from "./table.ts";

/** A row by the names of its columns. */
export type RowObject = Readonly<Record<string, unknown>>;

/** Columns by their names; a typed array is a column of numbers. */
export type ColumnArrays = Readonly<Record<string, ArrayLike<unknown>>>;

export type RowsInMemory = Iterable<RowObject> | AsyncIterable<RowObject> | ColumnArrays;

/** Rows of a chunk. */
const CHUNK = 4096;
/** Rows of an iterable by whose names the columns are known. */
const HEAD = 1000;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** A value as a cell. @throws DatasetError if it is none */
export function cellOf(value: unknown, table: string, row: number, column: string): Cell {
  if (value === null || value === undefined || value instanceof Date) return value;
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw new DatasetError(
      `${table}, row ${row}, column ${shownText(column)}: a cell is a text, a number, a boolean, a Date or nothing, not ${shown(value)}.`,
    );
  }
  return value as Cell;
}

/** Whether a value can be an array of cells: not a text, which has a length too. */
const isColumn = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

/**
 * A table of what is in memory. Rows count from 0 in its errors; arrays can be read again, iterables once only.
 * @param rows objects by column name (a name that a row does not have is a missing cell), as an array or as any iterable,
 *   asynchronous ones too; or an object of columns, all of the same length: { age: [1, 2], city: ["a", "b"] }
 * @param signal ends the reading of the first rows of an iterable
 * @throws DatasetError if they are something else; the signal's reason; what an iterable throws
 */
export async function tableOfRows(name: string, rows: RowsInMemory, signal?: Signal): Promise<TableSource> {
  if (isObject(rows)) {
    if (Array.isArray(rows))
      return rowSource(name, await headOf(name, rows, Number.POSITIVE_INFINITY), () => rows);
    const iterator = iteratorOf(name, rows);
    if (iterator !== undefined) return await iterableSource(name, iterator, signal);
    return columnSource(name, rows as ColumnArrays);
  }
  throw new DatasetError(
    `${name} is ${shown(rows)}. Give rows as objects, { age: 1, city: "a" }, or columns as arrays, { age: [1], city: ["a"] }.`,
  );
}

interface Head {
  readonly rows: readonly RowObject[];
  readonly columns: readonly string[];
}

function checkRow(table: string, row: unknown, number: number): asserts row is RowObject {
  if (isObject(row) && !Array.isArray(row) && !ArrayBuffer.isView(row)) return;
  throw new DatasetError(
    `${table}, row ${number} is ${shown(row)}, expected an object with its cells by column name: { age: 1, city: "a" }.`,
  );
}

/** The first rows, and the names of their columns in the order in which they come first. */
async function headOf(
  table: string,
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  most: number,
): Promise<Head> {
  const head: RowObject[] = [];
  const names = new Set<string>();
  for await (const row of rows) {
    checkRow(table, row, head.length);
    for (const key of Object.keys(row)) names.add(key);
    head.push(row);
    if (head.length >= most) break;
  }
  if (names.has("")) throw new DatasetError(`${table} has a column without a name. Give each cell a name.`);
  return { rows: head, columns: [...names] };
}

/** What an iterable is read by, whoever wrote it. */
interface RowIterator {
  next(): unknown;
  return?(): unknown;
}

/** The iterator of an iterable; undefined if it is none. @throws DatasetError if what it gives is no iterator */
function iteratorOf(name: string, rows: object): RowIterator | undefined {
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = rows as Partial<
    AsyncIterable<unknown> & Iterable<unknown>
  >;
  const open: unknown = asynchronous ?? synchronous;
  if (open === undefined || open === null) return undefined;
  const iterator: unknown = typeof open === "function" ? open.call(rows) : open;
  if (isObject(iterator) && typeof (iterator as RowIterator).next === "function")
    return iterator as RowIterator;
  throw new DatasetError(`${name}: its iterator is ${shown(iterator)}, expected an object with next().`);
}

/**
 * What an iterator gives, until it ends. A signal ends the waiting for it, however long that would be.
 * @param onEnd called when it has ended by itself, or thrown
 */
async function* valuesOf(
  name: string,
  iterator: RowIterator,
  signal: Signal | undefined,
  onEnd: () => void,
): AsyncGenerator<unknown> {
  let wake: (reason: unknown) => void = () => {};
  const onAbort = () => wake(signal!.reason);
  signal?.addEventListener("abort", onAbort);
  /** A promise for each row: those of Promise.race() would be kept by the signal's, as long as that is not set off. */
  const waited = (value: unknown) =>
    new Promise<unknown>((resolve, reject) => {
      wake = reject;
      Promise.resolve(value).then(resolve, reject);
    });
  try {
    for (;;) {
      signal?.throwIfAborted();
      let result: unknown;
      try {
        result = await waited(iterator.next());
      } catch (error) {
        if (!signal?.aborted) onEnd();
        throw error;
      }
      if (!isObject(result)) {
        throw new DatasetError(
          `${name}: next() of its iterator gives ${shown(result)}, expected { value, done }.`,
        );
      }
      const { done, value } = result as IteratorResult<unknown>;
      if (done) return onEnd();
      // Of a synchronous iterable it may be a promise, as for await has it.
      yield value instanceof Promise ? await waited(value) : value;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Rows that come once. */
async function iterableSource(
  name: string,
  iterator: RowIterator,
  signal: Signal | undefined,
): Promise<TableSource> {
  let ended = false;
  const onEnd = () => {
    ended = true;
  };
  const end = async (isAborted = false): Promise<void> => {
    if (ended) return;
    ended = true;
    const returned = (async () => iterator.return?.())();
    // A generator that waits for its next row ends after it only, which may never come.
    if (isAborted) returned.catch(() => {});
    else await returned;
  };
  let head: Head;
  try {
    // That the head has been read is no reason for the iterable to end.
    head = await headOf(name, valuesOf(name, iterator, signal, onEnd), HEAD);
  } catch (error) {
    await end(true);
    throw error;
  }
  let read = false;
  async function* all(during?: Signal) {
    if (read) throw new DatasetError(`${name} can be read once only. Give its rows as an array.`);
    read = true;
    try {
      yield* head.rows;
      yield* valuesOf(name, iterator, during, onEnd);
    } finally {
      await end(during?.aborted);
    }
  }
  return rowSource(name, { ...head, rows: [] }, all, end);
}

function rowSource(
  name: string,
  { rows: head, columns }: Head,
  open: (signal?: Signal) => Iterable<unknown> | AsyncIterable<unknown>,
  close: () => Promise<void> = async () => {},
): TableSource {
  const known = new Set(columns);
  async function* read({
    columns: wanted,
    signal,
    onProgress,
  }: TableReadOptions = {}): AsyncGenerator<TableChunk> {
    const names = (wanted ?? columns.map((_, i) => i)).map((i) => columns[i]!);
    let cells: Cell[][] = names.map(() => []);
    let first = 0;
    let row = 0;
    for await (const object of open(signal)) {
      signal?.throwIfAborted();
      checkRow(name, object, row);
      const extra = row < HEAD ? undefined : Object.keys(object).find((key) => !known.has(key));
      if (extra !== undefined) {
        throw new DatasetError(
          `${name}, row ${row} has a column ${shownText(extra)}, which none of the first ${HEAD} rows has. ` +
            `They have ${listedNames(columns)}. Give the rows as an array, or every column in the first row.`,
        );
      }
      for (const [i, column] of names.entries()) {
        cells[i]!.push(Object.hasOwn(object, column) ? cellOf(object[column], name, row, column) : undefined);
      }
      row++;
      if (row - first === CHUNK) {
        yield { first, rows: CHUNK, columns: cells };
        if (head.length > 0) onProgress?.(row / head.length);
        cells = names.map(() => []);
        first = row;
      }
    }
    if (row > first) yield { first, rows: row - first, columns: cells };
  }
  return {
    name,
    format: "rows in memory",
    facts: [],
    columns,
    rows: head.length > 0 ? head.length : undefined,
    place: "row",
    firstRow: 0,
    read,
    close,
  };
}

function columnSource(name: string, arrays: ColumnArrays): TableSource {
  const columns = Object.keys(arrays);
  if (columns.includes(""))
    throw new DatasetError(`${name} has a column without a name. Give each column a name.`);
  let rows: number | undefined;
  for (const column of columns) {
    const array = arrays[column];
    if (!isColumn(array)) {
      throw new DatasetError(
        `${name}, column ${shownText(column)} is ${shown(array)}, expected an array of cells.`,
      );
    }
    rows ??= array.length;
    if (array.length !== rows) {
      throw new DatasetError(
        `${name}, column ${shownText(column)} has ${array.length} cells, ${shownText(columns[0]!)} has ${rows}. ` +
          "Give all columns the same length.",
      );
    }
  }
  const count = rows ?? 0;
  async function* read({
    columns: wanted,
    signal,
    onProgress,
  }: TableReadOptions = {}): AsyncGenerator<TableChunk> {
    const names = (wanted ?? columns.map((_, i) => i)).map((i) => columns[i]!);
    for (let first = 0; first < count; first += CHUNK) {
      signal?.throwIfAborted();
      const length = Math.min(CHUNK, count - first);
      const cells = names.map((column) => {
        const array = arrays[column]!;
        if (ArrayBuffer.isView(array))
          return (array as unknown as Float64Array).subarray(first, first + length);
        return Array.from({ length }, (_, i) => cellOf(array[first + i], name, first + i, column));
      });
      yield { first, rows: length, columns: cells };
      onProgress?.((first + length) / count);
    }
  }
  return {
    name,
    format: "columns in memory",
    facts: [],
    columns,
    rows: count,
    place: "row",
    firstRow: 0,
    read,
    close: async () => {},
  };
}
