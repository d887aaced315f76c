/**
 * Answers as text: CSV (csv.ts) and lines of JSON (jsonLines.ts), some rows at a time.
 *
 *   | targets | CSV                                                         | JSON                                            |
 *   | ------- | ----------------------------------------------------------- | ----------------------------------------------- |
 *   | classes | row, …, class, and the probability of each by its name      | row, …, class, probabilities by name            |
 *   | numbers | row, …, the number of each target                           | row, …, the number of each target               |
 *   | ranged  | the same, and lower.TARGET of each, upper.TARGET of each    | the same, and lower and upper by name           |
 *   | flags   | row, …, true or false for each target, probabilities.TARGET | row, …, true or false, and probabilities by name |
 *
 * "…" are cells of the input that were asked for, by their columns' names.
 */
import { ConfigError } from "../../errors.ts";
import { ENDS } from "../../model/intervals.ts";
import type { Cell } from "../../tables/table.ts";
import type { TargetKind } from "../../targets.ts";
import type { FloatArray, Precision } from "../../tensor.ts";

/** What answers are about. */
export interface AnswerShape {
  readonly kind: TargetKind;
  /** A name for each output: of classes that of the class, else that of the target. No two are equal. */
  readonly names: readonly string[];
  /** The precision of the outputs: their text reads back to the same float of it. */
  readonly precision: Precision;
  /** The columns of the input whose cells stand in the answers. */
  readonly kept: readonly string[];
  /** Whether numbers have ranges: the outputs of a row are the numbers, the lower ends, the upper ends. Default: they have none. */
  readonly ranged?: boolean | undefined;
}

/** Outputs of a row. */
export const widthOf = ({ names, ranged = false }: AnswerShape): number => names.length * (ranged ? 3 : 1);

/** The outputs for some rows. The arrays are valid only during the call. */
export interface AnswerBlock {
  /** The number of the first row. */
  readonly first: number;
  readonly count: number;
  /** (count, {@link widthOf}), row-major: probabilities; of numbers, the values in their own unit. */
  readonly outputs: FloatArray;
  /** For each kept column its cells, of which the first is of row `first`. */
  readonly kept: readonly ArrayLike<Cell>[];
}

/** Writes answers. */
export interface AnswerWriter {
  /** What comes before all rows. */
  readonly head: string;
  rows(block: AnswerBlock): string;
}

/** The names of what an answer has. */
export interface AnswerKeys {
  /** Of numbers and flags: a key for each target. */
  readonly targets: readonly string[];
  /** Of classes and flags, in CSV: a column for each probability. */
  readonly probabilities: readonly string[];
  /** Of numbers with ranges, in CSV: a column for each lower end, and for each upper one. */
  readonly ends: readonly string[];
}

/** The name, with as many prefixes in front as make it another than all before. It is then one of those. */
function claim(taken: Set<string>, name: string, prefix: string): string {
  let free = name;
  while (taken.has(free)) free = prefix + free;
  taken.add(free);
  return free;
}

/**
 * The names in answers, no two of a row the same: a class named as something before it gets "probabilities." in front, a target
 * "target.".
 * @throws ConfigError if a kept column has the name of something that every answer has
 */
export function answerKeys({ kind, names, kept, ranged = false }: AnswerShape): AnswerKeys {
  const fixed = {
    classes: ["row", "class", "probabilities"],
    numbers: ["row", ...(ranged ? ENDS : [])],
    flags: ["row", "probabilities"],
  };
  const taken = new Set(fixed[kind]);
  const targets = kind === "classes" ? [] : names.map((name) => claim(taken, name, "target."));
  const clash = kept.find((name, i) => taken.has(name) || kept.indexOf(name) < i);
  if (clash !== undefined) {
    const twice = kept.indexOf(clash) !== kept.lastIndexOf(clash) && !taken.has(clash);
    throw new ConfigError(
      twice
        ? `The column ${JSON.stringify(clash)} is to be kept twice. Name it once.`
        : `The column ${JSON.stringify(clash)} cannot be kept: the answers have something of that name (${[...taken].join(", ")}). ` +
            "Give the column another name in the file, or leave it out.",
    );
  }
  for (const name of kept) taken.add(name);
  // In CSV there is no column for all probabilities, so that a class may have that name.
  if (kind === "classes") taken.delete("probabilities");
  const probabilities =
    kind === "numbers"
      ? []
      : names.map((name) =>
          claim(taken, kind === "flags" ? `probabilities.${name}` : name, "probabilities."),
        );
  const ends = ranged
    ? ENDS.flatMap((end) => names.map((name) => claim(taken, `${end}.${name}`, `${end}.`)))
    : [];
  return { targets, probabilities, ends };
}

/** Whether there is nothing in the cell. */
export const isMissing = (cell: Cell): cell is null | undefined =>
  cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell));

/** A date as it is written: "2026-01-31T00:00:00.000Z"; "" for one that is none. */
export const dateText = (date: Date): string => (Number.isNaN(date.getTime()) ? "" : date.toISOString());
