/**
 * Cells from the text of a CSV file, as RFC 4180 has them and as they are met: any delimiter; rows that end with CR, LF or both;
 * blanks around a cell are no part of it, unless it is quoted; a quote inside a cell without quotes is a character as others are.
 */
import { DatasetError } from "../../errors.ts";
import { shown } from "../../options.ts";

/** Limits of what is taken for a table. */
export const MOST_COLUMNS = 100_000;
export const MOST_CELL = 2 ** 20;
export const MOST_ROW = 2 ** 24;

/** Who gets the cells. */
export interface RowSink {
  /** The next cell of the row, if the column is wanted. */
  cell(column: number, text: string): void;
  /** The end of a row that began in this line and has so many cells. */
  row(line: number, cells: number): void;
}

export interface ScannerOptions {
  /** The file, for errors. */
  readonly name: string;
  /** One character. " ": any number of blanks and tabs. */
  readonly delimiter: string;
  readonly sink: RowSink;
  /** Of the cells in this many rows at the beginning nothing is told. */
  readonly skip?: number | undefined;
  /** For each column whether its cells are wanted. Default: all are. */
  readonly wanted?: Uint8Array | undefined;
  /** The columns' names, for errors. */
  readonly columns?: readonly string[] | undefined;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const BLANK = 32;
const QUOTE = 34;

/** Where in a cell the scanner is. */
const BEFORE = 0;
const PLAIN = 1;
const QUOTED = 2;
const AFTER = 3;

export class Scanner {
  /** The line that is being read, from 1. */
  line = 1;
  readonly #options: ScannerOptions;
  readonly #delimiter: number;
  readonly #runs: boolean;
  /** From the beginning of the cell that is not whole yet. */
  #text = "";
  /** Where the cell begins in the text, after its quote; and where reading goes on. */
  #start = 0;
  #at = 0;
  #state = BEFORE;
  #column = 0;
  #doubled = false;
  #quoteLine = 0;
  #rowLine = 1;
  /** How many characters of the row are before the text. */
  #rowLength = 0;
  /** Whether a CR was the last character: an LF that follows belongs to it. */
  #afterCr = false;
  /** Whether the row's first cell has no text, and no quotes. */
  #firstEmpty = false;
  /** Whether nothing can be told before the next chunk. */
  #waits = false;
  #skip: number;

  constructor(options: ScannerOptions) {
    this.#options = options;
    this.#skip = options.skip ?? 0;
    this.#delimiter = options.delimiter.charCodeAt(0);
    this.#runs = this.#delimiter === BLANK;
  }

