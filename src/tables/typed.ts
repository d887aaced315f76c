/** Cells read as a model's columns want them: nothing is found out here. */
import { DatasetError } from "../errors.ts";
import { pluralOf } from "../format/words.ts";
import { BooleanStore, DateStore, NumberStore, type Store, type StoreContext, TextStore } from "./cells.ts";
import { missingTexts } from "./missing.ts";
import { listedNames, nearestName, shownText } from "./names.ts";
import { RowPlaces } from "./places.ts";
import type { CellStyle, ColumnKind, DateStyle, NumberStyle, Table, TableChunk } from "./table.ts";

/** A column as a model knows it. */
export interface ExpectedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** How its numbers or dates are written. Default: plain numbers, dates with the day before the month. */
  readonly style?: CellStyle | undefined;
}

export interface TypedContext {
  /** The table's name, for errors. */
  readonly name: string;
  readonly place: "line" | "row";
  /** The number of the chunk's first row, for errors. Default: as the chunk has it. */
  readonly first?: number | undefined;
  /** More texts that stand for a missing cell. */
  readonly missing?: readonly string[] | undefined;
  /** What separates the table's cells, if they are text. */
  readonly delimiter?: string | undefined;
  /** What stands before fractions, whatever the columns' styles say. Default: what they say. */
  readonly decimal?: "." | "," | undefined;
}

/**
 * The places of a model's columns in a table, found by name.
 * @returns for each expected column its number in `names`
 * @throws DatasetError if some are not there, with all of them
 */
export function placesOfColumns(
  table: string,
  names: readonly string[],
  expected: readonly { readonly name: string }[],
): number[] {
  const places = new Map(names.map((name, i) => [name, i]));
  const absent = expected.filter(({ name }) => !places.has(name)).map(({ name }) => name);
  if (absent.length === 0) return expected.map(({ name }) => places.get(name)!);
  const [first] = absent as [string];
  const nearest = absent.length === 1 ? nearestName(first, names) : undefined;
  const hint = nearest === undefined ? "" : ` Is ${shownText(nearest)} meant?`;
  throw new DatasetError(
    `${table} has no ${pluralOf("column", absent.length)} ${listedNames(absent)}, which the model needs.${hint} ` +
      `Its columns are ${listedNames(names)}. Name them as in the table that the model was trained on.`,
  );
}

/**
 * Rows with the columns that a model expects, in the model's order. Extra columns are left out.
 * @param sourceColumns the names of the chunk's columns, in their order
 * @throws DatasetError if a column is absent; with line and column, if a cell is no number where one is expected
 */
export function typedChunk(
  chunk: TableChunk,
  sourceColumns: readonly string[],
  expected: readonly ExpectedColumn[],
  context: TypedContext,
): Table {
  const { name: table, place, first = chunk.first, missing: more } = context;
  const numbers = placesOfColumns(table, sourceColumns, expected);
  const places = new RowPlaces(place);
  places.add(chunk, 0);
  const placeOf = (row: number) => (chunk.lines === undefined ? `row ${first + row + 1}` : places.place(row));
  const missing = missingTexts(more);
  const columns = expected.map((column, i) => {
    const store = storeOf(column, context, {
      table,
      name: column.name,
      missing,
      // Nobody asks how many there are in some rows, and counting takes a tenth of a prediction.
      counts: false,
      place: placeOf,
      because: ", and the model expects one",
      nextStep: () => "Correct it, or leave the cell empty if the value is not known.",
    });
    store.add(chunk.columns[numbers[i]!]!, chunk.rows, 0);
    return store.finish();
  });
  return { name: table, format: "", facts: [], rows: chunk.rows, columns, place: placeOf };
}

function storeOf(
  { kind, style }: ExpectedColumn,
  { delimiter, decimal }: TypedContext,
  context: StoreContext,
): Store {
  if (kind === "number") {
    const own = style as NumberStyle | undefined;
    if (decimal === undefined)
      return new NumberStore(context, { style: own, codes: true, doubtful: isDoubtful(own, delimiter) });
    const told = own?.decimal === decimal ? own : { ...own, decimal, group: "" as const };
    return new NumberStore(context, { style: told, codes: true });
  }
  if (kind === "date") return new DateStore(context, style as DateStyle | undefined);
  if (kind === "boolean") return new BooleanStore(context);
  return new TextStore(context, { categorical: true });
}

/**
 * Whether thousands of the column's style could be fractions in this table: 1.234 where commas separate cells, so that fractions
 * have points, and 1,234 where semicolons do, as they do where fractions have commas.
 */
const isDoubtful = (style: NumberStyle | undefined, delimiter: string | undefined): boolean =>
  (style?.group === "." && delimiter === ",") || (style?.group === "," && delimiter === ";");
