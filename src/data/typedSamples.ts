/** The rows of another table as the samples of a model: those to test it on. Its columns are found by name, and read as the model's. */
import { DatasetError } from "../errors.ts";
import type { Signal } from "../platform.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { contextFor, type GivenTableOptions, weightOf } from "../preprocessing/reading.ts";
import type { TableSource } from "../tables/table.ts";
import { isMissing, targetRows } from "../tables/targets.ts";
import { type ExpectedColumn, placesOfColumns, typedChunk } from "../tables/typed.ts";
import type { Samples } from "./dataset.ts";
import { joinSamples } from "./joinedSamples.ts";
import { tableSamples } from "./tableSamples.ts";

export interface TypedSamplesOptions extends GivenTableOptions {
  /** The column with the weights of the rows. Default: that of the training, if the table has it. */
  readonly weight?: string | undefined;
  readonly signal?: Signal | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
}

export interface TypedSamples {
  readonly samples: Samples;
  /** Rows without a target, which are left out. */
  readonly leftOut: number;
  /** For each feature column that has some: values that were not there in the training. */
  readonly unseen: ReadonlyMap<string, number>;
  /** For each feature column that has some: cells that are missing. */
  readonly missing: ReadonlyMap<string, number>;
}

/**
 * Reads a table for a model: its features, as it encodes them, and its target.
 * @throws ConfigError if the column of weights that is told is not there; DatasetError if a column of the model is not there; with its place, if a cell is not what its column has, or a target is
 *   none of the model's classes; if no row has a target
 */
export async function typedSamples(
  source: TableSource,
  preprocessing: TablePreprocessing,
  { weight, signal, onProgress, ...given }: TypedSamplesOptions = {},
): Promise<TypedSamples> {
  const { name, columns } = source;
  const context = contextFor(preprocessing, source, given);
  const weights = weightOf(preprocessing, source, weight);
  const { typed } = preprocessing.target;
  const expected: ExpectedColumn[] = [...preprocessing.columns, ...typed];
  if (weights !== undefined) expected.push(weights);
  const wanted = [...new Set(placesOfColumns(name, columns, expected))].sort((a, b) => a - b);
  const names = wanted.map((i) => columns[i]!);
  const parts: Samples[] = [];
  const unseen = new Map<string, number>();
  const missing = new Map<string, number>();
  let leftOut = 0;
  for await (const chunk of source.read({ columns: wanted, signal, onProgress })) {
    signal?.throwIfAborted();
    const table = typedChunk(chunk, names, expected, context);
    const rows = targetRows(table, preprocessing.target.columns);
    leftOut += chunk.rows - rows.length;
    if (rows.length === 0) continue;
    const samples = tableSamples(table, preprocessing, rows, { weight: weights?.name });
    // A class that the model does not know is told before anything is computed.
    samples.labels?.();
    add(unseen, preprocessing.encode(table, rows, new Float64Array(rows.length * preprocessing.features)));
    for (const [i, column] of preprocessing.columns.entries()) {
      const cells = table.columns[i]!;
      const count = cells.missing === 0 ? 0 : rows.filter((row) => isMissing(cells, row)).length;
      if (count > 0) add(missing, new Map([[column.name, count]]));
    }
    parts.push(samples);
  }
  if (parts.length > 0) return { samples: joinSamples(parts), leftOut, unseen, missing };
  const target = preprocessing.target.columns.join(", ");
  throw new DatasetError(
    leftOut === 0
      ? `${name} has no rows. Give a table with some.`
      : `${name}: no row has a value of ${target}, which is to be compared with the answers.`,
  );
}

function add(sums: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
}
