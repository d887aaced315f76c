/** What a search may choose from: a distribution for each parameter, in words of Optuna's. */
import { ConfigError } from "../errors.ts";

/** A parameter's value: what JSON can say, so that a study's log can. A list stands for itself: [50, 30]. */
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

export type SpaceEntry = Distribution & { readonly when?: Condition };

/** Distributions by the parameters' names. A condition names a parameter that stands before. */
export type SearchSpace = Readonly<Record<string, SpaceEntry>>;

export interface NumberOptions {
  /** Uniform in the logarithm: for what spans orders of magnitude. */
  readonly log?: boolean;
}

/** @throws ConfigError unless low ≤ high are finite, and low > 0 if log */
export function float(low: number, high: number, { log = false }: NumberOptions = {}): FloatDistribution {
  // The length too must be finite: numbers are drawn as low + u · (high − low).
  if (!Number.isFinite(high - low) || low > high) {
    throw new ConfigError(`The range is ${low} to ${high}, expected finite numbers, the lower one first.`);
  }
  if (log && low <= 0) {
    throw new ConfigError(`The range is ${low} to ${high} on a logarithmic scale, expected numbers above 0.`);
  }
  return { kind: "float", low, high, log };
}

/** @throws ConfigError unless low ≤ high are safe integers, and low ≥ 1 if log */
export function int(low: number, high: number, { log = false }: NumberOptions = {}): IntDistribution {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low > high) {
    throw new ConfigError(`The range is ${low} to ${high}, expected integers, the lower one first.`);
  }
  if (log && low < 1) {
    throw new ConfigError(`The range is ${low} to ${high} on a logarithmic scale, expected integers ≥ 1.`);
  }
  return { kind: "int", low, high, log };
}

/** @throws ConfigError unless there are choices, all different */
export function categorical(choices: readonly ParamValue[]): CategoricalDistribution {
  if (choices.length === 0) throw new ConfigError("There are no choices. Give at least one.");
  const texts = choices.map((choice) => JSON.stringify(choice));
  const twice = texts.find((text, i) => texts.indexOf(text) < i);
  if (twice !== undefined) throw new ConfigError(`The choice ${twice} is there twice. Give each once.`);
  return { kind: "categorical", choices };
}

/** The same entry, which exists only if `param` has one of `values`. */
export function when(entry: Distribution, param: string, values: readonly ParamValue[]): SpaceEntry {
  return { ...entry, when: { param, values } };
}

/** Whether two values are the same. */
export const sameValue = (a: ParamValue, b: ParamValue): boolean =>
  a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));

/** The place of a value among a distribution's choices; −1 if it is none of them. */
export function choiceIndex({ choices }: CategoricalDistribution, value: ParamValue): number {
  return choices.findIndex((choice) => sameValue(choice, value));
}

/** Whether a parameter exists, given those before it. */
export function isActive({ when }: SpaceEntry, params: Params): boolean {
  if (when === undefined) return true;
  const value = params[when.param];
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
 * Checks what the constructors of single entries cannot see.
 * @throws ConfigError if a condition names a parameter that does not stand before, or a value that it cannot have
 */
export function checkSpace(space: SearchSpace): void {
  const before: Record<string, Distribution> = {};
  for (const [name, entry] of Object.entries(space)) {
    if (entry.when !== undefined) {
      const { param, values } = entry.when;
      const other = before[param];
      if (other === undefined) {
        const known = Object.keys(before).join(", ") || "none";
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
    before[name] = entry;
  }
}
