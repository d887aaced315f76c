/** The sentence on what a cause does to a number. It claims no more than the spread over seeds allows. */
import { decimals, signed } from "../../format/numbers.ts";
import { capitalize } from "../../format/words.ts";
import { type Comparison, compare } from "../statistics.ts";
import { meanAndSd } from "../words.ts";

/** What a cause does to a number. */
interface Effect {
  /** "batch normalisation" */
  readonly cause: string;
  /** Whether the cause is a plural. */
  readonly many?: boolean;
  /** "the test accuracy of the three-layer network" */
  readonly on: string;
  /** Names of the first and the second values: "without it", "with it". */
  readonly names: readonly [from: string, to: string];
  readonly digits?: number;
}

/** One sentence on what changes between two sets of values, of which neither is empty. */
export function effect(
  { cause, many = false, on, names, digits = 4 }: Effect,
  from: readonly number[],
  to: readonly number[],
): string {
  const comparison = compare(from, to)!;
  const { difference, verdict } = comparison;
  const [raise, lower] = many ? ["raise", "lower"] : ["raises", "lowers"];
  const numbers = `${meanAndSd(from, digits)} ${names[0]}, ${meanAndSd(to, digits)} ${names[1]}`;
  const by = `a difference of ${signed(difference, { digits })}`;
  switch (verdict) {
    case "higher":
    case "lower":
      return (
        `${capitalize(cause)} ${verdict === "higher" ? raise : lower} ${on}: ${numbers}, ` +
        `${by}${inSpreads(comparison, digits)}.`
      );
    case "hint":
      return (
        `${capitalize(cause)} may ${difference > 0 ? "raise" : "lower"} ${on}: ${numbers}, ` +
        `${by}${inSpreads(comparison, digits)}. That is a hint and no more: so few trainings differ by ` +
        `${decimals(comparison.limit!, digits)} by chance in one case of a hundred.`
      );
    case "none":
      return (
        `No effect of ${cause} on ${on} can be told: ${numbers}, ${by}, within one standard deviation of ` +
        `a single training (${decimals(comparison.sd!, digits)}).`
      );
    case "unknown":
      return (
        `Whether ${cause} ${many ? "change" : "changes"} ${on} cannot be told from this run: ${numbers}, ` +
        `${by}, but with a single training ` +
        `${from.length < 2 && to.length < 2 ? "of each" : "of one of them"} no spread is known.`
      );
  }
}

/** The difference in spreads: ", 5.2 standard deviations of a single training (0.0087)". */
function inSpreads({ difference, sd }: Comparison, digits: number): string {
  if (sd === 0) return ", and no two trainings of either differ";
  return (
    `, ${decimals(Math.abs(difference) / sd!, 1)} standard deviations of a single training ` +
    `(${decimals(sd!, digits)})`
  );
}
