/** How the samples of a user's own file are split: for data that nobody has split before. */
import { ConfigError } from "../errors.ts";
import { counted } from "../format/words.ts";
import { isNumber, requireInteger, shown } from "../options.ts";
import { ascending, type HeldOutBy, nearest } from "./entries.ts";
import { validationCount } from "./split.ts";
import { splitRows } from "./splitSamples.ts";

/** The share of the samples that is for validation, unless something else is said. */
export const VALIDATION_SHARE = 0.2;

export interface OwnSplitOptions extends HeldOutBy {
  /** What is split, for errors. */
  readonly name: string;
  /** Samples for validation, or their share below 1. Default: {@link VALIDATION_SHARE}. */
  readonly validation?: number | undefined;
  /** Keeps only the first so many training samples, of times the last ones, ≥ 1. Default: all. */
  readonly limit?: number | undefined;
  /** Decides which samples are taken, and their order. Default: 1. */
  readonly seed?: number | undefined;
  /** What stands for the class of each sample: classes have their share of both sets, unless there are groups or times. */
  readonly classes?: ArrayLike<unknown> | undefined;
}

export interface OwnSplit {
  /** Numbers of samples. */
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** What a user should know of it, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Splits `count` samples. Each class keeps one to train on: a share for validation makes room for them, a number does so where it
 * can. With groups and times the number is only near to that.
 * @throws ConfigError if a number for validation leaves nothing to train on, or a number is none
 */
export function splitOwn(
  count: number,
  { name, validation = VALIDATION_SHARE, limit, seed = 1, classes, groups, times }: OwnSplitOptions,
): OwnSplit {
  const isShare = isNumber(validation) && validation > 0 && validation < 1;
  if (!isShare && !(Number.isSafeInteger(validation) && validation >= 0 && validation < count)) {
    throw new ConfigError(
      `${shown(validation)} samples for validation were asked for, expected an integer from 0 to ${count - 1}, or a share below 1: ` +
        `${name} has ${counted(count, "sample")} to train on.`,
    );
  }
  if (limit !== undefined) requireInteger("The limit", limit);
  if (times !== undefined) return inTime(count, times, validationCount(validation, count), limit);
  const sets = groups ?? classes;
  const kinds = sets === undefined ? 1 : new Set(Array.from(sets)).size;
  const wanted = validationCount(validation, count);
  // Of groups one at least is for training.
  const most = groups === undefined ? count - kinds : kinds > 1 ? count - 1 : 0;
  const held = isShare ? Math.min(wanted, most) : wanted;
  const options = { validation: held, seed };
  const rows =
    held === 0
      ? splitRows(count, options)
      : groups !== undefined
        ? splitRows(count, { ...options, group: groups })
        : splitRows(
            count,
            held <= most && classes !== undefined ? { ...options, stratify: classes } : options,
          );
  const train = Uint32Array.from(rows.train);
  const why = groups === undefined ? "each class keeps one to train on" : "there is but one group";
  return {
    train: limit === undefined ? train : train.slice(0, limit),
    validation: Uint32Array.from(rows.validation),
    warnings:
      held < wanted ? [`${counted(held, "sample")} for validation in place of ${wanted}: ${why}.`] : [],
  };
}

/** The latest samples for validation, as near to so many as a cut between two times comes. */
function inTime(
  count: number,
  times: ArrayLike<number>,
  wanted: number,
  limit: number | undefined,
): OwnSplit {
  const { ends } = ascending(times);
  const isSingle = ends.length === 1;
  const first = wanted === 0 || isSingle ? count : ends[nearest(ends, count - wanted, 0, ends.length - 2)]!;
  const rows = splitRows(count, { time: times, validation: count - first });
  const train = Uint32Array.from(rows.train);
  return {
    train: limit === undefined ? train : train.slice(-limit),
    validation: Uint32Array.from(rows.validation),
    warnings:
      wanted > 0 && isSingle
        ? [`0 samples for validation in place of ${wanted}: all are of the same time.`]
        : [],
  };
}
