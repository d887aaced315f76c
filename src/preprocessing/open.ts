/** Opens the description of a preprocessing, as it stands in a model's file: whoever wrote it, it makes one or one of our errors. */
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
import type { CellStyle, ColumnKind, NumberStyle } from "../tables/table.ts";
import { MOST_CLASSES, type TargetKind, targetKinds } from "../targets.ts";
import { EncodedTable } from "./encodedTable.ts";
import { createEncoder } from "./encoders/index.ts";
import type { EncodedColumn, TablePreprocessing, TargetColumn, TargetEncoding } from "./preprocessing.ts";

/** Columns that a table has at most. */
const MOST_COLUMNS = 100_000;
/** Texts for a missing cell. */
const MOST_TEXTS = 10_000;

/** Features that a model has at most: a layer of one unit takes as many numbers, of 4 bytes each. */
const MOST_FEATURES = 2 ** 28;

/** The kinds of columns that are read: of a text there is nothing to be read. */
const KINDS: readonly ColumnKind[] = ["number", "category", "boolean", "date"];

/** The kinds of columns that targets of a kind stand in. */
const TARGET_COLUMNS: Readonly<Record<TargetKind, readonly ColumnKind[]>> = {
  classes: KINDS,
  numbers: ["number"],
  flags: ["boolean", "number"],
};

type Fields = Readonly<Record<string, unknown>>;

/** An object with these keys and no others. @throws ConfigError */
function fieldsOf(value: unknown, where: string, keys: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConfigError(`${where} is ${shown(value)}, expected an object with ${keys.join(", ")}.`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new ConfigError(`${where} has ${shown(unknown)}, expected ${keys.join(", ")}.`);
  return Object.fromEntries(
    keys.map((key) => [key, Object.hasOwn(value, key) ? (value as Fields)[key] : undefined]),
  );
}

/** An array's entries, `least` to `most` of them. @throws ConfigError */
export function listOf(value: unknown, where: string, most: number, least = 1): readonly unknown[] {
  if (Array.isArray(value) && value.length >= least && value.length <= most) return Array.from(value);
  const found = Array.isArray(value) ? `has ${value.length} entries` : `is ${shown(value)}`;
  throw new ConfigError(`${where} ${found}, expected an array of ${least} to ${most}.`);
}

/**
 * Makes the preprocessing that a description is of.
 * @param description parsed from JSON: it may be anything
 * @param where its place, for errors: "model.safetensors: its preprocessing"
 * @throws ConfigError if it is none
 */
export function openPreprocessing(description: unknown, where: string): TablePreprocessing {
  const { kind, version, columns, target, weight, missing } = fieldsOf(description, where, [
    ...["kind", "version", "columns", "target", "weight", "missing"],
  ]);
  if (kind !== "table") throw new ConfigError(`${where}: its kind is ${shown(kind)}, expected "table".`);
  if (version !== 1)
    throw new ConfigError(`${where}: its version is ${shown(version)}, expected 1. Update nnwasm.`);
  const encoded = listOf(columns, `${where}: columns`, MOST_COLUMNS).map((column, i) =>
    columnFrom(column, `${where}: column ${i}`),
  );
  const predicted = targetFrom(target, `${where}: target`);
  const weights = weight === undefined ? [] : [plainFrom(weight, `${where}: weight`, ["number"])];
  const read = [...encoded, ...weights].map(({ name }) => name);
  requireDifferent([...read, ...predicted.columns], where);
  const texts = missing === undefined ? [] : textsFrom(missing, where);
  const made = new EncodedTable(encoded, predicted, texts, weights[0]);
  if (made.features <= MOST_FEATURES) return made;
  throw new ConfigError(`${where}: it has ${made.features} features, expected ${MOST_FEATURES} at most.`);
}

function textsFrom(value: unknown, where: string): readonly string[] {
  const texts = listOf(value, `${where}: missing`, MOST_TEXTS);
  if (texts.every((text) => typeof text === "string")) return texts as string[];
  throw new ConfigError(`${where}: missing is not an array of texts.`);
}

function requireDifferent(names: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new ConfigError(`${where}: the column ${shown(name)} is there twice.`);
    seen.add(name);
  }
}

function typedFrom({ name, kind, style }: Fields, where: string, kinds: readonly ColumnKind[]): TargetColumn {
  if (typeof name !== "string" || name === "")
    throw new ConfigError(`${where}: its name is ${shown(name)}, expected a text.`);
  if (!kinds.includes(kind as ColumnKind))
    throw new ConfigError(`${where}: its kind is ${shown(kind)}, expected ${kinds.join(" or ")}.`);
  const written = style === undefined ? undefined : styleFrom(style, where);
  return { name, kind: kind as ColumnKind, ...(written !== undefined && { style: written }) };
}

