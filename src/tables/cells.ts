/** Where the cells of a column are kept while its rows come: each kind of column has its store. */
import { DatasetError } from "../errors.ts";
import { booleanOf, booleanValues } from "./booleans.ts";
import { isoDate, parseDate } from "./dates.ts";
import type { MissingTexts } from "./missing.ts";
import { shownText } from "./names.ts";
import { isCode, PLAIN, parseNumber, plainNumber } from "./numbers.ts";
import type { Cell, DateStyle, NumberStyle, TableColumn } from "./table.ts";

/** What a store must know of its column. */
export interface StoreContext {
  /** The table's name and the column's. */
  readonly table: string;
  readonly name: string;
  readonly missing: MissingTexts;
  /** Where a row is: "line 17". */
  place(row: number): string;
  /** Why the cells must be what they are, for errors: "as the rows before it have". */
  readonly because: string;
  /** What can be done if a cell is something else, with the cell. */
  nextStep(cell: string): string;
  /** Whether different numbers and dates are counted; if not, `distinct` is 0. Default: they are. */
  readonly counts?: boolean | undefined;
}

export interface Store {
  /** @param first the number of the first row */
  add(cells: ArrayLike<Cell>, rows: number, first: number): void;
  /** Some missing cells. */
  addMissing(rows: number): void;
  finish(): TableColumn;
}

const FIRST_PART = 1024;
const LARGEST_PART = 65_536;

/** An array that grows by parts, so that nothing is copied until its end. */
class Parts<A extends Float64Array | Int32Array> {
  readonly #make: (length: number) => A;
  #full: A[] = [];
  #part: A;
  #used = 0;
  #before = 0;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#part = make(0);
  }

  get length(): number {
    return this.#before + this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#part.length) this.#grow();
    this.#part[this.#used++] = value;
  }

  fill(value: number, count: number): void {
    for (let i = 0; i < count; i++) this.push(value);
  }

  #grow(): void {
    if (this.#used > 0) this.#full.push(this.#part);
    this.#before += this.#used;
    this.#part = this.#make(Math.min(LARGEST_PART, Math.max(FIRST_PART, this.#before)));
    this.#used = 0;
  }

  /** All values in one array; the parts are let go. */
  finish(): A {
    const all = this.#make(this.length);
    let at = 0;
    for (const part of this.#full) {
      all.set(part, at);
      at += part.length;
    }
    all.set(this.#part.subarray(0, this.#used), at);
    this.#full = [];
    return all;
  }
}

/** A cell as a text, for examples and errors. */
export function textOfCell(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if (cell === null || cell === undefined) return "";
  return cell instanceof Date ? isoDate(cell.getTime(), false) : String(cell);
}

/** A copy that does not keep the whole line, or the whole block of a file, alive from which the text was cut. */
const ownText = (text: string): string => ` ${text}`.slice(1);

/** The texts for missing cells that are kept. */
const MOST_MISSING_TEXTS = 20;
/** Different values that are counted at most. */
export const MOST_COUNTED = 65_536;

/** What all stores keep account of. */
class Account {
  missing = 0;
  example: string | undefined;
  readonly missingAs = new Set<string>();

  /** Counts a cell without a value. @param text "" if there is no text */
  miss(text: string): void {
    this.missing++;
    this.keep(text);
  }

  /** A text that stands for a missing cell. */
  keep(text: string): void {
    if (this.missingAs.size < MOST_MISSING_TEXTS) this.missingAs.add(ownText(text));
  }

  summary() {
    return { missing: this.missing, missingAs: [...this.missingAs], example: this.example ?? "" };
  }
}

function cellError(context: StoreContext, row: number, cell: string, is: string): DatasetError {
  const { table, name, because } = context;
  return new DatasetError(
    `${table}, ${context.place(row)}, column ${shownText(name)}: ${shownText(cell)} ${is}${because}. ${context.nextStep(cell)}`,
  );
}

