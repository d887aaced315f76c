/** The kinds of values that a setting can have: how each is read from text, checked in a file, and written. */
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import type { RateFactors } from "../optimizers/index.ts";
import type { ParamValue } from "../tuner/searchSpace.ts";
import { type Range, integer as readInteger, number as readNumber } from "./parse.ts";
import { areRateFactors, RATE_FACTORS, readRateFactors, writeRateFactors } from "./rateFactors.ts";
import { areWeights, readWeights, type Weights, writeWeights } from "./weights.ts";

/** A kind of value. */
export interface SettingType<T> {
  /** Reads the value after a flag, or in an environment variable. @throws ConfigError with what is expected */
  readonly read: (text: string) => T;
  /** The values that a JSON file may have. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** The names that can be chosen. */
  readonly choices?: readonly string[];
  /** The kind of range that a search can draw it from, if it can. */
  readonly range?: "number" | "integer";
  /**
   * Reads the value in a search space; `schema` checks it afterwards. Default: the text itself.
   * @throws ConfigError with what is expected
   */
  readonly readChoice?: (text: string) => ParamValue;
  /** The value of the flag without an argument. A setting that has one has --no-FLAG, too, which gives false. */
  readonly bare?: T;
  /** Whether the value is written "none". */
  readonly isNone?: (value: unknown) => boolean;
  /** How the value is written after its flag. Default: as String() has it. */
  readonly write?: (value: unknown) => string;
  /** The type of a list's members, which a search can choose one by one. */
  readonly member?: SettingType<ParamValue>;
}

const MOST = Number.MAX_SAFE_INTEGER;

/** An integer in a file. */
export const wholeNumber = (low: number, high = MOST) =>
  v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

/** A finite number ≥ low in a file. */
export const atLeast = (low: number) => v.pipe(v.number(), v.finite(), v.minValue(low));

const readAnyNumber = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));

/** An integer ≥ low. */
export const integer = (
  low: number,
  schema: v.GenericSchema<unknown, number> = wholeNumber(low),
): SettingType<number> => ({
  read: readInteger(low),
  schema,
  range: "integer",
  readChoice: readAnyNumber,
});

/** A finite number in a range in a file. */
const within = ({ above, least = 0, most, below }: Range): v.GenericSchema<unknown, number> =>
  v.pipe(
    v.number(),
    v.finite(),
    above === undefined ? v.minValue(least) : v.gtValue(above),
    below === undefined ? v.maxValue(most ?? Number.MAX_VALUE) : v.ltValue(below),
  );

/** A finite number ≥ low, or in a range. */
export const number = (
  low: number | Range,
  schema: v.GenericSchema<unknown, number> = typeof low === "number" ? atLeast(low) : within(low),
): SettingType<number> => ({
  read: readNumber(typeof low === "number" ? { least: low } : low),
  schema,
  range: "number",
  readChoice: readAnyNumber,
});

/** A number from 0 to below 1. */
export const shareBelowOne = (): SettingType<number> => ({
  ...number(0, v.pipe(v.number(), v.minValue(0), v.ltValue(1))),
  read(text) {
    const value = readAnyNumber(text);
    if (!(value >= 0 && value < 1)) throw new ConfigError("Expected a number from 0 to below 1.");
    return value;
  },
});

const COUNT_OR_SHARE = "an integer ≥ 0, or a share below 1";

/** A number of samples, ≥ 0, or a share of them, above 0 and below 1. */
export const countOrShare = (): SettingType<number> => ({
  read(text) {
    const value = readAnyNumber(text);
    if (isCountOrShare(value)) return value;
    throw new ConfigError(`Expected ${COUNT_OR_SHARE}.`);
  },
  schema: v.pipe(v.number(), v.check(isCountOrShare, COUNT_OR_SHARE)),
  range: "integer",
  readChoice: readAnyNumber,
});

const isCountOrShare = (value: number): boolean =>
  (Number.isSafeInteger(value) && value >= 0) || (value > 0 && value < 1);

/** Any text. */
export const text = (): SettingType<string> => ({ read: (given) => given, schema: v.string() });

/** A text that the reader takes. @param expected what it takes, as an error of a file says it */
export const checkedText = (read: (given: string) => string, expected: string): SettingType<string> => ({
  read,
  schema: v.pipe(
    v.string(),
    v.check((given) => isRead(read, given), expected),
  ),
  readChoice: read,
});

function isRead(read: (given: string) => string, given: string): boolean {
  try {
    read(given);
    return true;
  } catch {
    return false;
  }
}

const picklist = <T extends string>(names: readonly T[]) => v.picklist(names as readonly [T, ...T[]]);

/** What other programs call a choice. */
type Words = Readonly<Record<string, string>>;

