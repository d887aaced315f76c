/** The axis of a parameter, which follows from its distribution. */
import { type ParamValue, paramOf, sameValue } from "../../tuner/searchSpace.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import {
  countTicks,
  evenTexts,
  extent,
  linearTicks,
  logTicks,
  type Range,
  tickTexts,
} from "../charts/axes.ts";
import { type Parameter, paramText } from "./trials.ts";

/** An axis on which a parameter's values have places. */
export interface ParameterAxis {
  readonly title: string;
  /** The place of a value, a number on the axis's scale; undefined if it has none. */
  place(value: ParamValue): number | undefined;
  readonly domain: Range;
  readonly logarithmic: boolean;
  readonly ticks: readonly { readonly place: number; readonly label: string }[];
}

export function parameterAxis(
  { name, distribution }: Parameter,
  trials: readonly FinishedTrial[],
): ParameterAxis {
  const seen = trials.map(({ params }) => paramOf(params, name)).filter((value) => value !== undefined);
  if (distribution.kind === "categorical") {
    const choices = [...distribution.choices];
    for (const value of seen) if (!choices.some((choice) => sameValue(choice, value))) choices.push(value);
    const places = new Map(choices.map((choice, i) => [JSON.stringify(choice), i]));
    return {
      title: name,
      place: (value) => places.get(JSON.stringify(value)),
      domain: [-0.5, choices.length - 0.5],
      logarithmic: false,
      ticks: choices.map((choice, place) => ({ place, label: paramText(choice) })),
    };
  }
  const numbers = seen.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const [low, high] = extent([distribution.low, distribution.high, ...numbers])!;
  const logarithmic = distribution.log && low > 0;
  const ticks = logarithmic
    ? logTicks([low, high])
    : distribution.kind === "int"
      ? countTicks([low, high])
      : linearTicks([low, high]);
  const texts = logarithmic ? tickTexts(ticks) : evenTexts(ticks);
  return {
    title: logarithmic ? `${name}, logarithmic` : name,
    place: (value) => (typeof value === "number" && Number.isFinite(value) ? value : undefined),
    domain: low < high ? [low, high] : roomAround(low, logarithmic),
    logarithmic,
    ticks: ticks.map((place, i) => ({ place, label: texts[i]! })),
  };
}

/** A range around a single number, which then stands in the middle. */
function roomAround(value: number, logarithmic: boolean): Range {
  if (logarithmic) return [value / 2, value * 2];
  const room = value === 0 ? 1 : Math.abs(value) / 10;
  return [value - room, value + room];
}
