import type { Description } from "../../described.ts";
import { ConfigError } from "../../errors.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import { countCategories, Places } from "./categories.ts";
import { type EncoderKind, switchOf, textsOf } from "./kind.ts";

export interface OneHotOptions {
  /** The categories that have a feature of their own, by code units. */
  readonly categories: readonly string[];
  /** The rare ones, which share a feature. If there are none, nor is it. The most frequent {@link MOST_RARE} are kept. */
  readonly rare: readonly string[];
  /** Whether there is a feature for what is missing. */
  readonly missing: boolean;
}

/** Categories that have a feature of their own at most: the most frequent ones; between equal ones, the first by code units. */
export const MOST_CATEGORIES = 100;

/** Rare categories whose texts are kept at most, so that they do not count as unseen. */
export const MOST_RARE = 10_000;

/** A description may be another program's. */
const MOST_DESCRIBED = 65_536;

/**
 * The rows that a category must have to get a feature of its own: a thousandth of the training rows, at least 2 and at most 10.
 * Of one row nothing can be learnt that holds for others.
 */
export const leastRows = (rows: number): number => Math.min(Math.max(2, Math.ceil(rows / 1000)), 10);

/**
 * Categories one-hot: a feature for each, 1 in its rows, else 0; one for what is missing, if some was in the training rows; and
 * one for the rare ones, if there were any: those with fewer than {@link leastRows} training rows, and all but the
 * {@link MOST_CATEGORIES} most frequent. One that was not seen counts as rare; without that feature, all features are 0.
 */
export class OneHotEncoder implements Encoder {
  readonly width: number;
  readonly #options: OneHotOptions;
  readonly #places: Places;

  constructor(options: OneHotOptions) {
    const { categories, rare, missing } = options;
    this.#options = options;
    this.#places = new Places([...categories, ...rare]);
    this.width = categories.length + Number(missing) + Number(rare.length > 0);
  }

  names(column: string): string[] {
    const { categories, rare, missing } = this.#options;
    const others = [...(missing ? ["missing"] : []), ...(rare.length > 0 ? ["rare"] : [])];
    return [...categories.map((value) => `${column}=${value}`), ...others.map((word) => `${column} ${word}`)];
  }

  encode(
    column: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    const { categories, rare, missing } = this.#options;
    const places = this.#places.of(column);
    let unseen = 0;
    for (let i = 0; i < rows.length; i++) {
      const from = i * stride + at;
      out.fill(0, from, from + this.width);
      const cell = column.cells[rows[i]!]!;
      if (cell < 0) {
        if (missing) out[from + categories.length] = 1;
        continue;
      }
      const place = places[cell]!;
      if (place < 0) unseen++;
      if (place >= 0 && place < categories.length) out[from + place] = 1;
      else if (rare.length > 0) out[from + this.width - 1] = 1;
    }
    return unseen;
  }

  describe(): Description {
    const { categories, rare, missing } = this.#options;
    return { name: "oneHot", options: { categories: [...categories], rare: [...rare], missing } };
  }
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : 1);

export const oneHot: EncoderKind = {
  column: "category",
  fit(column, rows) {
    const { counts, missing } = countCategories(column, rows);
    const least = leastRows(rows.length);
    // The sort is stable: equal ones stay in the order of code units.
    const frequent = counts.toSorted(([, a], [, b]) => b - a);
    const own = frequent.filter(([, count]) => count >= least).slice(0, MOST_CATEGORIES);
    const others = frequent.slice(own.length, own.length + MOST_RARE);
    const texts = (some: readonly (readonly [string, number])[]) =>
      some.map(([value]) => value).sort(byCodeUnits);
    return new OneHotEncoder({ categories: texts(own), rare: texts(others), missing: missing > 0 });
  },
  create(options, where) {
    const categories = textsOf(options, "categories", where, 0, MOST_DESCRIBED);
    const rare = textsOf(options, "rare", where, 0, MOST_DESCRIBED);
    const missing = switchOf(options, "missing", where);
    if (categories.length === 0 && rare.length === 0 && !missing)
      throw new ConfigError(`${where}: there are no categories, nor rare ones, nor missing: no features.`);
    const known = new Set(categories);
    const twice = rare.find((value) => known.has(value));
    if (twice !== undefined)
      throw new ConfigError(`${where}: ${JSON.stringify(twice)} is among the categories and the rare ones.`);
    return new OneHotEncoder({ categories, rare, missing });
  },
};
