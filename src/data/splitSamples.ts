/** Training, validation and test sets from samples of one's own. */
import { ConfigError } from "../errors.ts";
import { checkOptions, isNumber, requireInteger, shown } from "../options.ts";
import { permutation, Random } from "../random.ts";
import { targetsOf } from "../targets.ts";
import type { Samples } from "./dataset.ts";
import { ascending, numbered, requireEntries } from "./entries.ts";

export interface SamplesSplitOptions {
  /** A share of the samples, 0 < share < 1, which is rounded and at least one sample; or their number, ≥ 0. Default: 0. */
  readonly validation?: number;
  /** The same for the test set. Default: 0. */
  readonly test?: number;
  /**
   * Whether each class has its share of every set: `true` for the samples' own classes, or a class for each sample.
   * Default: false.
   */
  readonly stratify?: boolean | ArrayLike<unknown>;
  /** A group for each sample, such as a patient: the samples of a group are in one set. Default: none. */
  readonly group?: ArrayLike<unknown>;
  /** A time for each sample, numbers or dates: the earliest are for training, the latest for the test. Default: none. */
  readonly time?: ArrayLike<number | Date>;
  /** The rows of each set, counted from 0. `train` is by default all that are in no other set. Default: none given. */
  readonly given?: {
    readonly train?: ArrayLike<number>;
    readonly validation?: ArrayLike<number>;
    readonly test?: ArrayLike<number>;
  };
  /** Decides which samples are taken, and the order of all. Default: 1. */
  readonly seed?: number;
}

export interface SamplesSplit {
  readonly train: Samples;
  /** Undefined if none were asked for. */
  readonly validation: Samples | undefined;
  readonly test: Samples | undefined;
}

const WHERE = "splitDataset";
const OPTIONS = ["validation", "test", "stratify", "group", "time", "given", "seed"] as const;
/** The ways to split that exclude each other. */
const WAYS = ["stratify", "group", "time", "given"] as const;

type SetName = "train" | "validation" | "test";
/** The rows of each set. */
export type SplitRows = Readonly<Record<SetName, ArrayLike<number>>>;
type Sizes = Readonly<Record<"validation" | "test", number>>;

/**
 * Splits samples.
 * - By default at random. The order of every set is random as well, here and in the next two.
 * - `stratify`: the samples that are held out are divided among the classes in proportion, by largest remainders (between
 *   equal ones, the larger class first, then the one that comes first), so that a class is at most one sample off its share;
 *   those of each class are divided between validation and test in the same way. Every class keeps a sample to train on. A
 *   class that is rarer than 1 in the size of a set may be missing from it.
 * - `group`: the groups, in random order, each go where most samples are lacking, so that the sizes are only near those asked
 *   for; no set that was asked for stays empty.
 * - `time`: in the order of time, and of rows where it is the same; nothing is random.
 * - `given`: as given, in the order given.
 *
 * @throws ConfigError if an option is out of its range, an array has another length than there are samples, two ways are
 *   asked for at once, or nothing would be left to train on
 */
export function splitSamples(samples: Samples, options: SamplesSplitOptions = {}): SamplesSplit {
  checkOptions(WHERE, options, OPTIONS);
  const { stratify } = options;
  const own = stratify === true ? { stratify: ownClasses(samples) } : {};
  const rows = splitRows(samples.count, { ...options, ...own });
  const set = (name: SetName) => samples.select(Uint32Array.from(rows[name]));
  return {
    train: set("train"),
    validation: rows.validation.length === 0 ? undefined : set("validation"),
    test: rows.test.length === 0 ? undefined : set("test"),
  };
}

/**
 * The rows of each set of a split of `count` rows.
 * @param options.stratify a class for each row
 * @throws as {@link splitSamples}
 */
