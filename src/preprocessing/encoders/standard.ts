import { momentsOf, present, robustOf, scaled } from "../scale.ts";
import { type EncoderKind, numberOf, switchOf } from "./kind.ts";
import { NumberEncoder, type NumberOptions } from "./numbers.ts";

export interface StandardOptions extends NumberOptions {
  /** The mean of the training rows. */
  readonly mean: number;
  /** Their deviation, √(Σ (x − mean)² / n), ≥ 0. */
  readonly std: number;
  /** Their median, which stands for a missing one. */
  readonly median: number;
}

/** The farthest from 0: what is beyond it is a mistake, and would overflow in a network of float32. */
const MOST = 1e6;

/**
 * Numbers by mean and deviation: (x − mean) / std, within ±10⁶; 0 if they do not vary. A missing one counts as the median. Where
 * some were missing in the training rows there is a second feature, 1 where the number is missing, else 0.
 */
export class StandardEncoder extends NumberEncoder {
  constructor(options: StandardOptions) {
    const { mean, std, median } = options;
    super("standard", options, (value) => {
      const feature = scaled(Number.isNaN(value) ? median : value, mean, std);
      return Math.min(Math.max(feature, -MOST), MOST);
    });
  }
}

/** Numbers as they are: mean 0 and deviation 1, whatever the training rows have. */
export const plain: Pick<EncoderKind, "fit"> = {
  fit(column, rows) {
    const values = present(column.cells, rows);
    const missing = values.length < rows.length;
    return new StandardEncoder({ mean: 0, std: 1, median: robustOf(values).median, missing });
  },
};

export const standard: EncoderKind = {
  column: "number",
  fit(column, rows) {
    const values = present(column.cells, rows);
    const missing = values.length < rows.length;
    // The median sorts them, so it comes last.
    const { mean, std } = momentsOf(values);
    return new StandardEncoder({ mean, std, median: robustOf(values).median, missing });
  },
  create: (options, where) =>
    new StandardEncoder({
      mean: numberOf(options, "mean", where),
      std: numberOf(options, "std", where, 0),
      median: numberOf(options, "median", where),
      missing: switchOf(options, "missing", where),
    }),
};
