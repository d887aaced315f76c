/**
 * The rows of a CSV file, by csv-parse: text in, some at a time; the cells of each row out, with the line where it begins. As RFC 4180
 * has them and as they are met: any delimiter; rows that end with CR, LF or both; blanks around a cell are no part of it, unless it
 * is quoted; a quote inside a cell without quotes is a character as others are; blank lines are none.
 */
import type { CsvError, InfoField, Parser } from "csv-parse";
import { DatasetError } from "../../errors.ts";
import { shown } from "../../options.ts";
import { BlankRuns } from "./blankRuns.ts";
import { countBreaks } from "./breaks.ts";
import { csvParser } from "./csvParser.ts";

/** Limits of what is taken for a table. */
export const MOST_COLUMNS = 100_000;
export const MOST_CELL = 2 ** 20;
export const MOST_ROW = 2 ** 24;

export interface RecordOptions {
  /** The file, for errors. */
  readonly name: string;
  /** One character. " ": any number of blanks and tabs. */
  readonly delimiter: string;
  /** Gets each row; what it throws ends the reading. */
  readonly onRow: (line: number, cells: readonly string[]) => void;
  /** Of this many rows at the beginning nothing is told. */
  readonly skip?: number | undefined;
  /** The columns' names, for errors. */
  readonly columns?: readonly string[] | undefined;
}

/** The end of a file of DOS. */
const DOS_END = "\x1a";
/** How much text is given to the parser at once. */
const PIECE = 2 ** 16;

export class RecordReader {
  readonly #options: RecordOptions;
  readonly #parser: Parser;
  readonly #bytes: BufferConstructor;
  readonly #encoder = new TextEncoder();
  readonly #blanks: BlankRuns | undefined;
  #skip: number;
  /** The line on which the last row has ended. */
  #line = 0;
  /** What csv-parse counted until then: lines, where a CRLF in quotes is two, and blank lines, where it is one. */
  #counted = { lines: 0, blank: 0 };
  /** Characters since then, or since the last blank line; at most a piece too many or too few. */
  #open = 0;
  #blankLines = 0;
  /** Lines of the text so far that have ended. */
  #breaks = 0;
  #afterCr = false;
  /** The first half of a character whose other half is to come. */
  #half = "";
  /** What a row's reader threw. */
  #failed: Error | undefined;
  /** A row that is none if no other follows it. */
  #dosEnd: number | undefined;

