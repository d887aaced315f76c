import { present, robustOf, scaled, smoothClip } from "../scale.ts";
import { type EncoderKind, numberOf, switchOf } from "./kind.ts";
import { NumberEncoder, type NumberOptions } from "./numbers.ts";

export interface RobustOptions extends NumberOptions {
  /** The median of the training rows. */
  readonly median: number;
  /** What stands for 1, ≥ 0: their interquartile range; half their range if that is 0; 0 if they are all the same. */
  readonly scale: number;
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
export class RobustEncoder extends NumberEncoder {
  constructor(options: RobustOptions) {
    const { median, scale } = options;
    super("robust", options, (value) => (Number.isNaN(value) ? 0 : smoothClip(scaled(value, median, scale))));
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