/** How many different numbers there are, counted up to MOST_COUNTED. */
function distinctNumbers(values: Float64Array): number {
  const seen = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size >= MOST_COUNTED) break;
  }
  return seen.size;
}

/** Cells as numbers of 64 bits, NaN for a missing one: what numbers, dates and answers share. */
abstract class DoubleStore implements Store {
  protected readonly context: StoreContext;
  protected readonly account = new Account();
  protected readonly values = new Parts((length) => new Float64Array(length));

  constructor(context: StoreContext) {
    this.context = context;
  }

  /** The number of a cell; NaN, and counted, if it is missing. @throws DatasetError if it is none of the column's kind */
  protected abstract read(cell: Cell, row: number): number;

  abstract finish(): TableColumn;

  add(cells: ArrayLike<Cell>, rows: number, first: number): void {
    for (let i = 0; i < rows; i++) {
      const value = this.read(cells[i], first + i);
      if (this.account.example === undefined && !Number.isNaN(value)) this.begin(cells[i]);
      this.values.push(value);
    }
  }

  /** Takes the first cell that has a value as the example. */
  protected begin(cell: Cell): void {
    this.account.example = ownText(textOfCell(cell).trim());
  }

  addMissing(rows: number): void {
    this.account.missing += rows;
    this.values.fill(Number.NaN, rows);
  }

  /** The text of a number or a date, without the spaces around it; undefined, and counted, if it is missing. */
  protected textOf(cell: Cell): string | undefined {
    const text = textOfCell(Number.isNaN(cell) ? null : cell).trim();
    if (text !== "" && !this.context.missing.hasNumber(text)) return text;
    this.account.miss(text);
    return undefined;
  }

  protected error(cell: Cell, row: number, is: string): DatasetError {
    return cellError(this.context, row, textOfCell(cell), is);
  }

  /** What all columns of numbers tell. */
  protected summary() {
    const { name, counts } = this.context;
    const cells = this.values.finish();
    return {
      ...{ name, cells, distinct: counts === false ? 0 : distinctNumbers(cells) },
      ...this.account.summary(),
    };
  }
}

export interface NumberStoreOptions {
  readonly style?: NumberStyle | undefined;
  /** Whether whole numbers with leading zeros are numbers. Default: they are an error, as they may be codes. */
  readonly codes?: boolean | undefined;
  /** Whether one group of three digits may as well be a fraction, and is refused. Default: it is one of thousands. */
  readonly doubtful?: boolean | undefined;
  readonly why?: string | undefined;
}

/** 1.234 and 1,234: a number of thousands, or one with three decimals. */
const ONE_GROUP = /^[+-]?[1-9]\d{0,2}[.,]\d{3}$/;

/** Numbers. */
export class NumberStore extends DoubleStore {
  readonly #codes: boolean;
  readonly #doubtful: boolean;
  readonly #why: string | undefined;
  #style: NumberStyle;
  #texts = false;
  /** The code of the decimal point; 0 if no number is plain. */
  #decimal: number;

  constructor(
    context: StoreContext,
    { style = PLAIN, codes = false, doubtful = false, why }: NumberStoreOptions = {},
  ) {
    super(context);
    this.#style = style;
    this.#codes = codes;
    this.#doubtful = doubtful;
    this.#why = why;
    this.#decimal = style.unit !== undefined ? 0 : style.decimal === "," ? 44 : 46;
  }

