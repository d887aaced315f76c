/** What the encoders of numbers share: a feature for the number, and one that says what is missing. */
import type { Description } from "../../described.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";

export interface NumberOptions {
  /** Whether there is a feature that says what is missing. */
  readonly missing: boolean;
}

export class NumberEncoder implements Encoder {
  readonly width: number;
  readonly #name: string;
  readonly #options: NumberOptions;
  readonly #feature: (value: number) => number;

  /**
   * @param name of its kind, in the registry
   * @param options all that its kind makes an equal one of
   * @param feature of a number; of a missing one it is given NaN
   */
  constructor(name: string, options: NumberOptions, feature: (value: number) => number) {
    this.#name = name;
    this.#options = options;
    this.#feature = feature;
    this.width = options.missing ? 2 : 1;
  }

  names(column: string): string[] {
    return this.#options.missing ? [column, `${column} missing`] : [column];
  }

  encode(
    { cells }: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    const { missing } = this.#options;
    for (let i = 0; i < rows.length; i++) {
      const value = cells[rows[i]!]!;
      out[i * stride + at] = this.#feature(value);
      if (missing) out[i * stride + at + 1] = Number(Number.isNaN(value));
    }
    return 0;
  }

  describe(): Description {
    return { name: this.#name, options: { ...this.#options } };
  }
}
