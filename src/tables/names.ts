/** The names of columns that a user has given: each must be one of the table's. */
import { ConfigError } from "../errors.ts";
import { listed } from "../format/words.ts";
import { asFlags, type WordedOptions } from "./wording.ts";

/** Names that an error lists at most. */
const MOST_LISTED = 20;

/** How many letters must be put in, left out, changed or swapped with the next to make one text of another; at most `most` + 1. */
function editsBetween(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(change, last[j]! + 1, row[j - 1]! + 1, swapped ? before[j - 2]! + 1 : change));
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}

const plain = (name: string) => name.toLowerCase().replace(/[\s_.-]+/g, "");

/** The name that is probably meant, if one is near. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const wanted = plain(given.slice(0, 100));
  const most = Math.max(1, Math.floor(wanted.length / 3));
  let nearest: string | undefined;
  let fewest = most + 1;
  for (const name of names) {
    const edits = editsBetween(wanted, plain(name.slice(0, 100)), most);
    if (edits < fewest) [nearest, fewest] = [name, edits];
  }
  return nearest;
}

/** Names as errors list them: quoted, and not too many of them. */
export function listedNames(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const some = names.slice(0, MOST_LISTED).map((name) => shownText(name));
  return names.length > some.length
    ? `${some.join(", ")} and ${names.length - some.length} more`
    : listed(some);
}

const LONGEST = 60;

/** A text from a file as errors show it: in quotes, and not too long. */
export const shownText = (text: string): string =>
  JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/**
 * Checks what a user has said of the columns of a table.
 * @param names its columns
 * @throws ConfigError if a name is none of them, or if what is said of one contradicts
 */
export function checkTableOptions(table: string, names: readonly string[], options: WordedOptions): void {
  const { where, option: written } = options.wording ?? asFlags;
  const { target = [], drop = [], numeric = [], categorical = [], weight, group = [], time } = options;
  const known = new Set(names);
  const [weights, times] = [weight, time].map((name) => (name === undefined ? [] : [name]));
  const said = { target, drop, numeric, categorical, weight: weights!, group, time: times! };
  for (const [name, given] of Object.entries(said)) {
    const option = written(name as keyof typeof said);
    for (const column of given) {
      if (known.has(column)) continue;
      const nearest = nearestName(column, names);
      const hint = nearest === undefined ? "" : ` Did you mean ${shownText(nearest)}?`;
      throw new ConfigError(
        `${where}${option}: ${table} has no column ${shownText(column)}.${hint} Its columns are ${listedNames(names)}.`,
      );
    }
    const twice = given.find((column, i) => given.indexOf(column) !== i);
    if (twice !== undefined) throw new ConfigError(`${where}${option} names ${shownText(twice)} twice.`);
  }
  if (time !== undefined && group.length > 0) {
    throw new ConfigError(
      `${where}${written("time")} and ${written("group")} exclude each other: rows are held out by their time, or by their group. ` +
        "Leave one of them out.",
    );
  }
  const exclusive = [
    ["target", "drop"],
    ["target", "weight"],
    ["target", "group"],
    ["weight", "drop"],
    ["weight", "group"],
    ["weight", "categorical"],
    ["group", "drop"],
    ["target", "time"],
    ["weight", "time"],
    ["time", "drop"],
    ["time", "categorical"],
    ["numeric", "categorical"],
  ] as const;
  for (const [one, other] of exclusive) {
    const both = said[one].find((name) => said[other].includes(name));
    if (both !== undefined) {
      throw new ConfigError(
        `${where}${written(one)} and ${written(other)} both name ${shownText(both)}. Leave it out of one of them.`,
      );
    }
  }
}
