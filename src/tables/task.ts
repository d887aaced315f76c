/** What is to be predicted: said by the user, or found out from the target columns. */
import { ConfigError, DatasetError } from "../errors.ts";
import { thousands } from "../format/numbers.ts";
import { countedInWords } from "../format/words.ts";
import { MOST_COUNTED } from "./cells.ts";
import { shownText } from "./names.ts";
import { countsOf, type Profile } from "./profile.ts";
import type { Understanding } from "./table.ts";
import { classNamesOf } from "./targets.ts";
import { asFlags, type WordedOptions, type Wording } from "./wording.ts";

type Task = NonNullable<Understanding["task"]>;

/** Whole numbers are classes if they are so few, and have so many rows each. */
const MOST_NUMBERS_AS_CLASSES = 20;
const ROWS_OF_A_CLASS = 5;

const isBinary = ({ column, low, high }: Profile): boolean =>
  column.kind === "boolean" ||
  (column.kind === "number" && column.distinct <= 2 && low >= 0 && high <= 1 && isWholeOf(column.cells));

const isWholeOf = (cells: ArrayLike<number>): boolean => {
  for (let i = 0; i < cells.length; i++)
    if (!Number.isNaN(cells[i]!) && !Number.isInteger(cells[i]!)) return false;
  return true;
};

/**
 * The task of a table with these targets.
 * @throws ConfigError if the targets cannot be predicted together, or not as the user has said
 * @throws DatasetError if a target has one value only, or none
 */
export function taskOf(table: string, targets: readonly Profile[], options: WordedOptions): Task {
  const { wording = asFlags } = options;
  for (const target of targets) checkTarget(table, target);
  const names = targets.map(({ column }) => column.name);
  if (options.task !== undefined) return taskAsSaid(options.task, targets, names, wording);
  if (targets.length > 1) return taskOfSeveral(targets, names, wording);
  const [profile] = targets as [Profile];
  const { column } = profile;
  const { kind, distinct } = column;
  const classes = (why: string): Task => ({
    kind: "classes",
    target: names,
    why,
    classNames: classNamesOf(column, wording),
  });
  if (kind === "boolean") return classes("it is yes or no");
  if (kind === "category") {
    checkClasses(table, profile, wording);
    return classes(column.why ?? `its ${countedInWords(distinct, "value")} are texts`);
  }
  if (isBinary(profile)) return classes("it is 0 or 1");
  const numbers = (why: string): Task => ({ kind: "numbers", target: names, why });
  if (!profile.whole) return numbers("it has numbers with fractions");
  if (distinct === 2)
    return classes(
      `it has two values only, though they are numbers: ${wording.option("task", "numbers")} if they are amounts`,
    );
  if (distinct > MOST_NUMBERS_AS_CLASSES) {
    const many = distinct < MOST_COUNTED ? thousands(distinct) : `${thousands(distinct)} or more`;
    return numbers(`it has ${many} different numbers`);
  }
  const fewest = Math.min(...countsOf(column).map(({ count }) => count));
  if (profile.present < ROWS_OF_A_CLASS * distinct || (distinct > 10 && fewest < ROWS_OF_A_CLASS)) {
    return numbers(
      `it has numbers, ${distinct} different ones, some with few rows: ${wording.option("task", "classes")} if they are kinds`,
    );
  }
  return classes(
    `its numbers are whole, and only ${distinct} different ones: ${wording.option("task", "numbers")} if they are amounts`,
  );
}

function checkTarget(table: string, { column, present }: Profile): void {
  const where = `${table}, target ${shownText(column.name)}`;
  if (present === 0) throw new DatasetError(`${where} has no value in any row. Give a column that has.`);
  if (column.kind === "date") {
    throw new ConfigError(
      `${where} has dates, which cannot be predicted. Give a column with numbers or classes.`,
    );
  }
  if (column.distinct < 2) {
    throw new DatasetError(
      `${where} has one value only, ${shownText(column.example)}: there is nothing to learn. Give another column.`,
    );
  }
}

/** Texts of which nearly every row has another are no classes. */
function checkClasses(table: string, { column, present }: Profile, { option }: Wording): void {
  if (column.distinct <= MOST_NUMBERS_AS_CLASSES || column.distinct <= present / 2) return;
  throw new DatasetError(
    `${table}, target ${shownText(column.name)} has ${thousands(column.distinct)} different texts in ${thousands(present)} rows ` +
      `(${shownText(column.example)}), they are no classes. Give another column; ${option("task", "classes")} takes it all the same.`,
  );
}

function taskAsSaid(
  task: Task["kind"],
  targets: readonly Profile[],
  names: readonly string[],
  wording: Wording,
): Task {
  const { where, option } = wording;
  const why = "as it was said";
  if (task === "classes") {
    if (targets.length > 1) {
      throw new ConfigError(
        `${where}${option("task", "classes")} has one target, not ${names.map(shownText).join(", ")}. ` +
          `Give one, or ${option("task", "flags")}.`,
      );
    }
    return { kind: task, target: names, why, classNames: classNamesOf(targets[0]!.column, wording) };
  }
  for (const profile of targets) {
    const { column } = profile;
    if (task === "flags" ? isBinary(profile) : column.kind === "number") continue;
    const expected = task === "flags" ? "yes and no, or 0 and 1" : "numbers";
    throw new ConfigError(
      `${where}${option("task", task)}: target ${shownText(column.name)} has values such as ${shownText(column.example)}, expected ${expected}. ` +
        `Leave ${option("task")} out, and it is found out.`,
    );
  }
  return { kind: task, target: names, why };
}

function taskOfSeveral(
  targets: readonly Profile[],
  names: readonly string[],
  { where, option }: Wording,
): Task {
  if (targets.every(isBinary)) return { kind: "flags", target: names, why: "each is yes or no" };
  if (targets.every(({ column }) => column.kind === "number")) {
    return { kind: "numbers", target: names, why: "all have numbers" };
  }
  const odd =
    targets.find(({ column }) => column.kind !== "number" && column.kind !== "boolean")?.column ??
    targets[0]!.column;
  throw new ConfigError(
    `${where}${option("target")}: several targets are either all numbers or all yes and no; ${shownText(odd.name)} has values such as ` +
      `${shownText(odd.example)}. Train a model for each kind.`,
  );
}
