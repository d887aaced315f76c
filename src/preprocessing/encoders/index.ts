/** The encoders by name, as descriptions have it. */
import type { Description } from "../../described.ts";
import { ConfigError, choose } from "../../errors.ts";
import { shown } from "../../options.ts";
import type { ColumnKind } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import { binary } from "./binary.ts";
import { boolean } from "./boolean.ts";
import { date } from "./date.ts";
import type { EncoderKind } from "./kind.ts";
import { oneHot } from "./oneHot.ts";
import { robust } from "./robust.ts";
import { standard } from "./standard.ts";

export const encoders: Readonly<Record<string, EncoderKind>> = {
  robust,
  standard,
  oneHot,
  binary,
  boolean,
  date,
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Makes the encoder that a description is of.
 * @param description as it stands in a file: it may be anything
 * @param kind of its column
 * @param where its place, for errors
 * @throws ConfigError if it is no description, there is no such encoder for such columns, or an option is missing, unknown or
 *   out of its range
 */
export function createEncoder(description: unknown, kind: ColumnKind, where: string): Encoder {
  if (!isObject(description) || !isObject(description.options)) {
    throw new ConfigError(`${where}: the encoder is ${shown(description)}, expected { name, options }.`);
  }
  const { name, options } = description as unknown as Description;
  const suitable = Object.entries(encoders).filter(([, { column }]) => column === kind);
  const made = chooseEncoder(Object.fromEntries(suitable), name, where).create(options, `${where}: ${name}`);
  const known = Object.keys(made.describe().options);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return made;
  const choices = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`;
  throw new ConfigError(`${where}: ${name} has no option ${shown(unknown)}. ${choices}`);
}

function chooseEncoder(
  suitable: Readonly<Record<string, EncoderKind>>,
  name: string,
  where: string,
): EncoderKind {
  try {
    return choose("encoder", suitable, name);
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
