import type { Description } from "../../described.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import type { EncoderKind } from "./kind.ts";

/** Booleans: 1 for true, −1 for false, 0 for a missing one, and for another value, which counts as unseen. */
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
    let unseen = 0;
    for (let i = 0; i < rows.length; i++) {
      const value = column.cells[rows[i]!]!;
      out[i * stride + at] = value === 0 ? -1 : value === 1 ? 1 : 0;
      if (value > 1) unseen++;
    }
    return unseen;
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
