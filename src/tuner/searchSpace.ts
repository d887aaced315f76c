/** Search spaces: a distribution for each parameter, in Optuna's words. */
import { ConfigError } from "../errors.ts";
import { checkOptions, requireBoolean, shown } from "../options.ts";

/** A parameter's value: anything that JSON can hold, as a study's log is JSON. A list is one value: [50, 30]. */
export type ParamValue = number | string | boolean | null | readonly ParamValue[];

/** The values of a trial by the parameters' names, in the order of the search space. */
export type Params = Readonly<Record<string, ParamValue>>;

/** A real number, low ≤ value ≤ high; uniform in it or, if `log`, in its logarithm (then low > 0). */
export interface FloatDistribution {
  readonly kind: "float";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** An integer, low ≤ value ≤ high, both included; if `log`, low ≥ 1. */
export interface IntDistribution {
  readonly kind: "int";
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** One of several values, without an order among them. */
export interface CategoricalDistribution {
  readonly kind: "categorical";
  readonly choices: readonly ParamValue[];
}

export type Distribution = FloatDistribution | IntDistribution | CategoricalDistribution;

/** The parameter exists only if another, earlier one has one of these values. */
export interface Condition {
  readonly param: string;
  readonly values: readonly ParamValue[];
}

/** A parameter of a space, and when it exists. Default: always. */
export type SpaceEntry = Distribution & { readonly when?: Condition };

/** Distributions by the parameters' names. A condition names a parameter that stands before. */
export type SearchSpace = Readonly<Record<string, SpaceEntry>>;

export interface NumberOptions {
  /** Uniform in the logarithm, for ranges that span orders of magnitude. Default: false. */
  readonly log?: boolean;
}

/** @throws ConfigError unless low ≤ high are finite, and low > 0 if log */
export function float(low: number, high: number, options: NumberOptions = {}): FloatDistribution {
  const log = isLogarithmic("float", options);
  // The length too must be finite: numbers are drawn as low + u · (high − low).
  if (typeof low !== "number" || typeof high !== "number" || !Number.isFinite(high - low) || low > high) {
    throw new ConfigError(
      `The range is ${shown(low)} to ${shown(high)}, expected finite numbers, the lower one first.`,
    );
  }
  if (log && low <= 0) {
    throw new ConfigError(`The range is ${low} to ${high} on a logarithmic scale, expected numbers above 0.`);
  }
  return { kind: "float", low, high, log };
}

/** @throws ConfigError unless low ≤ high are safe integers, and low ≥ 1 if log */
export function int(low: number, high: number, options: NumberOptions = {}): IntDistribution {
  const log = isLogarithmic("int", options);
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high) {
    throw new ConfigError(
      `The range is ${shown(low)} to ${shown(high)}, expected integers, the lower one first.`,
    );
  }
  if (log && low < 1) {
    throw new ConfigError(`The range is ${low} to ${high} on a logarithmic scale, expected integers ≥ 1.`);
  }
  return { kind: "int", low, high, log };
}

function isLogarithmic(where: string, options: NumberOptions): boolean {
  checkOptions(where, options, ["log"]);
  const { log = false } = options;
  requireBoolean("log", log);
  return log;
}

/** @throws ConfigError unless there are choices, each a {@link ParamValue}, all different */
export function categorical(choices: readonly ParamValue[]): CategoricalDistribution {
  if (!Array.isArray(choices)) {
    throw new ConfigError(`The choices are ${shown(choices)}, expected an array.`);
  }
  if (choices.length === 0) throw new ConfigError("There are no choices. Give at least one.");
  const bad = choices.findIndex((choice) => !isParamValue(choice));
  if (bad >= 0) {
    throw new ConfigError(
      `A choice is ${shown(choices[bad])}, expected a finite number, a text, true, false, null, or an array of such. ` +
        "Give names as choices, and look up by the name what it stands for.",
    );
  }
  const texts = choices.map((choice) => JSON.stringify(choice));
  const twice = texts.find((text, i) => texts.indexOf(text) < i);
  if (twice !== undefined) throw new ConfigError(`The choice ${twice} is there twice. Give each once.`);
  return { kind: "categorical", choices: [...choices] };
}

/** The deepest nesting of a value. Without a limit, an array that holds itself would never end. */
const MOST_NESTED = 16;

/** Whether JSON gives the value back as it was. */
export function isParamValue(value: unknown, depth = 0): value is ParamValue {
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) {
    return depth < MOST_NESTED && Array.from(value).every((item) => isParamValue(item, depth + 1));
  }
  return value === null || typeof value === "string" || typeof value === "boolean";
}