  private constructor(options: RecordOptions, parse: typeof import("csv-parse").parse) {
    this.#options = options;
    this.#skip = options.skip ?? 0;
    this.#blanks = options.delimiter === " " ? new BlankRuns() : undefined;
    this.#parser = parse({
      delimiter: options.delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: MOST_ROW,
    });
    // A record is told when it is pushed, with the counts as they are then: on_record makes an object of all counts for each, and
    // reading takes 1.4 times as long.
    this.#parser.push = (cells: string[] | null) => {
      if (cells === null || this.#failed !== undefined) return true;
      try {
        this.#record(cells);
      } catch (error) {
        this.#failed = error as Error;
      }
      return true;
    };
    // A stream in a page has Buffers of its own, as its options have.
    this.#bytes = (this.#parser.options.quote as Uint8Array).constructor as BufferConstructor;
  }

  static async open(options: RecordOptions): Promise<RecordReader> {
    return new RecordReader(options, await csvParser());
  }

  /** The line on which the text so far ends, from 1. */
  get line(): number {
    return this.#breaks + 1;
  }

  /**
   * Reads on.
   * @param last whether it is the end of the file
   * @throws DatasetError, with the line, at a quote that is not closed, at what follows a closing quote, and beyond a limit; what
   *   onRow throws
   */
  async push(text: string, last = false): Promise<void> {
    if (text !== "") {
      this.#breaks += countBreaks(text) - (this.#afterCr && text.startsWith("\n") ? 1 : 0);
      this.#afterCr = text.endsWith("\r");
    }
    const given = this.#half + (this.#blanks?.squeezed(text, last) ?? text);
    const whole = !last && isFirstHalf(given, given.length - 1) ? given.length - 1 : given.length;
    this.#half = given.slice(whole);
    for (let start = 0; start < whole; ) {
      let end = Math.min(whole, start + PIECE);
      if (end < whole && isFirstHalf(given, end - 1)) end++;
      this.#open += end - start;
      this.#parse(given.slice(start, end));
      const { empty_lines: blankLines } = this.#parser.info;
      if (blankLines > this.#blankLines) this.#open = 0;
      this.#blankLines = blankLines;
      if (this.#open > MOST_ROW + PIECE) throw this.#tooLong(this.#begins(this.#parser.info.empty_lines));
      start = end;
    }
    if (last) this.#parse(undefined);
  }

  /**
   * Parses a text at once; undefined: the end. A write to the stream would be answered in a later turn, which in a page that is not
   * shown may be a second later.
   */
  #parse(text: string | undefined): void {
    let problem: Error | null | undefined;
    const done = (error?: Error | null) => {
      problem = error;
    };
    if (text === undefined) {
      this.#parser._flush(done);
    } else {
      const { buffer, byteOffset, byteLength } = this.#encoder.encode(text);
      this.#parser._transform(this.#bytes.from(buffer, byteOffset, byteLength), "utf8", done);
    }
    const thrown = this.#failed ?? (problem && this.#explained(problem));
    if (thrown) throw thrown;
  }

  #record(cells: readonly string[]): void {
    const { lines, empty_lines: blank } = this.#parser.info;
    const begins = this.#begins(blank);
    const isOne = lines - this.#counted.lines === begins - this.#line;
    this.#line = isOne ? begins : cells.reduce((line, cell) => line + countBreaks(cell), begins);
    this.#counted = { lines, blank };
    this.#open = 0;
    if (this.#dosEnd !== undefined) {
      this.#tell(this.#dosEnd, [DOS_END]);
      this.#dosEnd = undefined;
    }
    if (cells.length === 1 && cells[0] === DOS_END) this.#dosEnd = begins;
    else this.#tell(begins, cells);
  }

  /** The line where the row after the last one begins. */
  #begins(blank: number): number {
    return this.#line + 1 + blank - this.#counted.blank;
  }

  #tell(line: number, cells: readonly string[]): void {
    if (cells.length > MOST_COLUMNS) {
      throw this.#error(line, `the row has more than ${MOST_COLUMNS} cells. Check the delimiter.`);
    }
    const long = cells.findIndex((cell) => cell.length > MOST_CELL);
    if (long >= 0) {
      throw this.#error(line, `the cell has more than ${MOST_CELL} characters. Check the delimiter.`, long);
    }
    if (this.#skip > 0) this.#skip--;
    else this.#options.onRow(line, cells);
  }

  /** The error for one of csv-parse. */
  #explained(error: Error): Error {
    if (!("code" in error) || !String(error.code).startsWith("CSV_")) return error;
    const { code, message, column, empty_lines } = error as CsvError & Partial<InfoField>;
    const line = this.#begins(empty_lines ?? this.#counted.blank);
    const place = typeof column === "number" ? column : undefined;
    switch (code) {
      case "CSV_QUOTE_NOT_CLOSED":
        return this.#error(
          line,
          "a quote that opens in the row is not closed before the file ends. Close it, or remove it.",
          place,
        );
      case "CSV_MAX_RECORD_SIZE":
        return this.#tooLong(line);
      case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      case "CSV_INVALID_CLOSING_QUOTE":
        return this.#error(
          line,
          "a text follows a closing quote, expected a delimiter or the end of the line. Write a quote inside of quotes twice, " +
            '"a ""word""", or remove a quote that nothing closes.',
          place,
        );
      default:
        return this.#error(line, `it cannot be read: ${message}. Mend the row.`, place);
    }
  }

  #tooLong(line: number): DatasetError {
    return this.#error(
      line,
      `the row has more than ${MOST_ROW} characters. Check the delimiter, and that each quote in the row is closed.`,
    );
  }

  #error(line: number, what: string, column?: number): DatasetError {
    const { name, columns } = this.#options;
    const where = column === undefined ? "" : `, column ${shown(columns?.[column] ?? column + 1)}`;
    return new DatasetError(`${name}, line ${line}${where}: ${what}`);
  }
}

/** Whether a character of two code units begins here. */
function isFirstHalf(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}
