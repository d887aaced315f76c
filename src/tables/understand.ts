/**
 * What a table's columns are for: features, targets, weights, groups, times, or nothing, and why. What would not help on new rows (ids,
 * constants, free text) is dropped; a user who knows better says so (--categorical, --numeric).
 */
import { ConfigError, DatasetError } from "../errors.ts";
import { thousands } from "../format/numbers.ts";
import { counted, pluralOf } from "../format/words.ts";
import { copiesOf } from "./copies.ts";
import { checkTableOptions, listedNames, shownText } from "./names.ts";
import { type Counted, countsOf, type Profile, profileOf, rangeOf } from "./profile.ts";
import { repeatedRows } from "./repeats.ts";
import type { ColumnRole, ColumnUnderstanding, Table, TableColumn, Understanding } from "./table.ts";
import { targetRows } from "./targets.ts";
import { taskOf } from "./task.ts";
import { asFlags, type WordedOptions, type Wording } from "./wording.ts";

/** Values of a category that are told. */
const MOST_TOLD = 20;
/** Texts of which there are more than these, and more than half as many as cells, are free text. */
const FEW_TEXTS = 20;
/** With so few rows, that all texts differ says nothing. */
const FEW_ROWS = 10;
/** With so few rows, that whole numbers follow one another says nothing. */
const FEW_NUMBERS = 20;

/**
 * Finds out what a table is.
 * @throws ConfigError if an option names no column, or asks for what the columns are not
 * @throws DatasetError if nothing can be learned from it: no rows, no feature, a target with one value; if a weight is negative
 */
export function understand(table: Table, options: WordedOptions = {}): Understanding {
  const { target = [], weight, group = [], time, drop = [], wording = asFlags } = options;
  checkTableOptions(table.name, [...table.columns.map(({ name }) => name), ...drop], options);
  const profiles = table.columns.map((column) => profileOf(column, table.rows));
  const warnings: string[] = [];
  const byName = new Map(profiles.map((profile) => [profile.column.name, profile]));
  if (target.length > 0 && table.rows === 0)
    throw new DatasetError(`${table.name} has no rows. Give a table with some.`);
  const task =
    target.length === 0
      ? undefined
      : taskOf(
          table.name,
          target.map((name) => byName.get(name)!),
          options,
        );
  if (weight !== undefined) checkWeights(table, byName.get(weight)!.column, wording);
  if (time !== undefined) checkTimes(byName.get(time)!.column, wording);
  const roles = rolesOf(profiles, options);
  const features = () => profiles.filter(({ column }) => roles.get(column.name)!.role === "feature");
  if (task !== undefined) {
    for (const { name, text, copy } of copiesOf(
      target.map((its) => byName.get(its)!),
      features(),
      wording,
    )) {
      warnings.push(text);
      if (copy) roles.set(name, { role: "dropped", why: `a copy of ${copy}` });
    }
  }
  if (features().length === 0) keepOne(table, profiles, roles, task === undefined ? undefined : wording);
  warnings.push(...warningsOf(table, byName, task, { group, time }));
  const told = new Set([...features().map(({ column }) => column.name), ...target]);
  const repeats = repeatedRows(
    table.columns.filter(({ name }) => told.has(name)),
    table.rows,
  );
  if (repeats > 0) {
    warnings.push(
      `${thousands(repeats)} ${pluralOf("row", repeats)} ${repeats === 1 ? "repeats" : "repeat"} another one in all columns that are used.`,
    );
  }
  const columns = profiles.map((profile) =>
    understandingOf(profile, roles.get(profile.column.name)!, task?.classNames),
  );
  return { rows: table.rows, columns, task, warnings };
}

interface Role {
  readonly role: ColumnRole;
  readonly why?: string | undefined;
}

function rolesOf(profiles: readonly Profile[], options: WordedOptions): Map<string, Role> {
  const { target = [], weight, group = [], time, drop = [], numeric = [], categorical = [] } = options;
  const { wording = asFlags } = options;
  const said = new Set([...numeric, ...categorical]);
  return new Map(
    profiles.map((profile): [string, Role] => {
      const { name, why } = profile.column;
      if (target.includes(name)) return [name, { role: "target", why }];
      if (name === weight) return [name, { role: "weight", why: "the weights of rows" }];
      if (group.includes(name))
        return [name, { role: "group", why: "rows with the same value stay together" }];
      if (name === time) return [name, { role: "time", why: "rows are held out in its order" }];
      if (drop.includes(name)) return [name, { role: "dropped", why: "as it was said" }];
      const useless = emptyOrConstant(profile) ?? (said.has(name) ? undefined : uselessOf(profile));
      if (useless !== undefined) return [name, { role: "dropped", why: useless }];
      return [
        name,
        {
          role: "feature",
          why: said.has(name) ? (why ?? "as it was said") : (why ?? hintOf(profile, wording)),
        },
      ];
    }),
  );
}

