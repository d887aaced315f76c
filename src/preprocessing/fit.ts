/** Fits the preprocessing of a table: on the rows that are trained on, and on no others. */
import { ConfigError, choose, DatasetError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { ColumnKind, Table, TableColumn, Understanding } from "../tables/table.ts";
import { columnsOf, EncodedTable } from "./encodedTable.ts";
import { countCategories } from "./encoders/categories.ts";
import { encoders } from "./encoders/index.ts";
import type { EncoderKind } from "./encoders/kind.ts";
import { plain } from "./encoders/standard.ts";
import type { EncodedColumn, TablePreprocessing, TargetColumn, TargetEncoding } from "./preprocessing.ts";
import { momentsOf, present } from "./scale.ts";

/** How numbers are encoded: by median and interquartile range with a smooth clip, by mean and deviation, or as they are. */
export const numberEncoders = { robust: "robust", standard: "standard", plain: "plain" } as const;

export interface PreprocessingOptions {
  /** Default: "robust". */
  readonly numbers?: keyof typeof numberEncoders | undefined;
  /** Texts that stood for a missing cell in the table, beside the usual ones: the model takes them so, too. Default: none. */
  readonly missing?: readonly string[] | undefined;
}

/**
 * Fits the preprocessing.
 * @param rows the rows that are trained on: no cell of another row is looked at. The names of the classes are those of the whole
 *   table, as they were understood
 * @throws ConfigError if no target was said, or an option is out of its range; DatasetError if there are no rows, or no columns
 *   to learn from
 */
export function fitPreprocessing(
  table: Table,
  understanding: Understanding,
  rows: ArrayLike<number>,
  options: PreprocessingOptions = {},
): TablePreprocessing {
  checkOptions("fitPreprocessing", options, ["numbers", "missing"]);
  const { numbers = "robust", missing = [] } = options;
  choose("numbers", numberEncoders, numbers);
  if (understanding.task === undefined) {
    throw new ConfigError(`${table.name}: there is no target. Say which column is to be predicted.`);
  }
  if (rows.length === 0) throw new DatasetError(`${table.name}: there are no rows to train on.`);
  const features = understanding.columns.filter(({ role }) => role === "feature");
  if (features.length === 0) {
    throw new DatasetError(
      `${table.name}: no column is left to learn from. See why with \`nnwasm data describe\`, and say of one what it is, ` +
        "numeric or categorical: it is taken in.",
    );
  }
  const columns = columnsOf(table, features).map((column): EncodedColumn => {
    const { name, kind, style } = column;
    return { name, kind, style, encoder: kindFor(column, rows, numbers).fit(column, rows) };
  });
  const weights = understanding.columns.filter(({ role }) => role === "weight");
  const [weight] = columnsOf(table, weights).map(asItIs);
  return new EncodedTable(columns, targetOf(table, understanding.task, rows), missing, weight);
}

function kindFor(
  column: TableColumn,
  rows: ArrayLike<number>,
  numbers: keyof typeof numberEncoders,
): Pick<EncoderKind, "fit"> {
  if (column.kind === "number" && numbers === "plain") return plain;
  const names: Readonly<Record<ColumnKind, () => string>> = {
    number: () => numbers,
    boolean: () => "boolean",
    date: () => "date",
    category: () => (countCategories(column, rows).counts.length === 2 ? "binary" : "oneHot"),
    text: () => "",
  };
  const kind = encoders[names[column.kind]()];
  if (kind !== undefined) return kind;
  throw new DatasetError(
    `Column ${JSON.stringify(column.name)} is free text, of which there are no features. Drop it, or make it a category.`,
  );
}

const asItIs = ({ name, kind, style }: TableColumn): TargetColumn => ({
  ...{ name, kind },
  ...(style !== undefined && { style }),
});

function targetOf(
  table: Table,
  { kind, target, classNames }: NonNullable<Understanding["task"]>,
  rows: ArrayLike<number>,
): TargetEncoding {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = target.map((name) => {
    const column = byName.get(name);
    if (column !== undefined) return column;
    throw new DatasetError(`${table.name}: there is no column ${JSON.stringify(name)}, the target.`);
  });
  const typed = columns.map(asItIs);
  if (kind === "classes") return { kind, columns: [...target], typed, classNames: classNames ?? [] };
  if (kind === "flags") {
    if (target.includes("probabilities")) {
      throw new DatasetError(
        `${table.name}: a flag cannot be named "probabilities", as answers have their own. Name the column otherwise.`,
      );
    }
    return { kind, columns: [...target], typed };
  }
  const moments = columns.map(({ cells }) => momentsOf(present(cells, rows)));
  return {
    ...{ kind, columns: [...target], typed },
    mean: moments.map(({ mean }) => mean),
    // A target that does not vary is divided by 1.
    std: moments.map(({ std }) => std || 1),
  };
}
