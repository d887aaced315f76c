import type { Description } from "../../described.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import type { EncoderKind } from "./kind.ts";

/** Booleans: 1 for true, −1 for false, 0 for a missing one. */
export class BooleanEncoder implements Encoder {
  readonly width = 1;

  names(column: string): string[] {
    return [column];
  }

  encode(
    column: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    for (let i = 0; i < rows.length; i++) {
      const value = column.cells[rows[i]!]!;
      out[i * stride + at] = Number.isNaN(value) ? 0 : value === 0 ? -1 : 1;
    }
    return 0;
  }

  describe(): Description {
    return { name: "boolean", options: {} };
  }
}

export const boolean: EncoderKind = {
  column: "boolean",
  fit: () => new BooleanEncoder(),
  create: () => new BooleanEncoder(),
};