function emptyOrConstant({ column, present, rows }: Profile): string | undefined {
  if (present === 0) return rows === 0 ? "it has no rows" : "empty: no row has a value";
  if (column.kind === "text") return `free text: more than ${thousands(column.distinct)} different values`;
  if (column.distinct === 1 && present === rows) return `a constant: always ${shownText(column.example)}`;
  return undefined;
}

/** Names of columns that number rows, in the forms PassengerId, passenger_id, id, ID, "Unnamed: 0". */
const ID_NAME =
  /^(?:id|uuid|guid|index|idx|key|row|rowid|rownames|row_names|nr|unnamed: \d+)$|[_ .-](?:id|ID|Id|uuid|guid|key|index|idx)$|[a-z](?:Id|ID|Uuid|UUID|Key|Index)$|^(?:id|ID|Id)[_ .-]/;
const isIdName = (name: string): boolean => ID_NAME.test(name) || ID_NAME.test(name.toLowerCase().trim());
const UUID = /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;
const TIME_NAME = /year|month|week|day|hour|date|time|jahr|monat|tag|age|alter/i;

/** Why a column would not help on new rows; undefined if it may. */
function uselessOf(profile: Profile): string | undefined {
  const { column, present, rows, unique } = profile;
  const { name, kind, distinct } = column;
  if (kind === "category") {
    if (unique && present > 2 && (isIdName(name) || column.values!.every((value) => UUID.test(value)))) {
      return "an id: each row has another value";
    }
    const free = unique ? present >= FEW_ROWS : distinct > FEW_TEXTS && distinct > present / 2;
    if (!free) return undefined;
    const such = `, such as ${shownText(column.example)}`;
    if (unique && present === rows) return `free text: each row has another value${such}`;
    return `free text: ${thousands(distinct)} different values in ${counted(present, "row")}${such}`;
  }
  if (kind !== "number" || !profile.whole || !unique || present !== rows) return undefined;
  if (isIdName(name) && present > 2) return "an id: each row has another number";
  if (present < FEW_NUMBERS || TIME_NAME.test(name)) return undefined;
  const { low, high } = profile;
  return high - low + 1 === present && (low === 0 || low === 1)
    ? `an id: it numbers the rows from ${low}`
    : undefined;
}

/** What could surprise in a column that is a feature. */
function hintOf({ column, whole, low, high, present }: Profile, { option }: Wording): string | undefined {
  const { kind, distinct, name } = column;
  if (kind === "number" && whole && distinct > 2 && distinct <= MOST_TO_HINT && present >= ROWS_TO_HINT) {
    return `${distinct} different whole numbers: ${option("categorical")} if they are codes`;
  }
  if (kind === "number" && distinct === 2 && !(low === 0 && high === 1)) return "two values only";
  if (kind === "number" && whole && isIdName(name)) return "an id by its name, but its values repeat";
  return undefined;
}
const ROWS_TO_HINT = 50;
const MOST_TO_HINT = 7;

/**
 * Something must be learned from: of what was dropped, an id or a text that is all there is stays.
 * @param needed how the error writes options; undefined if there need not be anything
 */
function keepOne(
  table: Table,
  profiles: readonly Profile[],
  roles: Map<string, Role>,
  needed: Wording | undefined,
): void {
  const kept = profiles.filter(({ column }) => {
    const { role, why } = roles.get(column.name)!;
    return role === "dropped" && column.kind === "number" && /^an id/.test(why ?? "");
  });
  for (const { column } of kept)
    roles.set(column.name, { role: "feature", why: "looks like an id, but there is nothing else" });
  if (kept.length > 0 || needed === undefined) return;
  const dropped = [...roles].filter(([, { role }]) => role === "dropped");
  const reasons = dropped.slice(0, 5).map(([name, { why }]) => `${shownText(name)} is ${why}`);
  throw new DatasetError(
    `${table.name} has no column to predict from${reasons.length === 0 ? "" : `: ${reasons.join("; ")}`}. ` +
      `Give a table with more columns, or say what one is: ${needed.option("categorical")} or ${needed.option("numeric")}.`,
  );
}

