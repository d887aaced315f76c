/**
 * Ranges around the numbers that a model of a table answers, by the residuals of rows that it was not trained on. heldOut.ts measures
 * these; they are kept in the model's file, and read from there.
 */
import { type Radius, type ResidualQuantiles, radiusFor, requireCoverage } from "../ensemble/intervals.ts";
import { ConfigError } from "../errors.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import { listOf } from "../preprocessing/open.ts";
import type { Prediction, TablePreprocessing } from "../preprocessing/preprocessing.ts";
import { finite } from "../preprocessing/scale.ts";
import { scaleOfTargets } from "../preprocessing/scaleOfTargets.ts";
import type { ModelMemory } from "./memory.ts";
import { tablePreprocessing } from "./preprocessing.ts";

/** What `Model.predict` gives beside the answers to rows of a table. */
export interface PredictOptions {
  /** The probability with which a range around each number holds it, 0 < p < 1. Default: there is no range. */
  readonly interval?: number | undefined;
}

/** An answer with numbers, and the ends of a range around each: { price: 1, lower: { price: 0 }, upper: { price: 2 } }. */
export type InRange<P> = P & { readonly lower: P; readonly upper: P };

/** Radii of a target in a file, at most: of whole percents there are 101. */
const MOST_RADII = 10_001;

/** Where the ends of a range stand in an answer. */
export const ENDS = ["lower", "upper"] as const;

/** Both ends of a range, which are always finite. */
export const endsOf = (value: number, radius: number): readonly [lower: number, upper: number] => [
  finite(value - radius),
  finite(value + radius),
];

/**
 * The quantiles of residuals that a file keeps.
 * @param preprocessing the description that it keeps: of another unit than the model's they would be wrong
 */
export function keptIntervals(
  { intervals, preprocessing: own }: ModelMemory,
  preprocessing: object | undefined,
): readonly ResidualQuantiles[] | undefined {
  const unit = (its: object | undefined) => JSON.stringify(scaleOfTargets(its));
  const isOwn = own === undefined || unit(own) === unit(preprocessing);
  return isOwn && scaleOfTargets(preprocessing)?.length === intervals?.length ? intervals : undefined;
}

/**
 * Opens what a file has kept.
 * @param description parsed from JSON: it may be anything
 * @throws ConfigError unless it has quantiles for each target of a table with numbers to predict
 */
export function openIntervals(
  description: unknown,
  preprocessing: TablePreprocessing | undefined,
  where: string,
): readonly ResidualQuantiles[] {
  const targets = scaleOfTargets(preprocessing)?.length ?? 0;
  const count = Array.isArray(description) ? description.length : shown(description);
  if (targets === 0 || count !== targets) {
    throw new ConfigError(
      `${where} are ${count}, expected ${targets}, one for each number that it predicts.`,
    );
  }
  return Array.from(description as unknown[], (each, j) => {
    const { mostCoverage, radii } = (each ?? {}) as Partial<ResidualQuantiles>;
    if (!(isNumber(mostCoverage) && mostCoverage > 0 && mostCoverage < 1)) {
      throw new ConfigError(
        `${where}[${j}]: mostCoverage is ${shown(mostCoverage)}, expected a number between 0 and 1.`,
      );
    }
    const read = listOf(radii, `${where}[${j}]: radii`, MOST_RADII, 2);
    read.forEach((radius, i) => {
      const least = i === 0 ? 0 : (read[i - 1] as number);
      if (isNumber(radius) && radius >= least && radius < Infinity) return;
      throw new ConfigError(
        `${where}[${j}]: radii[${i}] is ${shown(radius)}, expected a finite number ≥ ${least}, as they ascend from 0.`,
      );
    });
    return { mostCoverage, radii: read as number[] };
  });
}

/**
 * How far a range reaches from the number of each target.
 * @param where what asks for it, for errors: "--interval"
 * @throws ConfigError unless 0 < coverage < 1; or if the model answers no numbers of a table, or keeps no residuals
 */
export function radiiOf(
  where: string,
  { intervals, preprocessing }: Pick<ModelMemory, "intervals" | "preprocessing">,
  coverage: number,
): readonly Radius[] {
  requireCoverage(where, coverage);
  const kind = tablePreprocessing(preprocessing)?.target.kind;
  if (kind !== "numbers") {
    throw new ConfigError(
      `${where} is of models of tables that predict numbers, and this one ` +
        `${kind === undefined ? "was not trained on a table" : `predicts ${kind}`}. Leave it out.`,
    );
  }
  if (intervals === undefined) {
    throw new ConfigError(
      `${where}: the model does not say how far its answers are off: it was trained by an older version, without rows that ` +
        "were held out, or not to its end. Train it anew, with several members, or with rows for validation.",
    );
  }
  return intervals.map((each) => radiusFor(each, coverage));
}

/** @throws ConfigError if there are options for rows, and the inputs are none */
export function requireRows(where: string, options: PredictOptions): void {
  checkOptions(where, options, ["interval"]);
  if (options.interval === undefined) return;
  throw new ConfigError(`${where}: interval is of rows of a table, as objects. Leave it out.`);
}

/**
 * What adds the ends of ranges to answers, if they are asked for.
 * @throws ConfigError as {@link radiiOf}; and if a target has the name of an end
 */
export function rangesOf(
  where: string,
  memory: Pick<ModelMemory, "intervals" | "preprocessing">,
  options: PredictOptions,
): (answer: Prediction) => Prediction {
  checkOptions(where, options, ["interval"]);
  const { interval } = options;
  if (interval === undefined) return (answer) => answer;
  const radii = radiiOf(`${where}: interval`, memory, interval);
  const { columns } = tablePreprocessing(memory.preprocessing)!.target;
  const clash = ENDS.find((name) => columns.includes(name));
  if (clash !== undefined) {
    throw new ConfigError(
      `${where}: interval: a target is named "${clash}", as an end of ranges is. Give the column another name.`,
    );
  }
  return (answer) => {
    const ends = columns.map((name, j) => endsOf(answer[name] as number, radii[j]!.radius));
    // Made of entries, as a target may be named "__proto__".
    const sides = ENDS.map((side, k) => [
      side,
      Object.fromEntries(columns.map((name, j) => [name, ends[j]![k]])),
    ]);
    return { ...answer, ...Object.fromEntries(sides) };
  };
}