const DECIMALS = [".", ","];
const GROUPS = ["", ",", ".", " ", "'"];

function styleFrom(value: unknown, where: string): CellStyle {
  const { decimal, group, unit, first } = fieldsOf(value, `${where}: style`, [
    ...["decimal", "group", "unit", "first"],
  ]);
  if (first !== undefined) {
    if ((first === "day" || first === "month") && decimal === undefined) return { first };
    throw new ConfigError(`${where}: its style is ${shown(first)} first, expected "day" or "month".`);
  }
  if (unit !== undefined && !(typeof unit === "string" && unit.length === 1)) {
    throw new ConfigError(`${where}: its unit is ${shown(unit)}, expected a sign such as "%".`);
  }
  const isRight = DECIMALS.includes(decimal as string) && GROUPS.includes(group as string);
  if (isRight && decimal !== group) {
    return { decimal, group, ...(unit !== undefined && { unit }) } as NumberStyle;
  }
  throw new ConfigError(
    `${where}: its style is ${shown(decimal)} and ${shown(group)}, expected a decimal "." or ",", and another group.`,
  );
}

const plainFrom = (value: unknown, where: string, kinds: readonly ColumnKind[]): TargetColumn =>
  typedFrom(fieldsOf(value, where, ["name", "kind", "style"]), where, kinds);

function columnFrom(value: unknown, where: string): EncodedColumn {
  const fields = fieldsOf(value, where, ["name", "kind", "style", "encoder"]);
  const typed = typedFrom(fields, where, KINDS);
  return { ...typed, encoder: createEncoder(fields.encoder, typed.kind, where) };
}

function targetFrom(value: unknown, where: string): TargetEncoding {
  const fields = fieldsOf(value, where, ["kind", "columns", "classNames", "mean", "std"]);
  const kind = fields.kind as TargetKind;
  if (typeof kind !== "string" || !Object.hasOwn(targetKinds, kind)) {
    throw new ConfigError(
      `${where}: its kind is ${shown(kind)}, expected ${Object.keys(targetKinds).join(", ")}.`,
    );
  }
  const most = kind === "classes" ? 1 : MOST_CLASSES;
  const typed = listOf(fields.columns, `${where}: columns`, most).map((column, i) => {
    return plainFrom(column, `${where}: column ${i}`, TARGET_COLUMNS[kind]);
  });
  const columns = typed.map(({ name }) => name);
  const needed: readonly string[] = { classes: ["classNames"], numbers: ["mean", "std"], flags: [] }[kind];
  const surplus = ["classNames", "mean", "std"].find(
    (key) => fields[key] !== undefined && !needed.includes(key),
  );
  if (surplus !== undefined) throw new ConfigError(`${where}: it has ${surplus}, and its kind is ${kind}.`);
  if (kind === "classes") return { kind, columns, typed, classNames: namesFrom(fields.classNames, where) };
  if (kind === "flags") {
    if (!columns.includes("probabilities")) return { kind, columns, typed };
    throw new ConfigError(`${where}: a flag is named "probabilities", as answers have their own.`);
  }
  const mean = numbersFrom(fields.mean, columns.length, `${where}: mean`);
  const std = numbersFrom(fields.std, columns.length, `${where}: std`, (number) => number > 0);
  return { kind, columns, typed, mean, std };
}

function namesFrom(value: unknown, where: string): readonly string[] {
  const names = listOf(value, `${where}: classNames`, MOST_CLASSES);
  if (names.every((name) => typeof name === "string") && new Set(names).size === names.length)
    return names as string[];
  throw new ConfigError(`${where}: its classNames are not different texts.`);
}

/** @param isRight of a finite number */
function numbersFrom(
  value: unknown,
  count: number,
  where: string,
  isRight: (number: number) => boolean = () => true,
): readonly number[] {
  const numbers = listOf(value, where, count);
  if (numbers.length !== count)
    throw new ConfigError(`${where} has ${numbers.length} numbers, expected ${count}, one for each column.`);
  return numbers.map((number, i) => {
    if (typeof number === "number" && Number.isFinite(number) && isRight(number)) return number;
    throw new ConfigError(
      `${where}[${i}] is ${shown(number)}, expected a finite number, and a deviation > 0.`,
    );
  });
}
