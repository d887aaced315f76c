/** How the cells of another table are read for a model: as those of the table that it was trained on. */
import { ConfigError } from "../errors.ts";
import { listedNames, shownText } from "../tables/names.ts";
import type { TableSource } from "../tables/table.ts";
import type { TypedContext } from "../tables/typed.ts";
import type { TablePreprocessing, TargetColumn } from "./preprocessing.ts";

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

/**
 * The column by which the rows of a table are weighed where a model is measured on them: the one that is told or, if the table has
 * it, that of the training.
 * @param told its name. Default: that of the training
 * @throws ConfigError if the one that is told is not there
 */
export function weightOf(
  { weight, columns, target }: Pick<TablePreprocessing, "weight" | "columns" | "target">,
  { name, columns: names }: Pick<TableSource, "name" | "columns">,
  told?: string,
): TargetColumn | undefined {
  if (told === undefined) return weight !== undefined && names.includes(weight.name) ? weight : undefined;
  if (!names.includes(told)) {
    throw new ConfigError(
      `${name} has no column ${shownText(told)} with weights. Its columns are ${listedNames(names)}.`,
    );
  }
  // Its numbers are written as the model knows them, if it does.
  const known = [weight, ...columns, ...target.typed].find((column) => column?.name === told);
  return { name: told, kind: "number", ...(known?.kind === "number" && { style: known.style }) };
}
