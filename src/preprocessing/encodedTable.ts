/** The preprocessing of tables: columns in, features out; outputs in, answers out. */
import { DatasetError } from "../errors.ts";
import { shown } from "../options.ts";
import type { ColumnKind, Table, TableColumn } from "../tables/table.ts";
import type {
  EncodedColumn,
  Prediction,
  TableDescription,
  TablePreprocessing,
  TargetColumn,
  TargetEncoding,
} from "./preprocessing.ts";
import { decodeOutputs } from "./targets.ts";

/**
 * The columns of a table with these names and kinds.
 * @throws DatasetError if one is not there, or of another kind
 */
export function columnsOf(
  table: Table,
  wanted: readonly { readonly name: string; readonly kind: ColumnKind }[],
): TableColumn[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return wanted.map(({ name, kind }) => {
    const column = byName.get(name);
    if (column === undefined) {
      throw new DatasetError(
        `${table.name}: there is no column ${JSON.stringify(name)}, which the model needs. Its columns are ${
          table.columns
            .slice(0, 10)
            .map((each) => JSON.stringify(each.name))
            .join(", ") || "none"
        }${table.columns.length > 10 ? ", …" : ""}.`,
      );
    }
    if (column.kind === kind) return column;
    throw new DatasetError(
      `${table.name}: column ${JSON.stringify(name)} has the kind ${column.kind}, expected ${kind}, as the model was trained on.`,
    );
  });
}

/** A column as JSON has it. */
const plain = ({ name, kind, style }: TargetColumn): TargetColumn => ({
  ...{ name, kind },
  ...(style !== undefined && { style: { ...style } }),
});

export class EncodedTable implements TablePreprocessing {
  readonly kind = "table";
  readonly columns: readonly EncodedColumn[];
  readonly target: TargetEncoding;
  readonly missing: readonly string[];
  readonly weight: TargetColumn | undefined;
  readonly features: number;
  // The rows of a table are encoded some at a time.
  readonly #found = new WeakMap<Table, readonly TableColumn[]>();

  constructor(
    columns: readonly EncodedColumn[],
    target: TargetEncoding,
    missing: readonly string[],
    weight?: TargetColumn,
  ) {
    this.columns = columns;
    this.target = target;
    this.missing = [...missing];
    this.weight = weight;
    this.features = columns.reduce((sum, { encoder }) => sum + encoder.width, 0);
  }

  get featureNames(): readonly string[] {
    return this.columns.flatMap(({ name, encoder }) => encoder.names(name));
  }

  encode(table: Table, rows: ArrayLike<number>, out: Float64Array): ReadonlyMap<string, number> {
    if (out.length !== rows.length * this.features) {
      throw new DatasetError(
        `${table.name}: there is room for ${shown(out.length)} features, expected ${rows.length} × ${this.features}.`,
      );
    }
    let found = this.#found.get(table);
    if (found === undefined) {
      found = columnsOf(table, this.columns);
      this.#found.set(table, found);
    }
    const unseen = new Map<string, number>();
    let at = 0;
    this.columns.forEach(({ name, encoder }, j) => {
      const count = encoder.encode(found[j]!, rows, out, this.features, at);
      if (count > 0) unseen.set(name, count);
      at += encoder.width;
    });
    return unseen;
  }

  decode(outputs: ArrayLike<number>, rows: number): Prediction[] {
    return decodeOutputs(this.target, outputs, rows);
  }

  describe(): TableDescription {
    const { kind, typed, classNames, mean, std } = this.target;
    return {
      kind: "table",
      version: 1,
      columns: this.columns.map((column) => ({ ...plain(column), encoder: column.encoder.describe() })),
      target: {
        kind,
        columns: typed.map(plain),
        ...(classNames !== undefined && { classNames: [...classNames] }),
        ...(mean !== undefined && { mean: [...mean] }),
        ...(std !== undefined && { std: [...std] }),
      },
      ...(this.weight !== undefined && { weight: plain(this.weight) }),
      ...(this.missing.length > 0 && { missing: [...this.missing] }),
    };
  }
}