function checkWeights(table: Table, column: TableColumn, { where, option }: Wording): void {
  if (column.kind !== "number") {
    throw new ConfigError(
      `${where}${option("weight")}: column ${shownText(column.name)} has no numbers. Give one with numbers from 0 on.`,
    );
  }
  let sum = 0;
  for (let row = 0; row < table.rows; row++) {
    const value = column.cells[row]!;
    if (value >= 0) {
      sum += value;
      continue;
    }
    const what = Number.isNaN(value) ? "is missing" : `is ${value}`;
    throw new DatasetError(
      `${table.name}, ${table.place(row)}, column ${shownText(column.name)}: the weight ${what}, expected a number from 0 on. Correct it.`,
    );
  }
  if (sum === 0 && table.rows > 0) {
    throw new DatasetError(
      `${table.name}, column ${shownText(column.name)}: all weights are 0. Give at least one row a weight.`,
    );
  }
}

/** @throws ConfigError unless a column has numbers or dates, which tell what is later */
function checkTimes({ name, kind, example, why }: TableColumn, { where, option }: Wording): void {
  if (kind === "number" || kind === "date") return;
  const has =
    example === ""
      ? "no values"
      : `${kind === "boolean" ? "yes and no" : "texts"}, such as ${shownText(example)}`;
  const isCode = /^codes/.test(why ?? "");
  throw new ConfigError(
    `${where}${option("time")}: column ${shownText(name)} has ${has}, expected numbers, or dates such as 2025-12-31. ` +
      (isCode ? `Give ${option("numeric", name)}.` : "Write its cells so, or name another column."),
  );
}

function warningsOf(
  table: Table,
  byName: ReadonlyMap<string, Profile>,
  task: Understanding["task"],
  { group, time }: { readonly group: readonly string[]; readonly time: string | undefined },
): string[] {
  const warnings: string[] = [];
  if (task !== undefined) {
    const without = table.rows - targetRows(table, task.target).length;
    if (without > 0) {
      const names = listedNames(task.target);
      warnings.push(
        `${thousands(without)} ${pluralOf("row", without)} without ${names} ${without === 1 ? "is" : "are"} left out.`,
      );
    }
    if (task.kind === "classes") {
      warnings.push(...smallClasses(countsOf(byName.get(task.target[0]!)!.column)));
    }
  }
  for (const name of group) {
    const { missing } = byName.get(name)!.column;
    if (missing > 0)
      warnings.push(`Group ${shownText(name)} is missing in ${counted(missing, "row")}: they are one group.`);
  }
  const timeless = time === undefined ? 0 : byName.get(time)!.column.missing;
  if (timeless > 0) {
    warnings.push(
      `Time ${shownText(time!)} is missing in ${counted(timeless, "row")}: ${timeless === 1 ? "it is" : "they are"} taken for the earliest.`,
    );
  }
  return warnings;
}

/** Classes with fewer rows are told. */
const FEW_ROWS_OF_A_CLASS = 5;

function smallClasses(counts: readonly Counted[]): string[] {
  const small = counts.filter(({ count }) => count < FEW_ROWS_OF_A_CLASS);
  const single = small.filter(({ count }) => count === 1);
  const others = small.filter(({ count }) => count > 1);
  const names = (some: readonly Counted[]) => listedNames(some.map(({ value }) => value));
  const [its, has] = [
    pluralOf("class", single.length).replace("classs", "classes"),
    single.length === 1 ? "has" : "have",
  ];
  return [
    ...(single.length === 0
      ? []
      : [`The ${its} ${names(single)} ${has} one row only: what is learned of it cannot be checked.`]),
    ...others
      .slice(0, 5)
      .map(
        ({ value, count }) =>
          `The class ${shownText(value)} has ${count} rows only: too few to be learned well.`,
      ),
    ...(others.length > 5
      ? [`${others.length - 5} more classes have fewer than ${FEW_ROWS_OF_A_CLASS} rows.`]
      : []),
  ];
}

function understandingOf(
  profile: Profile,
  { role, why }: Role,
  classNames?: readonly string[],
): ColumnUnderstanding {
  const { column } = profile;
  const { name, kind, missing, missingAs, distinct, example } = column;
  const counts = kind === "category" || kind === "boolean" || (role === "target" && classNames !== undefined);
  const categories: Counted[] | undefined = counts ? countsOf(column).slice(0, MOST_TOLD) : undefined;
  return {
    name,
    role,
    kind,
    why,
    missing,
    missingAs,
    distinct,
    range: rangeOf(profile),
    categories,
    example,
  };
}
