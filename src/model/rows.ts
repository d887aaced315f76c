/** Rows of a table, as objects by column name, in place of numbers: for a model whose preprocessing knows the columns. */
import type { Samples } from "../data/dataset.ts";
import { tableSamples } from "../data/tableSamples.ts";
import { typedArrayName } from "../data/values.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { Prediction, TablePreprocessing, TargetColumn } from "../preprocessing/preprocessing.ts";
import { cellOf, type RowObject } from "../tables/rows.ts";
import type { Cell, Table } from "../tables/table.ts";
import { typedChunk } from "../tables/typed.ts";
import type { FloatArray } from "../tensor.ts";
import { type PredictOptions, rangesOf } from "./intervals.ts";
import type { ModelMemory } from "./memory.ts";
import { type ModelPreprocessing, tablePreprocessing } from "./preprocessing.ts";

/** An object all of whose properties can be cells; of an interface, too. */
export type RowOf<R> = { readonly [column in keyof R]: Cell };

/** Rows that are encoded at once. */
const BLOCK = 1024;

/**
 * Whether inputs are rows of a table: an array that begins with an object that is no array; of a model of tables, an empty array
 * as well.
 */
export function isRows(
  inputs: unknown,
  preprocessing: ModelPreprocessing | undefined,
): inputs is readonly object[] {
  if (!Array.isArray(inputs)) return false;
  if (inputs.length === 0) return tablePreprocessing(preprocessing) !== undefined;
  return isRow(inputs[0]);
}

const isRow = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && typedArrayName(value) === undefined;

/** @throws ConfigError if there is none */
function requireTables(where: string, preprocessing: ModelPreprocessing | undefined): TablePreprocessing {
  const found = tablePreprocessing(preprocessing);
  if (found !== undefined) return found;
  throw new ConfigError(
    `${where}: the rows are objects, and the model does not know columns: it was not trained on a table. Give it numbers, ` +
      "or a model that train({ data, target }) has made.",
  );
}

/** Some rows as a table with the columns that are expected. Rows count from 0 in errors. */
function tableOf(
  where: string,
  rows: readonly unknown[],
  first: number,
  expected: readonly TargetColumn[],
  { missing }: TablePreprocessing,
): Table {
  rows.forEach((row, i) => {
    if (isRow(row)) return;
    throw new DatasetError(
      `${where}: row ${first + i} is ${shown(row)}, expected an object with its cells by column name: { age: 1, city: "a" }.`,
    );
  });
  const columns = expected.map(({ name }) =>
    rows.map((row, i) => {
      const value = Object.hasOwn(row as object, name) ? (row as RowObject)[name] : undefined;
      return cellOf(value, where, first + i, name);
    }),
  );
  const names = expected.map(({ name }) => name);
  // In files rows count from 1.
  const context = { name: where, place: "row", first: first - 1, missing } as const;
  return typedChunk({ first, rows: rows.length, columns }, names, expected, context);
}

/**
 * Answers to rows.
 * @param run predicts (n, features) numbers
 * @throws ConfigError if the model has no preprocessing of tables, or no ranges, and they are asked for
 */
export async function predictRows(
  where: string,
  memory: Pick<ModelMemory, "preprocessing" | "intervals">,
  rows: readonly object[],
  options: PredictOptions,
  run: (values: Float64Array) => Promise<FloatArray>,
): Promise<Prediction[]> {
  const tables = requireTables(where, memory.preprocessing);
  const finish = rangesOf(where, memory, options);
  // All cells are read before the first answer: the rows may be changed, and the model trained on, while it is awaited.
  const blocks: Table[] = [];
  for (let first = 0; first < rows.length; first += BLOCK) {
    const part = Array.from(rows.slice(first, first + BLOCK));
    blocks.push(tableOf(where, part, first, tables.columns, tables));
  }
  const answers: Prediction[] = [];
  for (const table of blocks) {
    const values = new Float64Array(table.rows * tables.features);
    tables.encode(
      table,
      Array.from({ length: table.rows }, (_, row) => row),
      values,
    );
    for (const answer of tables.decode(await run(values), table.rows)) answers.push(finish(answer));
  }
  return answers;
}

/** The samples that rows are, with their targets; and their weights, if any has one, by the column of the training. */
export function samplesOfRows(
  where: string,
  preprocessing: ModelPreprocessing | undefined,
  rows: readonly object[],
): Samples {
  const tables = requireTables(where, preprocessing);
  const all = Array.from(rows);
  const { weight } = tables;
  const isWeighed = weight !== undefined && all.some((row) => isRow(row) && Object.hasOwn(row, weight.name));
  const expected = [...tables.columns, ...tables.target.typed, ...(isWeighed ? [weight] : [])];
  const table = tableOf(where, all, 0, expected, tables);
  return tableSamples(table, tables, undefined, isWeighed ? { weight: weight.name } : {});
}
