/** Weights of classes as text: cat=2,dog=0.5. A name with a comma is quoted as in CSV: "cat, young"=2. */
import { ConfigError } from "../errors.ts";
import { number } from "./parse.ts";

export type Weights = Readonly<Record<string, number>>;

const EXPECTED = 'Expected balanced, or weights by class, as in cat=2,dog=0.5, or "cat, young"=2.';

const readWeight = number({ least: 0 });

/** @throws ConfigError with what is expected */
export function readWeights(text: string): Weights {
  const weights = new Map<string, number>();
  for (let at = 0; at <= text.length; ) {
    while (text[at] === " ") at++;
    const { name, begin } = text[at] === '"' ? quotedName(text, at) : plainName(text, at);
    const end = endOf(text, begin);
    const value = text.slice(begin, end);
    if (weights.has(name)) throw new ConfigError(`${name} is there twice.`);
    try {
      weights.set(name, readWeight(value));
    } catch {
      throw new ConfigError(`The weight of ${name} is "${value}", expected a finite number ≥ 0.`);
    }
    at = end + 1;
  }
  return Object.fromEntries(weights);
}

/** A name, and where its weight begins. */
interface Name {
  readonly name: string;
  readonly begin: number;
}

const endOf = (text: string, from: number): number => {
  const comma = text.indexOf(",", from);
  return comma < 0 ? text.length : comma;
};

/** A name up to the last equals sign before the next comma: there may be one in it. */
function plainName(text: string, at: number): Name {
  const sign = text.slice(at, endOf(text, at)).lastIndexOf("=");
  if (sign < 1) throw new ConfigError(EXPECTED);
  return { name: text.slice(at, at + sign), begin: at + sign + 1 };
}

/** A name in quotes, in which a quote is written twice. */
function quotedName(text: string, at: number): Name {
  const [quoted] = /^"((?:[^"]|"")*)"=/.exec(text.slice(at)) ?? [];
  if (quoted === undefined) throw new ConfigError(EXPECTED);
  return { name: quoted.slice(1, -2).replaceAll('""', '"'), begin: at + quoted.length };
}

/** The text of which {@link readWeights} makes the same weights. */
export const writeWeights = (weights: Weights): string =>
  Object.entries(weights)
    .map(([name, weight]) => `${writeName(name)}=${weight}`)
    .join(",");

const writeName = (name: string): string =>
  name === "" || /^[" ]|,/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

/** Whether it is what a file may have: names with a finite number ≥ 0 each, and at least one. */
export function areWeights(value: unknown): value is Weights {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const weights: unknown[] = Object.values(value);
  return (
    weights.length > 0 &&
    weights.every((weight) => typeof weight === "number" && Number.isFinite(weight) && weight >= 0)
  );
}
