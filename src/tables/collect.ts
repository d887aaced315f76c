/**
 * Reads a whole table into memory, in one pass: 8 bytes for a number or a date, 4 for a category. What a column is, its first
 * rows decide, unless the user has said it; a cell further down that is something else is an error.
 */
import { DatasetError } from "../errors.ts";
import { thousands } from "../format/numbers.ts";
import type { Signal } from "../platform.ts";
import { now, otherWork } from "../runtime.ts";
import { DateStore, NumberStore, type Store, type StoreContext, TextStore, textOfCell } from "./cells.ts";
import { dateStyleOf, decimalOf, type Guess, guessKind, styleOf } from "./guess.ts";
import { type MissingTexts, missingTexts } from "./missing.ts";
import { checkTableOptions, shownText } from "./names.ts";
import { RowPlaces } from "./places.ts";
import type { Cell, Table, TableChunk, TableSource } from "./table.ts";
import { asFlags, type WordedOptions, type Wording } from "./wording.ts";

/** The rows by which kinds are decided. */
const FIRST_ROWS = 10_000;
/** Cells that are kept as they come until then: of a wide table, fewer rows decide. */
const FIRST_CELLS = 2_000_000;
const FEWEST_FIRST_ROWS = 100;
/** Different values of the columns that name groups. */
const MOST_GROUPS = 4_000_000;

export interface CollectOptions {
  readonly signal?: Signal | undefined;
  /** Called now and then with the share of the table that has been read, 0 to 1, where that is known. */
  readonly onProgress?: ((share: number) => void) | undefined;
  /** Rows that are read at most. Default: all. */
  readonly most?: number | undefined;
}

/** After so many milliseconds, other work has its turn. */
const TURN = 50;

/**
 * Reads a table. Columns of `options.drop` are not read, and not in it.
 * @throws ConfigError if an option names no column of the table
 * @throws DatasetError if the source is damaged; if a cell is not what its column has, with its place
 */
export async function collectTable(
  source: TableSource,
  options: WordedOptions = {},
  { signal, onProgress, most = Number.POSITIVE_INFINITY }: CollectOptions = {},
): Promise<Table> {
  const { name: table, format, facts } = source;
  checkTableOptions(table, source.columns, options);
  const dropped = new Set(options.drop);
  const numbers = source.columns.flatMap((name, i) => (dropped.has(name) ? [] : [i]));
  const collector = new Collector(
    source,
    options,
    numbers.map((i) => source.columns[i]!),
  );
  let rows = 0;
  let turn = now();
  if (numbers.length > 0) {
    for await (const chunk of source.read({ columns: numbers, signal, onProgress })) {
      // Rows that are at hand leave no turn to what would set off the signal.
      if (now() - turn > TURN) {
        await otherWork();
        turn = now();
      }
      signal?.throwIfAborted();
      const taken = Math.min(chunk.rows, most - rows);
      if (taken > 0) collector.add(taken === chunk.rows ? chunk : { ...chunk, rows: taken });
      rows += taken;
      if (rows >= most) break;
    }
  }
  const { places } = collector;
  return { name: table, format, facts, rows, columns: collector.finish(), place: (row) => places.place(row) };
}

/** A column while its kind is not known, and then its store. */
interface Pending {
  readonly name: string;
  /** Cells, as chunks had them; none before `missing` rows were. */
  chunks: { readonly cells: ArrayLike<Cell>; readonly rows: number; readonly first: number }[];
  /** Rows at its beginning that were all missing, and are not kept. */
  missing: number;
  store?: Store;
}

class Collector {
  readonly places: RowPlaces;
  readonly #source: TableSource;
  readonly #options: WordedOptions;
  readonly #missing: MissingTexts;
  readonly #columns: Pending[];
  readonly #firstRows: number;
  #rows = 0;
  #decided = false;
  #decimal: "." | "," | undefined;

  constructor(source: TableSource, options: WordedOptions, names: readonly string[]) {
    this.#source = source;
    this.#options = options;
    this.places = new RowPlaces(source.place, source.firstRow);
    this.#missing = missingTexts(options.missing);
    this.#columns = names.map((name) => ({ name, chunks: [], missing: 0 }));
    const fitting = Math.floor(FIRST_CELLS / Math.max(1, names.length));
    this.#firstRows = Math.max(FEWEST_FIRST_ROWS, Math.min(FIRST_ROWS, fitting));
    this.#decimal = options.decimal;
  }

