/** Samples from the rows of a table in memory: each is encoded when it is read. */
import { ConfigError, DatasetError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { columnsOf } from "../preprocessing/encodedTable.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { encodeTargets } from "../preprocessing/targets.ts";
import type { Table, TableColumn } from "../tables/table.ts";
import { newTargets, type TargetArray, type TargetLayout, type Targets } from "../targets.ts";
import type { ReadOptions, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";

export interface TableSamplesOptions {
  /** The column with the weights of the rows, numbers ≥ 0. Default: each row counts once. */
  readonly weight?: string | undefined;
}

/** Rows that are encoded at once, between two looks at the signal. */
const BLOCK = 4096;

/** What all selections share. */
interface Kept {
  readonly table: Table;
  readonly preprocessing: TablePreprocessing;
  readonly targets: readonly TableColumn[];
  readonly weights: TableColumn | undefined;
  readonly layout: TargetLayout;
}

/**
 * The samples of some rows: features by the preprocessing, targets of its kind. Numbers are standardised, (y − mean) / std.
 * Nothing is encoded, nor a target looked at, before it is read.
 * @param rows the numbers of the rows. Default: all
 * @throws ConfigError if there is no such option; DatasetError if the table has not the target columns, or no column of weights,
 *   or they are of another kind. Reading: DatasetError, with its place, if a target is missing or none, or a weight is negative or
 *   missing
 */
export function tableSamples(
  table: Table,
  preprocessing: TablePreprocessing,
  rows?: ArrayLike<number>,
  options: TableSamplesOptions = {},
): Samples {
  checkOptions("tableSamples", options, ["weight"]);
  const { kind, typed, classNames = [] } = preprocessing.target;
  const { weight } = options;
  const layout: TargetLayout =
    kind === "classes"
      ? { kind, width: 1, classes: classNames.length }
      : { kind, width: typed.length, classes: typed.length };
  const weights = weight === undefined ? [] : columnsOf(table, [{ name: weight, kind: "number" }]);
  const targets = columnsOf(table, typed);
  const kept: Kept = { table, preprocessing, targets, weights: weights[0], layout };
  if (kind === "classes" && classNames.length === 0)
    throw new ConfigError(`${table.name}: the target has no classes. Are all of its cells missing?`);
  const selected = rows === undefined ? undefined : selectRows(rows, undefined, table.rows);
  return new TableSamples(kept, selected);
}

class TableSamples implements Samples {
  readonly features: number;
  readonly classes: number;
  readonly elementType = "float64";
  readonly targets: Targets | undefined;
  readonly weighted: boolean;
  readonly classNames: readonly string[];
  readonly count: number;
  readonly #kept: Kept;
  readonly #rows: Uint32Array | undefined;

  constructor(kept: Kept, rows: Uint32Array | undefined) {
    const { preprocessing, layout, weights, table } = kept;
    const { kind, width, classes } = layout;
    const { target } = preprocessing;
    this.#kept = kept;
    this.#rows = rows;
    this.count = rows?.length ?? table.rows;
    this.features = preprocessing.features;
    this.classes = classes;
    this.targets = kind === "classes" ? undefined : { kind, width };
    this.weighted = weights !== undefined;
    this.classNames = target.classNames ?? target.columns;
  }

  async read({ values, labels, weights }: SampleTarget, options: ReadOptions = {}): Promise<void> {
    const { table, preprocessing, layout } = this.#kept;
    const { features, count } = this;
    for (let start = 0; start < count; start += BLOCK) {
      options.signal?.throwIfAborted();
      const n = Math.min(BLOCK, count - start);
      const rows = this.#part(start, n);
      const { width } = layout;
      preprocessing.encode(
        table,
        rows,
        (values as Float64Array).subarray(start * features, (start + n) * features),
      );
      this.#targets(rows, labels.subarray(start * width, (start + n) * width));
      if (weights !== undefined) this.#weigh(rows, weights.subarray(start, start + n));
      options.onProgress?.(start + n, count);
    }
  }

  /** The targets, in the order of the samples: classes are their numbers. */
  labels(): ArrayLike<number> {
    const labels = newTargets(this.count, this.#kept.layout, "float64");
    this.#targets(this.#part(0, this.count), labels);
    return labels;
  }

  select(rows: Uint32Array): Samples {
    return new TableSamples(this.#kept, selectRows(rows, this.#rows, this.count));
  }

  /** The numbers of `n` rows of the table, from the sample `start` on. */
  #part(start: number, n: number): Uint32Array {
    return this.#rows?.subarray(start, start + n) ?? new Uint32Array(n).map((_, i) => start + i);
  }

  #targets(rows: Uint32Array, out: TargetArray): void {
    const { table, preprocessing, targets } = this.#kept;
    encodeTargets(preprocessing.target, table, targets, rows, out);
  }

  #weigh(rows: Uint32Array, out: Float64Array): void {
    const { table, weights } = this.#kept;
    for (let i = 0; i < rows.length; i++) {
      const weight = weights!.cells[rows[i]!]!;
      if (!(weight >= 0 && weight < Infinity)) {
        throw new DatasetError(
          `${table.name}, ${table.place(rows[i]!)}, column ${JSON.stringify(weights!.name)}: the weight is ` +
            `${Number.isNaN(weight) ? "missing" : weight}, expected a finite number ≥ 0.`,
        );
      }
      out[i] = weight;
    }
  }
}
