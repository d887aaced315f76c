/**
 * What a model does with its inputs before they are features, and with its outputs before they are answers. It is fitted once, on
 * the rows that are trained on; it is saved in the model's file, and part of the model from then on.
 */
import type { Description } from "../described.ts";
import type { Cell, CellStyle, ColumnKind, Table, TableColumn } from "../tables/table.ts";
import type { TargetKind } from "../targets.ts";

/** Makes features of one column. Each is a file in encoders/, and a line in encoders/index.ts. */
export interface Encoder {
  /** Features that it makes, ≥ 1. */
  readonly width: number;
  /** A name for each of them: ["age", "age missing"] or ["city=Bern", "city=Rome"]. */
  names(column: string): readonly string[];
  /**
   * Writes the features of some rows; features of a row lie one after another.
   * @param rows the numbers of the rows
   * @param out row i's first feature is out[i · stride + at]
   * @returns how many cells hold a value that was not seen in the fit; a missing cell is none
   */
  encode(column: TableColumn, rows: ArrayLike<number>, out: Float64Array, stride: number, at: number): number;
  /** What an equal one is made from: all of it can be written as JSON. */
  describe(): Description;
}

/** A column that features are made of. */
export interface EncodedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of numbers and dates that were text: how they are written, so that they are read as they were in the fit. */
  readonly style?: CellStyle | undefined;
  readonly encoder: Encoder;
}

/** A column that is read as it is: one that is predicted, or the weights. */
export interface TargetColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of numbers and dates that were text: how they are written. */
  readonly style?: CellStyle | undefined;
}

/** What is predicted, and how outputs become answers. */
export interface TargetEncoding {
  readonly kind: TargetKind;
  /** The target columns. */
  readonly columns: readonly string[];
  /** The same with their kinds: what typedChunk reads them by. */
  readonly typed: readonly TargetColumn[];
  /** Of classes: their names, in the order of the outputs. */
  readonly classNames?: readonly string[] | undefined;
  /** Of numbers: mean and deviation of each over the training rows; outputs are (y − mean) / std. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
}

/** An answer for one row: see INTERFACE in docs/predict.md. */
export type Prediction = Readonly<Record<string, unknown>>;

/** A row of a table in memory, by the names of its columns. */
export type TableRow = Readonly<Record<string, Cell>>;

/** The preprocessing of tables. */
export interface TablePreprocessing {
  readonly kind: "table";
  readonly columns: readonly EncodedColumn[];
  readonly target: TargetEncoding;
  /** The column with the weights of the rows in the training, by which an evaluation weighs rows too, if they have it. */
  readonly weight?: TargetColumn | undefined;
  /** Texts that stood for a missing cell in the training, beside the usual ones. */
  readonly missing: readonly string[];
  /** Features in all. */
  readonly features: number;
  /** The name of each feature. */
  readonly featureNames: readonly string[];
  /**
   * Encodes rows of a table whose columns have the right kinds.
   * @param out (rows, features), row-major, written
   * @returns for each column with unseen values, how many
   */
  encode(table: Table, rows: ArrayLike<number>, out: Float64Array): ReadonlyMap<string, number>;
  /** Outputs of the network, (rows, outputs), as answers. */
  decode(outputs: ArrayLike<number>, rows: number): Prediction[];
  /** As it stands in the model's file, under the key "preprocessing": plain JSON. */
  describe(): TableDescription;
}

/** A preprocessing of tables as JSON. */
export interface TableDescription {
  readonly kind: "table";
  readonly version: 1;
  readonly columns: readonly (TargetColumn & { readonly encoder: Description })[];
  readonly target: Omit<TargetEncoding, "columns" | "typed"> & { readonly columns: readonly TargetColumn[] };
  readonly weight?: TargetColumn | undefined;
  readonly missing?: readonly string[] | undefined;
}