/** The same entry, which exists only if `param` has one of `values`. */
export function when(entry: Distribution, param: string, values: readonly ParamValue[]): SpaceEntry {
  if (!Array.isArray(values)) {
    throw new ConfigError(`The values of ${shown(param)} are ${shown(values)}, expected an array.`);
  }
  return { ...entry, when: { param, values } };
}

/** Whether two values are the same. */
export const sameValue = (a: ParamValue, b: ParamValue): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && JSON.stringify(a) === JSON.stringify(b));

/** A parameter's value, if there is one: names such as "constructor" are on every object. */
export function paramOf(params: Params, name: string): ParamValue | undefined {
  return Object.hasOwn(params, name) ? params[name] : undefined;
}

/**
 * Checks a name that is to be the key of an object.
 * @throws ConfigError unless it is a text, not empty, and not "__proto__", which sets an object's prototype
 */
export function checkName(what: string, name: unknown): void {
  if (typeof name === "string" && name !== "" && name !== "__proto__") return;
  throw new ConfigError(`The name of ${what} is ${shown(name)}, expected a text such as "l2". Give another.`);
}

/** The place of a value among a distribution's choices; −1 if it is none of them. */
export function choiceIndex({ choices }: CategoricalDistribution, value: ParamValue): number {
  return choices.findIndex((choice) => sameValue(choice, value));
}

/** Whether a parameter exists, given those before it. */
export function isActive({ when }: SpaceEntry, params: Params): boolean {
  if (when === undefined) return true;
  const value = paramOf(params, when.param);
  return value !== undefined && when.values.some((allowed) => sameValue(allowed, value));
}

/** Whether a value can come from a distribution. */
export function contains(distribution: Distribution, value: ParamValue): boolean {
  if (distribution.kind === "categorical") return choiceIndex(distribution, value) >= 0;
  const { kind, low, high } = distribution;
  return (
    typeof value === "number" &&
    value >= low &&
    value <= high &&
    (kind === "float" || Number.isInteger(value))
  );
}

/**
 * Values that are given for a trial, in the order of the space.
 * @param what whose they are, for errors
 * @throws ConfigError unless there is one for each parameter that exists, which the parameter can have, and no other
 */
export function paramsIn(space: SearchSpace, given: Params, what: string): Params {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new ConfigError(`${what}: the parameters are ${shown(given)}, expected an object.`);
  }
  const params: Record<string, ParamValue> = {};
  for (const [name, entry] of Object.entries(space)) {
    if (!isActive(entry, params)) continue;
    const value = paramOf(given, name);
    if (value === undefined || !contains(entry, value)) {
      throw new ConfigError(
        `${what}: ${name} is ${shown(value)}, which is not in its range. Give a value of the space's.`,
      );
    }
    params[name] = value;
  }
  const other = Object.keys(given).find((name) => !Object.hasOwn(params, name));
  if (other === undefined) return params;
  const known = Object.keys(params).join(", ") || "none";
  throw new ConfigError(`${what}: ${shown(other)} is no parameter of such a trial (${known}). Leave it out.`);
}

/**
 * Checks a whole space. Its entries, which may be written by hand, are checked as their constructors check them.
 * @throws ConfigError if an entry is no distribution, or a condition names a parameter that does not stand before it, or
 *   a value that this parameter cannot have
 */
export function checkSpace(space: SearchSpace): void {
  if (typeof space !== "object" || space === null || Array.isArray(space)) {
    throw new ConfigError(`The space is ${shown(space)}, expected an object such as { l2: float(0, 1) }.`);
  }
  const before = new Map<string, Distribution>();
  for (const [name, entry] of Object.entries(space)) {
    checkName("a parameter", name);
    checkEntry(name, entry);
    if (entry.when !== undefined) {
      const { param, values } = entry.when;
      const other = before.get(param);
      if (other === undefined) {
        const known = [...before.keys()].join(", ") || "none";
        throw new ConfigError(
          `${name} depends on ${param}, expected a parameter that stands before it (${known}). Put ${param} first.`,
        );
      }
      const bad = values.find((value) => !contains(other, value));
      if (values.length === 0 || bad !== undefined) {
        throw new ConfigError(
          `${name} exists if ${param} is ${JSON.stringify(bad ?? values)}, which it never is. Give a value of ${param}'s.`,
        );
      }
    }
    before.set(name, entry);
  }
}

function checkEntry(name: string, entry: SpaceEntry): void {
  const kind = (entry as SpaceEntry | null | undefined)?.kind;
  if (kind !== "float" && kind !== "int" && kind !== "categorical") {
    throw new ConfigError(
      `${name} is ${shown(entry)}, expected a distribution: float(low, high), int(low, high) or categorical(choices).`,
    );
  }
  try {
    if (entry.kind === "categorical") categorical(entry.choices);
    else (kind === "float" ? float : int)(entry.low, entry.high, { log: entry.log });
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(`${name}: ${error.message}`) : error;
  }
}