/** @throws ConfigError unless the text is one of the names */
function readName<T extends string>(names: readonly T[], given: string, words: Words = {}): T {
  if ((names as readonly string[]).includes(given)) return given as T;
  const meant = Object.hasOwn(words, given.toLowerCase()) ? words[given.toLowerCase()] : undefined;
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new ConfigError(`Allowed choices are ${names.join(", ")}.${hint}`);
}

/** One of some names. */
export const choice = <T extends string>(names: readonly T[], words: Words = {}): SettingType<T> => ({
  read: (given) => readName(names, given, words),
  schema: picklist(names),
  choices: names,
});

const NO = ["false", "no", "none", "0"];
const YES = ["true", "yes", "1"];

/** One of some names, or false for none of them. @param bare what the flag alone stands for */
export const choiceOrNone = <T extends string>(names: readonly T[], bare: T): SettingType<T | false> => ({
  read: (given) => readName(names, given),
  schema: v.union([v.literal(false), picklist(names)]),
  choices: names,
  readChoice: (given) => (NO.includes(given) ? false : given),
  bare,
  isNone: (value) => value === false,
});

/** True or false. */
export const yesOrNo = (): SettingType<boolean> => ({
  read(given) {
    if (YES.includes(given)) return true;
    if (NO.includes(given)) return false;
    throw new ConfigError("Allowed choices are yes, no, true, false, 1, 0.");
  },
  schema: v.boolean(),
  readChoice: (given) => (NO.includes(given) ? false : YES.includes(given) ? true : given),
  bare: true,
});

/** Some integers ≥ 1, or none. */
export function integers(
  read: (text: string) => number[],
  { largest, longest }: { readonly largest: number; readonly longest: number },
): SettingType<readonly number[]> {
  const one = wholeNumber(1, largest);
  return {
    read,
    schema: v.pipe(v.array(one), v.maxLength(longest)),
    readChoice: read,
    isNone: (value) => Array.isArray(value) && value.length === 0,
    member: { read: readInteger(1), schema: one, range: "integer", readChoice: readAnyNumber },
  };
}

/**
 * Some of these names, in the order in which they are given.
 * @param options.orNone whether there may be none, as of "none". Default: true
 */
export const someOf = <T extends string>(
  names: readonly T[],
  { orNone = true }: { readonly orNone?: boolean } = {},
): SettingType<readonly T[]> => ({
  read(given) {
    if (orNone && given === "none") return [];
    const chosen = given.split(",").map((name) => readName(names, name.trim()));
    const twice = chosen.find((name, i) => chosen.indexOf(name) < i);
    if (twice !== undefined) throw new ConfigError(`${twice} is there twice.`);
    return chosen;
  },
  schema: v.pipe(
    v.array(picklist(names)),
    v.minLength(orNone ? 0 : 1),
    v.check((chosen) => new Set(chosen).size === chosen.length, "names that differ"),
  ) as unknown as v.GenericSchema<unknown, readonly T[]>,
  choices: names,
  ...(orNone && { isNone: (value: unknown) => Array.isArray(value) && value.length === 0 }),
});

/** An integer from low to high, or "auto". */
export const integerOrAuto = (low: number, high: number): SettingType<number | "auto"> => ({
  read(given) {
    if (given === "auto") return given;
    try {
      return readInteger(low, high)(given);
    } catch {
      throw new ConfigError(`Expected an integer from ${low} to ${high}, or auto.`);
    }
  },
  schema: v.union([v.literal("auto"), wholeNumber(low, high)]),
});

/** "balanced", or a weight for each of some names: "cat=2,dog=0.5". */
export const balancedOrWeights = (): SettingType<"balanced" | Weights> => ({
  read: (given) => (given === "balanced" ? given : readWeights(given)),
  // valibot's record would pass over a class with the name "constructor".
  schema: v.pipe(
    v.unknown(),
    v.check(
      (value) => value === "balanced" || areWeights(value),
      "balanced, or weights by class, each a finite number ≥ 0",
    ),
  ) as unknown as v.GenericSchema<unknown, "balanced" | Weights>,
  write: (value) => (value === "balanced" ? value : writeWeights(value as Weights)),
});

/** Factors of the learning rate, or false for none: "scale=6,weight=fan-in". */
export const rateFactorsOrNone = (): SettingType<RateFactors | false> => ({
  read: readRateFactors,
  schema: v.pipe(
    v.unknown(),
    v.check((value) => value === false || areRateFactors(value), RATE_FACTORS),
  ) as unknown as v.GenericSchema<unknown, RateFactors | false>,
  isNone: (value) => value === false,
  write: (value) => writeRateFactors(value as RateFactors),
});