  /**
   * Reads on.
   * @param last whether it is the end of the file
   * @throws DatasetError, with the line, at a quote that is not closed, at what follows a closing quote, and beyond a limit
   */
  push(chunk: string, last = false): void {
    this.#text = this.#text.slice(this.#start) + chunk;
    this.#at -= this.#start;
    this.#start = 0;
    while (this.#at < this.#text.length) {
      if (this.#state === BEFORE) this.#before();
      else if (this.#state === PLAIN) this.#plain(last);
      else if (this.#state === QUOTED) this.#quoted(last);
      else this.#after();
      if (this.#waits) break;
    }
    this.#waits = false;
    if (last) this.#end();
    else this.#checkLength(this.#text.length - this.#start);
  }

  #end(): void {
    const { length } = this.#text;
    if (this.#state === QUOTED) this.#refuseOpen("the file ends");
    // The end of a file of DOS.
    if (this.#column === 0 && this.#text.slice(this.#start) === "\x1a") return;
    if (this.#state === PLAIN) this.#cell(this.#start, this.#trimmed(length));
    else if (this.#state === BEFORE && this.#column > 0 && !this.#runs) this.#cell(length, length);
    if (this.#column > 0) this.#row();
    this.#text = "";
    this.#start = this.#at = 0;
  }

  /** The beginning of a cell: blanks, and its quote. */
  #before(): void {
    const text = this.#text;
    let at = this.#at;
    if (this.#afterCr) {
      this.#afterCr = false;
      if (text.charCodeAt(at) === LF) at++;
    }
    const delimiter = this.#delimiter;
    let code = text.charCodeAt(at);
    while (code === BLANK || code === TAB) {
      if (code === delimiter && !this.#runs) break;
      code = text.charCodeAt(++at);
    }
    this.#at = this.#start = at;
    if (at === text.length) return; // nothing is decided yet
    if (code === QUOTE) {
      this.#start = ++this.#at;
      this.#state = QUOTED;
      this.#doubled = false;
      this.#quoteLine = this.line;
    } else if (this.#runs && this.#column > 0 && (code === LF || code === CR)) {
      // Blanks at the end of a line are before no cell.
      this.#row();
      this.#newLine(code);
    } else {
      this.#state = PLAIN;
    }
  }

  #plain(last: boolean): void {
    const text = this.#text;
    const { length } = text;
    const delimiter = this.#delimiter;
    let at = this.#at;
    for (;;) {
      // All cells of a row, if none of them needs more than this.
      let code = 0;
      while (at < length) {
        code = text.charCodeAt(at);
        if (code === delimiter || code === LF || code === CR || (code === TAB && this.#runs)) break;
        at++;
      }
      this.#at = at;
      if (at === length) {
        this.#waits = !last;
        return;
      }
      this.#cell(this.#start, this.#trimmed(at));
      if (code === LF || code === CR) {
        this.#row();
        this.#newLine(code);
        return;
      }
      this.#start = ++at;
      this.#at = at;
      this.#state = BEFORE;
      if (at === length) return;
      code = text.charCodeAt(at);
      if (code <= QUOTE) return;
      this.#state = PLAIN;
    }
  }

  /** `end` without the blanks before it. */
  #trimmed(end: number): number {
    const text = this.#text;
    const start = this.#start;
    let code = end > start ? text.charCodeAt(end - 1) : 0;
    while (code === BLANK || code === TAB) {
      end--;
      code = end > start ? text.charCodeAt(end - 1) : 0;
    }
    return end;
  }

  #quoted(last: boolean): void {
    const text = this.#text;
    const { length } = text;
    let at = this.#at;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code === LF) {
        if (!this.#afterCr) this.line++;
        this.#afterCr = false;
      } else if (code === CR) {
        this.line++;
        this.#afterCr = true;
      } else {
        this.#afterCr = false;
        if (code !== QUOTE) continue;
        if (at + 1 === length && !last) {
          this.#waits = true;
          break;
        }
        if (text.charCodeAt(at + 1) !== QUOTE) {
          this.#cell(this.#start, at, this.#doubled);
          this.#start = this.#at = at + 1;
          this.#state = AFTER;
          return;
        }
        this.#doubled = true;
        at++;
      }
    }
    this.#at = at;
    if (at - this.#start > MOST_CELL) this.#refuseOpen(`its cell has ${MOST_CELL} characters`);
  }

  /** What follows a closing quote. */
  #after(): void {
    const text = this.#text;
    const delimiter = this.#delimiter;
    let at = this.#at;
    let code = text.charCodeAt(at);
    while ((code === BLANK || code === TAB) && code !== delimiter && !this.#runs)
      code = text.charCodeAt(++at);
    this.#start = this.#at = at;
    if (at === text.length) return;
    if (code === delimiter || (code === TAB && this.#runs)) {
      this.#start = this.#at = at + 1;
      this.#state = BEFORE;
    } else if (code === LF || code === CR) {
      this.#row();
      this.#newLine(code);
    } else {
      throw this.#error(
        this.#column - 1,
        `${shown(text.charAt(at))} follows a closing quote, expected a delimiter or the end of the line. ` +
          'Write a quote inside of quotes twice: "a ""word""".',
      );
    }
  }

  #cell(start: number, end: number, doubled = false): void {
    const column = this.#column++;
    const length = end - start;
    this.#rowLength += length + 1;
    if (length > MOST_CELL || this.#rowLength > MOST_ROW) this.#checkLength(length, column);
    // A row of one cell without a text is a blank line.
    if (column === 0) this.#firstEmpty = length === 0 && this.#state !== QUOTED;
    if (column >= MOST_COLUMNS) {
      throw this.#error(undefined, `the row has more than ${MOST_COLUMNS} cells. Check the delimiter.`);
    }
    const { wanted, sink } = this.#options;
    if (this.#skip > 0 || (wanted !== undefined && wanted[column] !== 1)) return;
    let text = this.#text.slice(start, end);
    if (doubled) text = text.replaceAll('""', '"');
    // A part of a text keeps the whole of it in memory, if it is longer than 12 characters. This one keeps itself.
    else if (length > 12) text = ` ${text}`.slice(1);
    sink.cell(column, text);
  }

  #row(): void {
    const cells = this.#column;
    this.#column = 0;
    this.#rowLength = 0;
    if (cells === 1 && this.#firstEmpty) return;
    if (this.#skip > 0) this.#skip--;
    else this.#options.sink.row(this.#rowLine, cells);
  }

  #newLine(code: number): void {
    this.#start = ++this.#at;
    this.#state = BEFORE;
    this.line++;
    this.#rowLine = this.line;
    this.#afterCr = code === CR;
  }

  /** @param length of a cell that has ended, or goes on */
  #checkLength(length: number, column = this.#column): void {
    if (length > MOST_CELL) {
      throw this.#error(column, `the cell has more than ${MOST_CELL} characters. Check the delimiter.`);
    }
    if (this.#rowLength + length > MOST_ROW) {
      throw this.#error(undefined, `the row has more than ${MOST_ROW} characters. Check the file.`);
    }
  }

  #refuseOpen(what: string): never {
    throw this.#error(
      this.#column,
      `a quote that opens in line ${this.#quoteLine} is not closed before ${what}. Close it, or remove it.`,
      this.#quoteLine,
    );
  }

  #error(column: number | undefined, what: string, line = this.#rowLine): DatasetError {
    const { name, columns } = this.#options;
    const said = column === undefined ? undefined : (columns?.[column] ?? column + 1);
    const where = said === undefined ? "" : `, column ${shown(said)}`;
    return new DatasetError(`${name}, line ${line}${where}: ${what}`);
  }
}
