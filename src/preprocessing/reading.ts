/** How the cells of another table are read for a model: as those of the table that it was trained on. */
import type { TableSource } from "../tables/table.ts";
import type { TypedContext } from "../tables/typed.ts";
import type { TablePreprocessing } from "./preprocessing.ts";

/** What a user says of a table that a model is given. */
export interface GivenTableOptions {
  /** More texts that stand for a missing cell, beside the usual ones and those of the training. Default: none. */
  readonly missing?: readonly string[] | undefined;
  /** The sign before fractions in this table. Default: as in the training. */
  readonly decimal?: "." | "," | undefined;
}

/** The context in which a model reads the cells of a source. */
export const contextFor = (
  { missing: known }: Pick<TablePreprocessing, "missing">,
  { name, place, delimiter }: Pick<TableSource, "name" | "place" | "delimiter">,
  { missing = [], decimal }: GivenTableOptions = {},
): TypedContext => ({ name, place, delimiter, decimal, missing: [...known, ...missing] });
