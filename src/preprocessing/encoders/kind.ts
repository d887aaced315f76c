/** What an encoder's file exports for the registry, and the checks of what stands in a model's file. */
import { ConfigError } from "../../errors.ts";
import { shown } from "../../options.ts";
import type { ColumnKind, TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";

/** The options of a description, as they stand in a file: they may be anything. */
export type Options = Readonly<Record<string, unknown>>;

export interface EncoderKind {
  /** The kind of the columns that it is for. */
  readonly column: ColumnKind;
  /**
   * Measures a column.
   * @param rows the rows that are trained on: no other is looked at
   */
  fit(column: TableColumn, rows: ArrayLike<number>): Encoder;
  /**
   * Makes an equal one from its description's options.
   * @param where for errors
   * @throws ConfigError if an option is missing or out of its range
   */
  create(options: Options, where: string): Encoder;
}

const optionOf = (options: Options, key: string): unknown =>
  Object.hasOwn(options, key) ? options[key] : undefined;

/** A finite number ≥ least. @throws ConfigError */
export function numberOf(options: Options, key: string, where: string, least = -Number.MAX_VALUE): number {
  const value = optionOf(options, key);
  if (typeof value === "number" && Number.isFinite(value) && value >= least) return value;
  const range = least === -Number.MAX_VALUE ? "" : ` ≥ ${least}`;
  throw new ConfigError(`${where}: ${key} is ${shown(value)}, expected a finite number${range}.`);
}

/** @throws ConfigError unless it is true or false */
export function switchOf(options: Options, key: string, where: string): boolean {
  const value = optionOf(options, key);
  if (typeof value === "boolean") return value;
  throw new ConfigError(`${where}: ${key} is ${shown(value)}, expected true or false.`);
}

/** Different texts. @throws ConfigError if they are none, or not from `least` to `most` */
export function textsOf(
  options: Options,
  key: string,
  where: string,
  least: number,
  most: number,
): readonly string[] {
  const value = optionOf(options, key);
  const isRight =
    Array.isArray(value) &&
    value.length >= least &&
    value.length <= most &&
    value.every((text) => typeof text === "string") &&
    new Set(value).size === value.length;
  if (isRight) return [...value];
  const count = least === most ? `${least}` : `${least} to ${most}`;
  throw new ConfigError(
    `${where}: ${key} is ${shown(value)}, expected an array of ${count} different texts.`,
  );
}
