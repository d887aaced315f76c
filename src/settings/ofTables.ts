/** Settings of tables and images: which columns are what, how a file is read. Data sets by name have none of them. */
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import { type PresetName, presets } from "../presets.ts";
import type { TargetKind } from "../targets.ts";
import { setting } from "./setting.ts";
import { choice, type SettingType, text, yesOrNo } from "./types.ts";

const TABLE = { group: "A table, or images:" };
const SHARED = "all trials share data. Give it as a flag.";

/** A value as CSV writes it: in quotes if it has a comma, a quote or a line break in it, or begins or ends with a blank. */
const quoted = (value: string): string =>
  /[",\r\n]|^\s|\s$|^$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** A value in quotes, or all up to the next comma. */
const PART = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(,|$)/sy;

/**
 * Reads names as a line of CSV has them: `a,b`, or `"net, kg",b`.
 * @throws ConfigError if a quote is not closed, or a name is there twice
 */
export function readNames(given: string): string[] {
  const names: string[] = [];
  PART.lastIndex = 0;
  for (let more = true; more; ) {
    const match = PART.exec(given);
    if (match === null || (match[2]?.startsWith('"') ?? false)) {
      throw new ConfigError(
        `Expected names with commas between them, and a name with a comma in quotes: 'a,"b,c"'.`,
      );
    }
    names.push(match[1]?.replaceAll('""', '"') ?? match[2]!.trim());
    more = match[3] === ",";
  }
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ConfigError(`${quoted(twice)} is there twice.`);
  return names;
}

/** Some texts, written as a line of CSV. @param what they are, for errors: "a column's name" */
const texts = (what: string, mayBeEmpty = false): SettingType<readonly string[]> => ({
  read(given) {
    const names = readNames(given);
    if (!mayBeEmpty && names.includes("")) throw new ConfigError(`Expected ${what}, and one is empty.`);
    return names;
  },
  schema: v.pipe(
    v.array(v.string()),
    v.minLength(1),
    v.check((names) => new Set(names).size === names.length, "names that differ"),
  ) as unknown as v.GenericSchema<unknown, readonly string[]>,
  write: (names) => (names as readonly string[]).map(quoted).join(","),
});

const columns = (): SettingType<readonly string[]> => texts("names of columns");

const LARGEST_SIDE = 4096;
const SIZE = /^([1-9][0-9]{0,3})(?:[x×]([1-9][0-9]{0,3}))?$/;

/** Width and height of images: "32", or "32x24". @throws ConfigError with what is expected */
export function readSize(given: string): { readonly width: number; readonly height: number } {
  const [, w, h = w] = SIZE.exec(given.trim()) ?? [];
  const [width, height] = [Number(w), Number(h)];
  if (width <= LARGEST_SIDE && height <= LARGEST_SIDE) return { width, height };
  throw new ConfigError(`Expected width and height up to ${LARGEST_SIDE}, as in 32 or 32x24.`);
}

/** A size as its flag is written: "32x24". */
const size = (): SettingType<string> => ({
  read(given) {
    const { width, height } = readSize(given);
    return `${width}x${height}`;
  },
  schema: v.pipe(v.string(), v.regex(SIZE, "a size, such as 32x24")),
});

/** A single character, or "tab". */
const character = (): SettingType<string> => ({
  read(given) {
    const sign = given === "tab" || given === "\\t" ? "\t" : given;
    if (sign.length !== 1) throw new ConfigError('Expected one character, or "tab".');
    return sign;
  },
  schema: v.pipe(v.string(), v.length(1)),
  write: (sign) => (sign === "\t" ? "tab" : String(sign)),
});

/** In the order of a config.json. None has a default: what is not said is found out. */
export const tableSettings = {
  target: setting({
    ...{ ...TABLE, flags: "--target <columns>", type: columns(), notSearched: SHARED },
    help: "the columns to be predicted; a name with a comma in quotes",
    words: { "--target": "targets label label-column target-column y response outcome class-column predict" },
  }),
  task: setting({
    ...{
      ...TABLE,
      flags: "--task <kind>",
      type: choice<TargetKind>(["classes", "numbers", "flags"], {
        ...{ classification: "classes", binary: "classes", multiclass: "classes", class: "classes" },
        ...{ regression: "numbers", number: "numbers", multilabel: "flags", flag: "flags" },
      }),
      notSearched: SHARED,
    },
    help: "what the target is: classes (classification), numbers (regression), flags (several yes or no)",
    usual: "detected",
    words: { "--task": "problem problem-type" },
  }),
  preset: setting({
    ...{
      ...TABLE,
      flags: "--preset <name>",
      notSearched: "it is the base of all trials. Give it as a flag.",
    },
    type: choice(Object.keys(presets) as PresetName[]),
    help:
      "the defaults of the settings: table or table-fast, a published recipe, both chosen by the number of rows; or " +
      "paper, the course report's",
    usual: "table for tables, else paper",
    words: { "--preset": "profile presets" },
  }),
  test: setting({
    ...{ ...TABLE, flags: "--test <file>", type: text(), notSearched: SHARED },
    help: "a file or folder to test on; the columns of a table are found by name",
    usual: "none",
    words: { "--test": "test-data test-file test-set test-path" },
  }),
  drop: setting({
    ...{ ...TABLE, flags: "--drop <columns>", type: columns(), notSearched: SHARED },
    help: "columns to leave out",
    usual: "ids, constants and free text",
    words: { "--drop": "ignore exclude exclude-columns drop-columns skip-columns" },
  }),
  numeric: setting({
    ...{ ...TABLE, flags: "--numeric <columns>", type: columns(), notSearched: SHARED },
    help: "columns that are numbers",
    usual: "those that look so",
    words: { "--numeric": "numerical numbers number-columns numeric-columns" },
  }),
  categorical: setting({
    ...{ ...TABLE, flags: "--categorical <columns>", type: columns(), notSearched: SHARED },
    help: "columns that are categories, whatever they look like",
    usual: "those that look so",
    words: { "--categorical": "categories category categorical-columns categorical-features cat-features" },
  }),
  weight: setting({
    ...{ ...TABLE, flags: "--weight <column>", type: text(), notSearched: SHARED },
    help: "the column with the weights of the rows",
    usual: "each counts once",
    words: { "--weight": "sample-weight sample-weights weight-column" },
  }),
  group: setting({
    ...{ ...TABLE, flags: "--group <columns>", type: columns(), notSearched: SHARED },
    help: "columns that name a row's group, such as a patient: a group is in one set as a whole",
    usual: "none",
    words: { "--group": "groups group-column group-by" },
  }),
  time: setting({
    ...{ ...TABLE, flags: "--time <column>", type: text(), notSearched: SHARED },
    help: "the column with the times of rows: the latest are for validation, and folds are stretches of time",
    usual: "rows are held out at random",
    words: { "--time": "time-column date-column order-by timeseries" },
  }),
  missing: setting({
    ...{ ...TABLE, flags: "--missing <texts>", type: texts("texts", true), notSearched: SHARED },
    help: "more texts that stand for a missing cell",
    usual: "an empty cell, ?, NA, null and the like",
    words: { "--missing": "na na-values missing-values null-values nan" },
  }),
  format: setting({
    ...{ ...TABLE, flags: "--format <name>", type: text(), notSearched: SHARED },
    help: "the file's format",
    usual: "by its name and its first bytes",
    words: { "--format": "file-format filetype file-type input-format" },
  }),
  delimiter: setting({
    ...{ ...TABLE, flags: "--delimiter <sign>", type: character(), notSearched: SHARED },
    help: "the separator of cells: one character, or tab",
    usual: "detected",
    words: { "--delimiter": "sep separator delim field-separator" },
  }),
  decimal: setting({
    ...{ ...TABLE, flags: "--decimal <sign>", type: choice<"." | ",">([".", ","]), notSearched: SHARED },
    help: "the decimal separator",
    usual: "detected",
    words: { "--decimal": "decimal-sign decimal-separator decimal-comma" },
  }),
  dates: setting({
    ...{
      ...TABLE,
      flags: "--dates <order>",
      type: choice<"day-first" | "month-first">(["day-first", "month-first"]),
      notSearched: SHARED,
    },
    help: "what comes first in dates such as 1/2/2025",
    usual: "detected",
    words: { "--dates": "dayfirst day-first month-first date-format date-order" },
  }),
  header: setting({
    ...{ ...TABLE, flags: "--header [yes|no]", type: yesOrNo(), notSearched: SHARED },
    help: "the first row has the columns' names",
    usual: "detected",
    off: "there are no names: the columns are called column1, column2, …",
    words: { "--header": "headers has-header column-names", "--no-header": "no-headers headerless" },
  }),
  encoding: setting({
    ...{ ...TABLE, flags: "--encoding <name>", notSearched: SHARED },
    type: choice(["utf-8", "utf-16le", "utf-16be", "windows-1252"]),
    help: "the file's character encoding",
    usual: "detected",
    words: { "--encoding": "charset codec" },
  }),
  size: setting({
    ...{ ...TABLE, flags: "--size <size>", type: size(), notSearched: SHARED },
    help: "width and height that images are brought to, as in 32 or 32x24",
    usual: "their own if all have the same of at most 64x64, else 32x32",
    words: { "--size": "image-size img-size resize resolution" },
  }),
};
