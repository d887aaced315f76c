/** What the first rows of a CSV file tell: what separates cells, and whether the first row has the columns' names. */
import { DatasetError } from "../../errors.ts";
import { RecordReader } from "./records.ts";

/** How many rows are looked at. */
const ROWS = 200;

/** What may separate cells, the first ones by preference; " " stands for any number of blanks and tabs. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Rows at the beginning of a text. */
export interface FirstRows {
  readonly rows: readonly (readonly string[])[];
  /** Whether what follows them cannot be read. */
  readonly failed: boolean;
}

/**
 * The first rows of a text, read with this delimiter, up to the first that cannot be read.
 * @param whole whether the text is all of the file: else its last row is left out, unless a line ends there
 */
export async function firstRows(
  text: string,
  delimiter: string,
  whole: boolean,
  skip = 0,
): Promise<FirstRows> {
  const rows: (readonly string[])[] = [];
  const onRow = (_: number, cells: readonly string[]) => {
    if (rows.length < ROWS) rows.push(cells);
  };
  const reader = await RecordReader.open({ name: "", delimiter, onRow, skip });
  try {
    // Piece by piece, each larger than the one before: a long text is not read much further than it is needed.
    for (let start = 0, size = PIECE; start < text.length && rows.length < ROWS; start += size, size *= 2) {
      await reader.push(text.slice(start, start + size), whole && start + size >= text.length);
    }
    // A row is told when some characters follow its end. The head of a file of long rows may end with its only one.
    if (!whole && /[\r\n]$/.test(text)) await reader.push("\n".repeat(8));
  } catch (error) {
    // Reading the file will say so, with its place.
    if (!(error instanceof DatasetError)) throw error;
    return { rows, failed: true };
  }
  return { rows, failed: false };
}

const PIECE = 2 ** 16;

/**
 * What separates cells: what gives all rows the same number of them, more than one. Where none does, the one that comes nearest
 * to it. A tab, a semicolon or a bar goes before a comma that does it as well, which may stand in numbers.
 * @returns the delimiter; of a single column one that does not occur in it
 */
export async function findDelimiter(text: string, whole: boolean, skip: number): Promise<string> {
  let best: { delimiter: string; share: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const share = shareOfUsual(await firstRows(text, delimiter, whole, skip));
    if (share === 0) continue;
    const better = best === undefined || share > best.share || (share === 1 && best.delimiter === ",");
    if (better) best = { delimiter, share };
  }
  if (best?.share === 1) return best.delimiter;
  const blanks = (await firstRows(text, " ", whole, skip)).rows;
  if (separatesByBlanks(blanks)) return " ";
  if (best !== undefined) return best.delimiter;
  const { rows } = await firstRows(text, "\0", whole, skip);
  return DELIMITERS.find((one) => rows.every((row) => !row.some((cell) => cell.includes(one)))) ?? ",";
}

/** The share of the rows with the usual number of cells; 0 if the first row, or the usual one, has but one. */
function shareOfUsual({ rows, failed }: FirstRows): number {
  // Better than none: reading will say why.
  if (rows.length === 0 && failed) return 0.01;
  if (rows.length === 0 || rows[0]!.length < 2) return 0;
  const counts = new Map<number, number>();
  // A delimiter at the end of the rows may be missing in the first one, and a name for rows too.
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  let [usual, most] = [0, 0];
  for (const [length, count] of counts) if (count > most) [usual, most] = [length, count];
  return usual < 2 ? 0 : most / rows.length;
}

/** Whether blanks separate cells: all rows have the same number of them, and most of them are numbers. */
function separatesByBlanks(rows: readonly (readonly string[])[]): boolean {
  const width = rows[0]?.length ?? 0;
  if (width < 2 || rows.length < 2 || rows.some((row) => row.length !== width)) return false;
  const cells = rows.slice(1).flat();
  return cells.filter(isValue).length * 2 >= cells.length;
}

/** What stands for a missing cell so often that it says nothing of a column. */
const MISSING = /^(|\?|-+|\.|n\/?a|#n\/a|nan|null|none|nil|missing|unknown)$/i;

/** Whether a cell is a number, a date or a time, and no name: it has digits, and no letters but those in such. */
function isValue(cell: string): boolean {
  if (cell.length > 40) return false;
  return /^[^\p{L}_]*\d[^\p{L}_]*(e[-+]?\d+|t\d[\d:.]*z?|z|am|pm)?[^\p{L}_]*$/iu.test(cell);
}

/**
 * Whether the first row has the columns' names: a text that stands over numbers or dates is a name, a number is none, and a text
 * that comes again in its column is none. Numbers that count on, as in "0, 1, 2", are names.
 */
export function findHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows;
  if (first === undefined) return false;
  const given = first.filter((cell) => cell !== "");
  if (given.length === 0) return false;
  if (rest.length === 0) return !given.some(isValue);
  const values = first.map((_, column) => isColumnOfValues(rest, column));
  const named = first.filter(
    (cell, column) => values[column] && !MISSING.test(cell) && !isValue(cell),
  ).length;
  if (named > 0) return named >= first.filter((cell, column) => values[column] && isValue(cell)).length;
  if (given.some(isValue)) return countsOn(given) && !rest.some((row) => countsOn(row));
  if (new Set(given).size < given.length) return false;
  return !first.some((cell, column) => cell !== "" && rest.some((row) => row[column] === cell));
}

/** Whether a column's cells are numbers or dates: nine in ten, and not all are missing. */
function isColumnOfValues(rows: readonly (readonly string[])[], column: number): boolean {
  let [values, others] = [0, 0];
  for (const row of rows) {
    const cell = row[column] ?? "";
    if (MISSING.test(cell)) continue;
    if (isValue(cell)) values++;
    else others++;
  }
  return values > 0 && values >= 9 * others;
}

/** Whether the numbers among the cells are whole, three at least, and each is one more than the one before it. */
function countsOn(cells: readonly string[]): boolean {
  const numbers = cells.filter((cell) => /^\d{1,9}$/.test(cell)).map(Number);
  if (numbers.length !== cells.filter(isValue).length) return false;
  if (numbers.length < 3) return false;
  return numbers.every((number, index) => index === 0 || number === numbers[index - 1]! + 1);
}
