/** Which columns of a table a model's answers depend on: reads some of its rows, and permutes their columns. */
import { samplesFromArrays } from "../data/arrays.ts";
import type { Samples } from "../data/dataset.ts";
import { tableSamples } from "../data/tableSamples.ts";
import { DatasetError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import {
  type FeatureGroup,
  type PermutationImportance,
  permutationImportance,
} from "../model/permutationImportance.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { contextFor, type GivenTableOptions, weightOf } from "../preprocessing/reading.ts";
import { Random } from "../random.ts";
import type { Table, TableColumn, TableSource } from "../tables/table.ts";
import { placesOfColumns, typedChunk } from "../tables/typed.ts";
import { newTargets, type TargetArray } from "../targets.ts";
import { Events, type RunOptions } from "./events.ts";

export interface ExplanationPlan extends GivenTableOptions {
  readonly model: Model;
  readonly preprocessing: TablePreprocessing;
  readonly source: TableSource;
  /** The column with the weights of the rows. Default: that of the training, if the table has it. */
  readonly weight?: string | undefined;
  /** Permutations of each column, ≥ 1. */
  readonly repeats: number;
  /** The most rows that are used, ≥ 2: so many of them at random. */
  readonly most: number;
  /** Decides which rows, and the permutations. */
  readonly seed: number;
}

/** How far it is. */
export interface ExplanationProgress {
  readonly type: "reading" | "permuting";
  /** 0 to 1; undefined where it is not known. */
  readonly share: number | undefined;
}

export interface ExplanationEnd extends PermutationImportance {
  readonly type: "result";
  /** Rows without a target, which are left out. */
  readonly withoutTarget: number;
}

export type ExplanationEvent = ExplanationProgress | ExplanationEnd;

/** The features that each column has become. */
export function featureGroups({ columns }: TablePreprocessing): FeatureGroup[] {
  let at = 0;
  return columns.map(({ name, encoder: { width } }) => {
    const group = { name, at, width };
    at += width;
    return group;
  });
}

/**
 * Measures them (see {@link permutationImportance}).
 * @throws ConfigError if the column of weights that is told is absent; DatasetError if a column is absent, the target among them, a row cannot be read, or fewer than two have a target; the
 *   signal's reason
 */
export async function explain(
  plan: ExplanationPlan,
  { subscriber, signal }: RunOptions<ExplanationEvent>,
): Promise<ExplanationEnd> {
  const { model, preprocessing, repeats, seed } = plan;
  const events = new Events(subscriber);
  const { samples, rows, withoutTarget } = await readSome(plan, signal, (share) =>
    events.post({ type: "reading", share }),
  );
  const measured = await permutationImportance(model, samples, {
    ...{ groups: featureGroups(preprocessing), repeats, seed, most: samples.count, signal },
    onProgress: (done, total) => events.post({ type: "permuting", share: done / total }),
  });
  const end: ExplanationEnd = { type: "result", ...measured, of: rows, withoutTarget };
  await events.emit(end);
  return end;
}

/** Rows that are kept while more are read, every one as likely as any other (Vitter's algorithm R, 1985). */
class Reservoir {
  /** Rows so far. */
  seen = 0;
  readonly #most: number;
  readonly #random: Random;

  constructor(most: number, random: Random) {
    this.#most = most;
    this.#random = random;
  }

  /** The place of the next row; undefined: it is not kept. */
  next(): number | undefined {
    this.seen++;
    if (this.seen <= this.#most) return this.seen - 1;
    const place = this.#random.below(this.seen);
    return place < this.#most ? place : undefined;
  }
}

interface KeptRow {
  readonly values: Float64Array;
  readonly targets: TargetArray;
  readonly weight: number | undefined;
}

async function readSome(
  { preprocessing, source, weight, most, seed, missing, decimal }: ExplanationPlan,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<{ readonly samples: Samples; readonly rows: number; readonly withoutTarget: number }> {
  const { name, columns: names } = source;
  const context = contextFor(preprocessing, source, { missing, decimal });
  const { features, target, columns } = preprocessing;
  const weights = weightOf(preprocessing, source, weight);
  const expected = [...columns, ...target.typed, ...(weights === undefined ? [] : [weights])];
  const wanted = [...new Set(placesOfColumns(name, names, expected))].sort((a, b) => a - b);
  const wantedNames = wanted.map((number) => names[number]!);
  const reservoir = new Reservoir(most, new Random(seed, "explain", "rows"));
  const kept: KeptRow[] = [];
  let withoutTarget = 0;
  for await (const chunk of source.read({ columns: wanted, signal, onProgress })) {
    const table = typedChunk(chunk, wantedNames, expected, context);
    const have = rowsWithTarget(table, target.columns);
    withoutTarget += chunk.rows - have.length;
    // Places first: most rows of a long file are not encoded.
    const places = new Map<number, number>();
    for (const row of have) {
      const at = reservoir.next();
      if (at !== undefined) places.set(at, row);
    }
    if (places.size === 0) continue;
    const samples = tableSamples(table, preprocessing, [...places.values()], { weight: weights?.name });
    const width = samples.targets?.width ?? 1;
    const layout = { kind: target.kind, width, classes: samples.classes };
    const values = new Float64Array(places.size * features);
    const targets = newTargets(places.size, layout, "float64");
    const weighed = weights && new Float64Array(places.size);
    await samples.read({ values, labels: targets, weights: weighed }, { signal });
    [...places.keys()].forEach((at, i) => {
      kept[at] = {
        values: values.slice(i * features, (i + 1) * features),
        targets: targets.slice(i * width, (i + 1) * width),
        weight: weighed?.[i],
      };
    });
  }
  if (kept.length < 2) {
    throw new DatasetError(
      `${name} has ${kept.length} rows with a target, expected 2 or more: permuting needs rows that differ. Give it more.`,
    );
  }
  return { samples: samplesOf(kept, preprocessing), rows: reservoir.seen, withoutTarget };
}

function rowsWithTarget(table: Table, targets: readonly string[]): number[] {
  const columns = table.columns.filter(({ name }) => targets.includes(name));
  const isThere = ({ kind, cells }: TableColumn, row: number) =>
    kind === "category" ? cells[row]! >= 0 : !Number.isNaN(cells[row]!);
  return Array.from({ length: table.rows }, (_, row) => row).filter((row) =>
    columns.every((column) => isThere(column, row)),
  );
}

function samplesOf(
  rows: readonly KeptRow[],
  { target: { kind, classNames = [] }, features }: TablePreprocessing,
): Samples {
  const values = new Float64Array(rows.length * features);
  for (const [i, row] of rows.entries()) values.set(row.values, i * features);
  const weights = rows.flatMap(({ weight }) => weight ?? []);
  const shared = { values, features, ...(weights.length > 0 && { weights }) };
  if (kind === "classes") {
    const labels = rows.map(({ targets }) => targets[0]!);
    return samplesFromArrays({ ...shared, labels, classes: classNames.length });
  }
  const targets = rows.map((row) => Array.from(row.targets));
  return samplesFromArrays({
    ...shared,
    ...(kind === "flags" ? { flags: targets } : { numbers: targets }),
  });
}
