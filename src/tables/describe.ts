/** What was understood of a table, for people and as JSON. */
import { short, thousands } from "../format/numbers.ts";
import { printable } from "../format/printable.ts";
import { lengthOf, startOf, tableLines, widestOf } from "../format/tables.ts";
import { counted, countedInWords, listed, pluralOf } from "../format/words.ts";
import { wrapped } from "../format/wrap.ts";
import type { ColumnUnderstanding, Understanding } from "./table.ts";

/** What is said of the source: a TableSource or a Table has it. */
export interface SourceFacts {
  readonly name: string;
  readonly format: string;
  readonly facts: readonly string[];
}

export interface UnderstandingTextOptions {
  /** Columns of the terminal. Default: 80. */
  readonly width?: number | undefined;
  /** Columns of the table that are shown at most. Default: all. */
  readonly most?: number | undefined;
}

const NARROWEST = 60;
/** Columns that are worth a look, of which so many are shown. */
const MOST_HINTS = 10;
const MOST_EXAMPLE = 16;
const MOST_NAME = 24;

/** Lines that say what was understood: the columns, the task, what is dropped and why, and what should be known. */
export function understandingText(
  understanding: Understanding,
  { name, format, facts }: SourceFacts,
  { width: given = 80, most = Number.POSITIVE_INFINITY }: UnderstandingTextOptions = {},
): string[] {
  const width = Math.max(NARROWEST, given);
  const { rows, columns, task, warnings } = understanding;
  const lines = wrapped(
    printable(
      `${name}: ${[format, ...facts, counted(rows, "row").replace(/^\d+/, thousands(rows)), counted(columns.length, "column")].join(", ")}`,
    ),
    width,
    "  ",
  );
  const used = columns.filter(({ role }) => role !== "dropped");
  const order = { target: 0, weight: 1, group: 2, time: 3, feature: 4, dropped: 5 };
  const shown = [...used].sort((a, b) => order[a.role] - order[b.role]).slice(0, most);
  if (shown.length > 0) lines.push("", ...columnLines(shown, rows, width));
  if (used.length > shown.length) {
    lines.push(
      `… and ${counted(used.length - shown.length, "column")} more: nnwasm data describe shows all.`,
    );
  }
  const reasons = (title: string, all: readonly ColumnUnderstanding[], told = most) => {
    if (all.length === 0) return;
    lines.push("", title, ...reasonLines(all.slice(0, told), width));
    if (all.length > told) lines.push(`  … and ${counted(all.length - told, "column")} more`);
  };
  reasons(
    "Dropped:",
    columns.filter(({ role }) => role === "dropped"),
  );
  reasons(
    "Worth a look:",
    used.filter(({ role, why }) => role === "feature" && why !== undefined),
    MOST_HINTS,
  );
  lines.push("", ...taskLines(task, width));
  for (const warning of warnings) lines.push(...wrapped(`Note: ${printable(warning)}`, width, "  "));
  return lines;
}

/** Roles that are told in place of a kind. */
const ROLES: Readonly<Record<string, string>> = {
  ...{ target: "target", weight: "weight", group: "group", time: "time" },
};

function columnLines(columns: readonly ColumnUnderstanding[], rows: number, width: number): string[] {
  const names = columns.map(({ name }) => cut(printable(name), Math.min(MOST_NAME, Math.floor(width / 4))));
  const missing = columns.map(({ missing: count }) => missingText(count, rows));
  const examples = columns.map((column) =>
    cut(printable(exampleText(column)), Math.min(MOST_EXAMPLE, Math.floor(width / 5))),
  );
  const fixed =
    widestOf(["column", ...names]) +
    "category".length +
    widestOf(["missing", ...missing]) +
    widestOf(["example", ...examples]) +
    8;
  const space = Math.max(12, width - fixed);
  const cells = columns.map((column, i) => [
    names[i]!,
    ROLES[column.role] ?? column.kind,
    missing[i]!,
    valuesText(column, space),
    examples[i]!,
  ]);
  return tableLines(
    [["column", "is", "missing", "values", "example"], ...cells],
    ["left", "left", "right", "left"],
  ).map((line) => line.trimEnd());
}

/** "3 (4%)", "0" */
function missingText(count: number, rows: number): string {
  if (count === 0) return "0";
  const share = (100 * count) / rows;
  const percent = share < 1 ? "<1" : share > 99 && count < rows ? ">99" : share.toFixed(0);
  return `${thousands(count)} (${percent}%)`;
}

/** A text of at most so many columns. */
function cut(text: string, width: number): string {
  // What fits is found from the front: the rest of a cell of a million need not be looked at.
  return startOf(text, width) === text ? text : `${startOf(text, width - 1)}…`;
}

const numberText = (value: number | string): string =>
  typeof value === "string"
    ? value
    : Number.isInteger(value) && Math.abs(value) < 1e15
      ? String(value)
      : short(value);

/** The example; a number with as many digits as the range beside it. */
const exampleText = ({ kind, example }: ColumnUnderstanding): string =>
  kind === "number" && /^-?\d+\.\d{5,}$/.test(example) ? short(Number(example)) : example;

/** "0.42 to 80"; "Bern 12, Rome 8, 3 more" */
function valuesText({ range, categories, distinct, kind }: ColumnUnderstanding, width: number): string {
  if (categories !== undefined) return categoriesText(categories, distinct, width);
  if (range !== undefined) return cut(range.map(numberText).join(" to "), width);
  return kind === "text" ? "texts" : "";
}

function categoriesText(
  categories: NonNullable<ColumnUnderstanding["categories"]>,
  distinct: number,
  width: number,
): string {
  const all = categories.map(({ value, count }) => `${cut(printable(value), 20)}: ${thousands(count)}`);
  for (let some = all.length; some > 0; some--) {
    const left = distinct - some;
    const text = all.slice(0, some).join(", ") + (left > 0 ? `, ${thousands(left)} more` : "");
    if (lengthOf(text) <= width) return text;
  }
  return cut(`${thousands(distinct)} different: ${all[0] ?? ""}`, width);
}

function reasonLines(columns: readonly ColumnUnderstanding[], width: number): string[] {
  const names = columns.map(({ name }) => cut(printable(name), MOST_NAME));
  const widest = widestOf(names);
  return columns.flatMap(({ why = "" }, i) => {
    const space = " ".repeat(widest - lengthOf(names[i]!));
    return wrapped(`  ${names[i]}${space}  ${printable(why)}`, width, " ".repeat(widest + 4));
  });
}

function taskLines(task: Understanding["task"], width: number): string[] {
  if (task === undefined) {
    return wrapped("No target is given: --target COLUMN names the column to predict.", width, "  ");
  }
  const names = listed(task.target.map(printable));
  const classes = task.classNames?.length ?? 0;
  const what = {
    classes: `one of ${countedInWords(classes, "class").replace(/classs$/, "classes")}`,
    numbers: pluralOf("a number", task.target.length).replace("a numbers", "numbers"),
    flags: "yes or no for each",
  }[task.kind];
  return wrapped(`To be predicted: ${names}, ${what} (${printable(task.why)}).`, width, "  ");
}

/** The same as JSON: plain objects, arrays, texts and numbers. */
export function understandingJson(
  understanding: Understanding,
  { name, format, facts }: SourceFacts,
): object {
  const { rows, columns, task, warnings } = understanding;
  return {
    name,
    format,
    facts: [...facts],
    rows,
    task: task === undefined ? null : { ...task },
    columns: columns.map((column) => ({ ...column, range: column.range ?? undefined })),
    warnings: [...warnings],
  };
}
