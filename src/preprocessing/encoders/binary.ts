import type { Description } from "../../described.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import { countCategories, Places } from "./categories.ts";
import { type EncoderKind, textsOf } from "./kind.ts";

/** Two categories: −1 for the one that comes first by code units, 1 for the other; 0 for one that is missing or was not seen. */
export class BinaryEncoder implements Encoder {
  readonly width = 1;
  readonly #categories: readonly string[];
  readonly #places: Places;

  /** @param categories two */
  constructor(categories: readonly string[]) {
    this.#categories = categories;
    this.#places = new Places(categories);
  }

  names(column: string): string[] {
    return [`${column}=${this.#categories[1]}`];
  }

  encode(
    column: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    const places = this.#places.of(column);
    let unseen = 0;
    for (let i = 0; i < rows.length; i++) {
      const cell = column.cells[rows[i]!]!;
      const place = cell < 0 ? undefined : places[cell]!;
      if (place === -1) unseen++;
      out[i * stride + at] = place === 0 ? -1 : place === 1 ? 1 : 0;
    }
    return unseen;
  }

  describe(): Description {
    return { name: "binary", options: { categories: [...this.#categories] } };
  }
}

export const binary: EncoderKind = {
  column: "category",
  fit: (column, rows) => new BinaryEncoder(countCategories(column, rows).counts.map(([value]) => value)),
  create: (options, where) => new BinaryEncoder(textsOf(options, "categories", where, 2, 2)),
};
