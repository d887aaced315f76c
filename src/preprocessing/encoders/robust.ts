import type { Description } from "../../described.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import { present, robustOf, scaled, smoothClip } from "../scale.ts";
import { type EncoderKind, numberOf, switchOf } from "./kind.ts";

export interface RobustOptions {
  /** The median of the training rows. */
  readonly median: number;
  /** What stands for 1, ≥ 0: their interquartile range; half their range if that is 0; 0 if they are all the same. */
  readonly scale: number;
  /** Whether there is a feature that says what is missing. */
  readonly missing: boolean;
}

/**
 * Numbers by median and interquartile range, with a smooth clip:
 *
 *   s = (x − median) / scale        feature = s / √(1 + (s/3)²), within ±3
 *
 * A missing one counts as the median: 0. Where some were missing in the training rows there is a second feature, 1 where the
 * number is missing, else 0.
 *
 * Source: Holzmüller et al., "Better by default: strong pre-tuned MLPs and boosted trees on tabular data" (2024).
 */
export class RobustEncoder implements Encoder {
  readonly width: number;
  readonly #options: RobustOptions;

  constructor(options: RobustOptions) {
    this.#options = options;
    this.width = options.missing ? 2 : 1;
  }

  names(column: string): string[] {
    return this.#options.missing ? [column, `${column} missing`] : [column];
  }

  encode(
    column: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    const { median, scale, missing } = this.#options;
    for (let i = 0; i < rows.length; i++) {
      const value = column.cells[rows[i]!]!;
      const isMissing = Number.isNaN(value);
      out[i * stride + at] = isMissing ? 0 : smoothClip(scaled(value, median, scale));
      if (missing) out[i * stride + at + 1] = Number(isMissing);
    }
    return 0;
  }

  describe(): Description {
    return { name: "robust", options: { ...this.#options } };
  }
}

export const robust: EncoderKind = {
  column: "number",
  fit(column, rows) {
    const values = present(column.cells, rows);
    const missing = values.length < rows.length;
    return new RobustEncoder({ ...robustOf(values), missing });
  },
  create: (options, where) =>
    new RobustEncoder({
      median: numberOf(options, "median", where),
      scale: numberOf(options, "scale", where, 0),
      missing: switchOf(options, "missing", where),
    }),
};
