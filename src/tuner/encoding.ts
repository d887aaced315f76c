/** Parameters as numbers from 0 to 1, for the models that learn from them. */
import { exp, log } from "../math.ts";
import { choiceIndex, type Distribution, type ParamValue } from "./searchSpace.ts";

/** The ends of a range on its scale. A range of integers reaches ½ beyond them, as real numbers are rounded to them. */
function scale({ kind, low, high, log: logarithmic }: Exclude<Distribution, { kind: "categorical" }>) {
  const margin = kind === "int" ? 0.5 : 0;
  const [from, to] = [low - margin, high + margin];
  return logarithmic ? [log(from), log(to)] : [from, to];
}

/**
 * A value as a number. A number becomes its place in the range, from 0 to 1, on the distribution's scale. An integer
 * becomes the middle of the places that are rounded to it. A choice becomes its index. No value, or one of another kind,
 * becomes `absent`.
 */
export function encode(distribution: Distribution, value: ParamValue | undefined, absent: number): number {
  if (distribution.kind === "categorical") {
    const index = value === undefined ? -1 : choiceIndex(distribution, value);
    return index < 0 ? absent : index;
  }
  if (typeof value !== "number") return absent;
  const [from, to] = scale(distribution) as [number, number];
  if (from === to) return 0.5;
  return ((distribution.log ? log(value) : value) - from) / (to - from);
}

/** The value at a place in its range, 0 ≤ place ≤ 1. Each of n choices has 1/n of the places. */
export function decode(distribution: Distribution, place: number): ParamValue {
  if (distribution.kind === "categorical") {
    const { choices } = distribution;
    return choices[Math.min(Math.floor(place * choices.length), choices.length - 1)]!;
  }
  const { kind, low, high } = distribution;
  const [from, to] = scale(distribution) as [number, number];
  const inside = (1 - place) * from + place * to;
  const value = distribution.log ? exp(inside) : inside;
  return Math.min(Math.max(kind === "int" ? Math.round(value) : value, low), high);
}