  add(chunk: TableChunk): void {
    const first = this.#rows;
    this.places.add(chunk, first);
    this.#rows += chunk.rows;
    for (const [i, column] of this.#columns.entries()) {
      const cells = chunk.columns[i]!;
      if (column.store === undefined) column.chunks.push({ cells, rows: chunk.rows, first });
      else column.store.add(cells, chunk.rows, first);
    }
    if (this.#decided || this.#rows >= this.#firstRows) this.#decide();
  }

  /** Decides on the columns that are not decided yet and have a value. */
  #decide(): void {
    const columns = this.#columns.filter(({ store }) => store === undefined);
    const known = columns.flatMap((column) => {
      const guess = this.#guess(column);
      return guess === undefined ? [] : [{ column, guess }];
    });
    if (!this.#decided) {
      this.#decimal = decimalOf(
        known.map(({ guess }) => guess),
        this.#options,
      );
    }
    this.#decided = true;
    for (const { column, guess } of known) this.#open(column, guess);
  }

  /** What a column is; undefined if all that is there of it is missing. */
  #guess(column: Pending): Guess | undefined {
    const { group = [], categorical = [] } = this.#options;
    if (group.includes(column.name) || categorical.includes(column.name)) return { kind: "category" };
    const cells: Cell[] = [];
    let values = 0;
    for (const chunk of column.chunks) {
      for (let i = 0; i < chunk.rows; i++) {
        const cell = chunk.cells[i];
        cells.push(cell);
        if (!this.#missing.has(textOfCell(cell).trim())) values++;
      }
    }
    if (values > 0) {
      return guessKind(cells, this.#missing, {
        decimal: this.#options.decimal,
        numeric: this.#isNumeric(column.name),
      });
    }
    column.missing += cells.length;
    column.chunks = [];
    return undefined;
  }

  /** Whether the user has said that a column has numbers. */
  #isNumeric(name: string): boolean {
    const { numeric = [], weight, task, target = [] } = this.#options;
    return numeric.includes(name) || weight === name || (task === "numbers" && target.includes(name));
  }

  #open(column: Pending, guess: Guess): void {
    const store = this.#storeOf(column, guess);
    store.addMissing(column.missing);
    for (const { cells, rows, first } of column.chunks) store.add(cells, rows, first);
    column.chunks = [];
    column.store = store;
  }

  #storeOf({ name }: Pending, guess: Guess): Store {
    const { name: table, delimiter } = this.#source;
    const { wording = asFlags } = this.#options;
    const numeric = this.#isNumeric(name);
    const context = (what: string, others: string): StoreContext => ({
      table,
      name,
      missing: this.#missing,
      place: (row) => this.places.place(row),
      because: numeric ? ", as the column's values must be" : `, as the column's ${what} are`,
      nextStep: (cell) => nextStep(cell, numeric ? "" : others, wording),
    });
    const others = `; if the column has categories, ${wording.option("categorical", name)}`;
    if (guess.kind === "number") {
      const style = styleOf(guess.evidence, { table, name }, { delimiter, decimal: this.#decimal, wording });
      return new NumberStore(context("other values", others), { style, codes: numeric, why: guess.why });
    }
    if (guess.kind === "date") {
      return new DateStore(
        context("other values", others),
        dateStyleOf(guess, { table, name }, this.#options),
      );
    }
    return this.#textStore(name, context("", ""), guess.why);
  }

  #textStore(name: string, context: StoreContext, why: string | undefined): Store {
    const { group = [], target = [], categorical = [] } = this.#options;
    const tooMany = (most: number, use: string) => (): never => {
      throw new DatasetError(
        `${this.#source.name}, column ${shownText(name)} has more than ${thousands(most)} different texts, too many for ${use}.`,
      );
    };
    const isCategorical = categorical.includes(name);
    if (group.includes(name)) {
      return new TextStore(context, {
        most: MOST_GROUPS,
        onMore: tooMany(MOST_GROUPS, "groups"),
        categorical: true,
      });
    }
    const onMore = target.includes(name) ? tooMany(65_536, "classes") : undefined;
    return new TextStore(context, { onMore, categorical: isCategorical, why });
  }

  finish() {
    if (!this.#decided || this.#columns.some(({ store }) => store === undefined)) this.#decide();
    return this.#columns.map((column) => {
      if (column.store === undefined) this.#open(column, { kind: "category" });
      const finished = column.store!.finish();
      delete column.store;
      return finished;
    });
  }
}

/** What can be done about a cell that is not what its column has. */
function nextStep(cell: string, others: string, { option }: Wording): string {
  const text = cell.trim();
  const short = text.length > 0 && text.length <= 60 ? text : "TEXT";
  return `Correct it; or, if it stands for a missing value, give ${option("missing", short)}${others}.`;
}