export function splitRows(count: number, options: SamplesSplitOptions): SplitRows {
  const asked = WAYS.filter((each) => options[each] !== undefined && options[each] !== false);
  if (asked.length > 1) {
    throw new ConfigError(`${WHERE}: ${asked.join(" and ")} exclude each other. Give one of them.`);
  }
  const [way] = asked;
  const { stratify, group, time, given, seed = 1 } = options;
  if (given !== undefined) {
    const other = (["validation", "test", "seed"] as const).find((name) => options[name] !== undefined);
    if (other !== undefined) throw new ConfigError(`${WHERE}: given and ${other} exclude each other.`);
    return givenRows(count, given);
  }
  requireInteger(`${WHERE}: seed`, seed, 0);
  const sizes = sizesOf(count, options);
  if (way === "time") return inTime(requireEntries(`${WHERE}: time`, time!, count), sizes);
  const order = permutation(count, new Random(seed, "split"));
  if (way === "stratify") {
    return stratified(
      order,
      requireEntries(`${WHERE}: stratify`, stratify as ArrayLike<unknown>, count),
      sizes,
    );
  }
  if (way === "group") return grouped(order, requireEntries(`${WHERE}: group`, group!, count), sizes);
  return cut(order, sizes);
}

/** The first rows for validation, the next for the test, the others to train on. */
function cut(order: Uint32Array, { validation, test }: Sizes): SplitRows {
  return {
    validation: order.subarray(0, validation),
    test: order.subarray(validation, validation + test),
    train: order.subarray(validation + test),
  };
}

function sizesOf(count: number, options: SamplesSplitOptions): Sizes {
  const size = (name: "validation" | "test") => {
    const value: unknown = options[name] ?? 0;
    if (isNumber(value) && value > 0 && value < 1) return Math.max(1, Math.round(value * count));
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw new ConfigError(
      `${WHERE}: ${name} is ${shown(value)}, expected a share between 0 and 1 or a number of samples ≥ 0.`,
    );
  };
  const sizes = { validation: size("validation"), test: size("test") };
  if (sizes.validation + sizes.test < count) return sizes;
  throw new ConfigError(
    `${WHERE}: ${sizes.validation} samples for validation and ${sizes.test} for the test leave nothing to train on of ` +
      `${count}. Ask for fewer.`,
  );
}

/** The classes of samples that are in memory. */
function ownClasses(samples: Samples): ArrayLike<unknown> {
  const { kind } = targetsOf(samples);
  if (kind !== "classes") {
    throw new ConfigError(
      `${WHERE}: stratify is true, but the samples have ${kind}. Give an array with a class for each sample.`,
    );
  }
  const labels = samples.labels?.();
  if (labels !== undefined) return labels;
  throw new ConfigError(
    `${WHERE}: stratify is true, but the samples must be read to know their classes. Give an array with a class for each.`,
  );
}

/**
 * Divides `total` in proportion to `weights` by largest remainders, none above its limit.
 * @param limits their sum is ≥ total, and each is ≥ the whole part of its share
 */
function apportion(total: number, weights: readonly number[], limits: readonly number[]): number[] {
  const sum = BigInt(weights.reduce((a, b) => a + b, 0));
  const products = weights.map((weight) => BigInt(total) * BigInt(weight));
  const parts = products.map((product) => (sum === 0n ? 0 : Number(product / sum)));
  const order = weights
    .map((weight, index) => ({ weight, index, rest: sum === 0n ? 0n : products[index]! % sum }))
    .sort((a, b) =>
      a.rest === b.rest ? b.weight - a.weight || a.index - b.index : a.rest > b.rest ? -1 : 1,
    );
  let left = total - parts.reduce((a, b) => a + b, 0);
  while (left > 0) {
    for (const { index } of order) {
      if (left === 0 || parts[index]! >= limits[index]!) continue;
      parts[index]!++;
      left--;
    }
  }
  return parts;
}

