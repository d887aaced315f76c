/** Rows of a table as features, by a model's preprocessing. */
import { ConfigError } from "../../errors.ts";
import type { TablePreprocessing } from "../../preprocessing/preprocessing.ts";
import { contextFor, type GivenTableOptions } from "../../preprocessing/reading.ts";
import type { TableSource } from "../../tables/table.ts";
import { placesOfColumns, typedChunk } from "../../tables/typed.ts";
import { BLOCK_ROWS, cellsOf, count, type FeatureSource } from "./features.ts";

/**
 * The numbers of columns that are copied to the answers.
 * @throws ConfigError if one is not there
 */
export function placesOfKept(source: TableSource, keep: readonly string[]): number[] {
  return keep.map((name) => {
    const place = source.columns.indexOf(name);
    if (place >= 0) return place;
    const some = source.columns.slice(0, 10).map((each) => JSON.stringify(each));
    throw new ConfigError(
      `${source.name} has no column ${JSON.stringify(name)} to keep. Its columns are ${some.join(", ")}${
        source.columns.length > 10 ? ", …" : ""
      }.`,
    );
  });
}

const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);

export interface TableFeatureOptions extends GivenTableOptions {
  /** Columns of the table that are copied to the answers. Default: none. */
  readonly keep?: readonly string[] | undefined;
}

/**
 * Columns are found by their names, in any order. Targets are left out, and so are columns that the model does not know.
 * @throws DatasetError if columns are absent, with all of them; ConfigError if a column that is to be kept is
 */
export function tableFeatures(
  source: TableSource,
  preprocessing: TablePreprocessing,
  { keep = [], ...given }: TableFeatureOptions = {},
): FeatureSource {
  const { name, columns: names } = source;
  const context = contextFor(preprocessing, source, given);
  const expected = preprocessing.columns;
  const needed = placesOfColumns(name, names, expected);
  const kept = placesOfKept(source, keep);
  const wanted = ascending([...needed, ...kept]);
  const wantedNames = wanted.map((number) => names[number]!);
  const known = new Set([...wantedNames, ...preprocessing.target.columns]);
  const missing = new Map<string, number>();
  const unseen = new Map<string, number>();
  return {
    kept: keep,
    ignored: names.filter((each) => !known.has(each)),
    counts: { missing, unseen },
    async *read(options = {}) {
      const { features } = preprocessing;
      const room = new Float64Array(BLOCK_ROWS * features);
      const rows = new Uint32Array(BLOCK_ROWS);
      for await (const chunk of source.read({ ...options, columns: wanted })) {
        const table = typedChunk(chunk, wantedNames, expected, context);
        for (const column of table.columns) count(missing, column.name, column.missing);
        const copied = kept.map((number) => chunk.columns[wanted.indexOf(number)]!);
        for (let start = 0; start < chunk.rows; start += BLOCK_ROWS) {
          const n = Math.min(BLOCK_ROWS, chunk.rows - start);
          for (let i = 0; i < n; i++) rows[i] = start + i;
          const values = n === BLOCK_ROWS ? room : room.subarray(0, n * features);
          const found = preprocessing.encode(table, n === BLOCK_ROWS ? rows : rows.subarray(0, n), values);
          for (const [column, cells] of found) count(unseen, column, cells);
          yield { count: n, values, kept: copied.map((cells) => cellsOf(cells, start, start + n)) };
        }
      }
    },
  };
}