  /** The same with what is plain read here: most cells are. */
  override add(cells: ArrayLike<Cell>, rows: number, first: number): void {
    const { account, values } = this;
    for (let i = 0; i < rows; i++) {
      const cell = cells[i];
      let value = Number.NaN;
      if (typeof cell === "string") {
        if (this.#decimal !== 0) value = plainNumber(cell, this.#decimal);
      } else if (typeof cell === "number") value = cell;
      if (value - value !== 0) value = this.read(cell, first + i);
      if (account.example === undefined && !Number.isNaN(value)) this.begin(cell);
      values.push(value);
    }
  }

  protected override begin(cell: Cell): void {
    super.begin(cell);
    this.#texts = typeof cell === "string";
  }

  /** What is not plain. */
  protected read(cell: Cell, row: number): number {
    if (typeof cell === "bigint") return Number(cell);
    if (typeof cell === "boolean") return cell ? 1 : 0;
    const text = this.textOf(cell);
    if (text === undefined) return Number.NaN;
    const value = typeof cell === "number" ? cell : typeof cell === "string" ? this.#parse(text) : Number.NaN;
    if (Number.isNaN(value)) throw this.error(cell, row, "is no number");
    if (this.#doubtful && ONE_GROUP.test(text) && !text.includes(this.#style.decimal)) {
      const nextStep = () => "Say what stands before fractions in this file: --decimal . or --decimal ,";
      const because =
        ": in the training it would have been thousands, which this file's delimiter speaks against";
      const context = { ...this.context, because, nextStep };
      throw cellError(context, row, textOfCell(cell), "may have a fraction or not");
    }
    if (!Number.isFinite(value)) throw this.error(cell, row, "is no finite number (they end at 1.8e308)");
    if (!this.#codes && typeof cell === "string" && isCode(text)) {
      throw this.error(cell, row, "has leading zeros as codes have, it is not certainly a number");
    }
    return value;
  }

  /** Reads a text; one with groups of thousands that cannot be anything else shows that the column may have them. */
  #parse(text: string): number {
    const value = parseNumber(text, this.#style);
    if (!Number.isNaN(value) || this.#style.group !== "") return value;
    for (const group of [",", ".", " ", "'"] as const) {
      const style = { ...this.#style, group };
      const read = group === style.decimal ? Number.NaN : parseNumber(text, style);
      const certain = group === " " || group === "'" || (text.match(/[.,]/g) ?? []).length > 1;
      if (!Number.isNaN(read) && certain) {
        this.#style = style;
        return read;
      }
    }
    return Number.NaN;
  }

  finish(): TableColumn {
    const style = this.#texts ? this.#style : undefined;
    return { ...this.summary(), kind: "number", style, why: this.#why };
  }
}

/** Dates. */
export class DateStore extends DoubleStore {
  readonly #style: DateStyle | undefined;

  constructor(context: StoreContext, style?: DateStyle) {
    super(context);
    this.#style = style;
  }

  protected read(cell: Cell, row: number): number {
    if (cell instanceof Date) {
      const value = cell.getTime();
      if (Number.isNaN(value)) this.account.miss("");
      return value;
    }
    const text = this.textOf(cell);
    if (text === undefined) return Number.NaN;
    const value = typeof cell === "string" ? parseDate(text, this.#style) : Number.NaN;
    if (Number.isNaN(value)) throw this.error(cell, row, "is no date");
    return value;
  }

  finish(): TableColumn {
    return { ...this.summary(), kind: "date", style: this.#style };
  }
}

/** Texts that are no answer, of which so many are kept. */
const MOST_OTHERS = 20;

/** Answers, yes or no, as a model expects them; another text is a number from 2 on. */
export class BooleanStore extends DoubleStore {
  readonly #others: string[] = [];

  protected read(cell: Cell): number {
    const text = textOfCell(cell).trim();
    if (!this.context.missing.has(text)) return booleanOf(text) ?? 2 + this.#placeOf(text);
    this.account.miss(text);
    return Number.NaN;
  }

  /** Its place among the others: the first one behind them if there are too many, which has no text. */
  #placeOf(text: string): number {
    const place = this.#others.indexOf(text);
    if (place >= 0) return place;
    return this.#others.length < MOST_OTHERS ? this.#others.push(ownText(text)) - 1 : MOST_OTHERS;
  }

  finish(): TableColumn {
    return { ...this.summary(), kind: "boolean", values: ["false", "true", ...this.#others] };
  }
}

/** Different texts of a column of categories; a column with more is one of texts. */
export const MOST_CATEGORIES = 65_536;
/** All texts of a column's categories together, in characters. */
const MOST_CHARACTERS = 1 << 25;

export interface TextStoreOptions {
  /** Different texts at most. Default: MOST_CATEGORIES. */
  readonly most?: number | undefined;
  /** What is to be done if there are more. Default: the cells are let go, and the column is one of texts. */
  readonly onMore?: (() => never) | undefined;
  /** Whether yes and no are categories too. Default: they are booleans. */
  readonly categorical?: boolean | undefined;
  readonly why?: string | undefined;
}

/** Texts: each different one once, and for each cell its number. Answers, yes or no, become booleans at the end. */
export class TextStore implements Store {
  readonly #context: StoreContext;
  readonly #options: TextStoreOptions;
  readonly #most: number;
  readonly #account = new Account();
  /** By the texts as they stand in the file, with the spaces around them; those for missing cells have −1. */
  #codes = new Map<Cell, number>();
  /** By the texts themselves. */
  #places = new Map<string, number>();
  #values: string[] = [];
  #characters = 0;
  #cells = new Parts((length) => new Int32Array(length));
  #rows = 0;
  /** How many different texts there were when there were too many. */
  #tooMany = 0;

  constructor(context: StoreContext, options: TextStoreOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#most = options.most ?? MOST_CATEGORIES;
  }

  add(cells: ArrayLike<Cell>, rows: number): void {
    this.#rows += rows;
    for (let i = 0; i < rows; i++) {
      const cell = cells[i];
      const code = (this.#tooMany > 0 ? undefined : this.#codes.get(cell)) ?? this.#place(cell);
      if (code < 0) this.#account.missing++;
      if (this.#tooMany === 0) this.#cells.push(code);
    }
  }

  addMissing(rows: number): void {
    this.#rows += rows;
    this.#account.missing += rows;
    if (this.#tooMany === 0) this.#cells.fill(-1, rows);
  }

  /** The place of a text that has not been seen as it stands. */
  #place(cell: Cell): number {
    const text = textOfCell(cell).trim();
    if (this.#context.missing.has(text)) {
      this.#account.keep(text);
      if (this.#tooMany === 0 && typeof cell !== "object") this.#remember(cell, -1);
      return -1;
    }
    if (this.#tooMany > 0) return 0;
    let place = this.#places.get(text);
    if (place === undefined) {
      if (this.#values.length >= this.#most || this.#characters > MOST_CHARACTERS) return this.#letGo();
      const own = ownText(text);
      place = this.#values.length;
      this.#account.example ??= own;
      this.#values.push(own);
      this.#places.set(own, place);
      this.#characters += own.length;
    }
    if (typeof cell !== "object") this.#remember(cell, place);
    return place;
  }

  #remember(cell: Cell, code: number): void {
    if (this.#codes.size < 2 * this.#most) {
      this.#codes.set(typeof cell === "string" ? ownText(cell) : cell, code);
    }
  }

  #letGo(): number {
    this.#options.onMore?.();
    this.#tooMany = this.#values.length;
    this.#codes = new Map();
    this.#places = new Map();
    this.#values = [];
    this.#cells = new Parts((length) => new Int32Array(length));
    return 0;
  }

  finish(): TableColumn {
    const { name } = this.#context;
    const summary = { name, ...this.#account.summary(), why: this.#options.why };
    if (this.#tooMany > 0) {
      return { ...summary, kind: "text", cells: new Int32Array(0), distinct: this.#tooMany };
    }
    const values = this.#values;
    const answers = this.#options.categorical ? undefined : booleanValues(values);
    const cells = this.#cells.finish();
    if (answers === undefined) {
      return { ...summary, kind: "category", cells, values, distinct: values.length };
    }
    const answer = values.map((value) => booleanOf(value)!);
    const yesNo = Float64Array.from(cells, (code) => (code < 0 ? Number.NaN : answer[code]!));
    return { ...summary, kind: "boolean", cells: yesNo, values: answers, distinct: 2 };
  }
}