function stratified(order: Uint32Array, classes: ArrayLike<unknown>, { validation, test }: Sizes): SplitRows {
  const { numbers, counts } = numbered(classes);
  const heldOut = validation + test;
  if (heldOut > order.length - counts.length) {
    throw new ConfigError(
      `${WHERE}: ${heldOut} samples held out of ${order.length} leave not every one of ${counts.length} classes a sample ` +
        "to train on. Ask for fewer, or leave stratify out.",
    );
  }
  const out = apportion(
    heldOut,
    counts,
    counts.map((count) => count - 1),
  );
  const forValidation = apportion(validation, out, out);
  const taken = new Uint32Array(counts.length);
  const sets: Record<SetName, number[]> = { train: [], validation: [], test: [] };
  for (const row of order) {
    const number = numbers[row]!;
    const before = taken[number]!++;
    const name = before < forValidation[number]! ? "validation" : before < out[number]! ? "test" : "train";
    sets[name].push(row);
  }
  return sets;
}

function grouped(order: Uint32Array, groups: ArrayLike<unknown>, sizes: Sizes): SplitRows {
  const { numbers, counts } = numbered(groups);
  const lacking: Record<SetName, number> = {
    train: order.length - sizes.validation - sizes.test,
    ...sizes,
  };
  const names = (["train", "validation", "test"] as const).filter((name) => lacking[name] > 0);
  if (counts.length < names.length) {
    throw new ConfigError(
      `${WHERE}: there are ${counts.length} groups for ${names.length} sets, expected at least one for each. Ask for fewer sets.`,
    );
  }
  const setOf: (SetName | undefined)[] = counts.map(() => undefined);
  const sets: Record<SetName, number[]> = { train: [], validation: [], test: [] };
  let groupsLeft = counts.length;
  for (const row of order) {
    const group = numbers[row]!;
    if (setOf[group] === undefined) {
      // The last groups are for the sets that have none yet.
      const empty = names.filter((name) => sets[name].length === 0);
      const among = empty.length === groupsLeft ? empty : names;
      const name = among.reduce((a, b) => (lacking[b] > lacking[a] ? b : a));
      setOf[group] = name;
      lacking[name] -= counts[group]!;
      groupsLeft--;
    }
    sets[setOf[group]!].push(row);
  }
  return sets;
}

function inTime(times: ArrayLike<number | Date>, { validation, test }: Sizes): SplitRows {
  const moments = Float64Array.from({ length: times.length }, (_, row) => {
    const time: unknown = times[row];
    const moment = time instanceof Date ? time.getTime() : time;
    if (isNumber(moment) && !Number.isNaN(moment)) return moment;
    throw new ConfigError(`${WHERE}: time[${row}] is ${shown(time)}, expected a number or a date.`);
  });
  const { order } = ascending(moments);
  const train = order.length - validation - test;
  return {
    train: order.subarray(0, train),
    validation: order.subarray(train, train + validation),
    test: order.subarray(train + validation),
  };
}

function givenRows(count: number, given: NonNullable<SamplesSplitOptions["given"]>): SplitRows {
  checkOptions(`${WHERE}: given`, given, ["train", "validation", "test"]);
  const owner: (SetName | undefined)[] = Array.from({ length: count });
  const check = (name: SetName): number[] => {
    const rows: unknown = given[name] ?? [];
    const length = (rows as Partial<ArrayLike<number>> | null)?.length;
    if (typeof rows !== "object" || !Number.isSafeInteger(length) || length! < 0) {
      throw new ConfigError(
        `${WHERE}: given.${name} is ${shown(rows)}, expected an array of numbers of samples.`,
      );
    }
    return Array.from(rows as ArrayLike<number>, (row, i) => {
      const place = `${WHERE}: given.${name}[${i}] is ${shown(row)}`;
      if (!Number.isInteger(row) || row < 0 || row >= count) {
        throw new ConfigError(`${place}, expected an integer from 0 to ${count - 1}.`);
      }
      if (owner[row] !== undefined) {
        throw new ConfigError(`${place}, which is in ${owner[row]} already. Give every sample once.`);
      }
      owner[row] = name;
      return row;
    });
  };
  const [validation, test] = [check("validation"), check("test")];
  const train =
    given.train === undefined
      ? Array.from(owner.keys()).filter((row) => owner[row] === undefined)
      : check("train");
  if (train.length > 0) return { train, validation, test };
  throw new ConfigError(`${WHERE}: given leaves nothing to train on. Give train some samples.`);
}
