/** The chart of all parameters at once: an axis for each, a line for each trial. */
import { log } from "../../math.ts";
import { paramOf } from "../../tuner/searchSpace.ts";
import {
  evenTexts,
  extent,
  isLogarithmic,
  linearTicks,
  logTicks,
  type Range,
  tickTexts,
} from "../charts/axes.ts";
import { AXIS, type Chart, type ChartSize, chart, INK, MAX_LABELLED, PAPER, RAMP } from "../charts/style.ts";
import { type ParameterAxis, parameterAxis } from "./parameterAxis.ts";
import {
  bestTrial,
  compareValues,
  finiteValue,
  objectiveAxis,
  type Parameter,
  paramsText,
  type SearchResult,
  stateOf,
  trialText,
  valuesOf,
} from "./trials.ts";

/** The place of a parameter that a trial does not have: below its axis, which goes from 0 to 1. */
const ABSENT = -0.14;
/** Lines are transparent, so that about this many of them, in one place, look solid. */
const SOLID = 40;

/** Colours by the step of the ramp, "0" to "6", or grey. */
const COLOR = {
  field: "color",
  type: "nominal",
  sort: null,
  scale: { domain: [...RAMP.map((_, i) => String(i)), "pruned"], range: [...RAMP, AXIS] },
  legend: null,
};

export function parallelCoordinates(
  search: SearchResult,
  parameters: readonly Parameter[],
  size: ChartSize,
): Chart {
  const { trials, objective } = search;
  const axes = parameters.map((parameter) => ({ parameter, axis: parameterAxis(parameter, trials) }));
  const values = valuesOf(trials.filter((trial) => stateOf(trial) === "complete"));
  const scale = valueScale(values, objective);
  const points = trialPoints(search, axes, scale);
  const title = "All parameters at once";
  const width = Math.max(960, size.width, 160 * (axes.length + 1));
  return {
    name: "parallel-coordinates",
    title,
    caption: caption(search, points),
    wide: true,
    specification: {
      ...chart(
        { width, height: size.height + 40 },
        title,
        `From ${parameters[0]!.name} to the value that came of it`,
      ),
      padding: { left: 60, right: 70, top: 16, bottom: 16 },
      layer: layers(search, axes, scale, points),
    },
  };
}

interface PlacedParameter {
  readonly parameter: Parameter;
  readonly axis: ParameterAxis;
}

type Layer = Readonly<Record<string, unknown>>;

/** The layers from the back to the front: axes, lines, the key of the colours, texts. */
function layers(
  search: SearchResult,
  axes: readonly PlacedParameter[],
  scale: ValueScale,
  points: readonly Point[],
): Layer[] {
  const lacking = axes.map((_, column) => points.some((p) => p.column === column && p.at === ABSENT));
  const labels = axes.flatMap(({ axis }, column) => [
    ...axis.ticks.map(({ place, label }) => ({ column, at: along(axis, place), label })),
    ...(lacking[column] ? [{ column, at: ABSENT, label: "not there" }] : []),
  ]);
  const titles = [...axes.map(({ axis }) => axis.title), scale.title];
  const heads = titles.map((label, column) => ({ column, label, from: 0, to: 1 }));
  const plain = { nice: false, zero: false };
  const x = {
    ...{ field: "column", type: "quantitative", axis: null },
    scale: { ...plain, domain: [0, axes.length] },
  };
  const bottom = lacking.includes(true) ? ABSENT - 0.04 : 0;
  const y = (field: string) => ({
    ...{ field, type: "quantitative", axis: null },
    scale: { ...plain, domain: [bottom, 1], padding: 4 },
  });
  const texts = (values: readonly unknown[], field: string, mark: Layer): Layer => ({
    data: { values },
    mark: { type: "text", baseline: "middle", fontSize: 12, color: INK, aria: false, ...mark },
    encoding: { x, y: y(field), text: { field: "label" } },
  });
  const halo = { stroke: PAPER, strokeWidth: 6, strokeJoin: "round", color: PAPER };
  const toTheLeft = { align: "right", dx: -7 };
  return [
    {
      data: { values: heads },
      mark: { type: "rule", color: AXIS, aria: false },
      encoding: { x, y: y("from"), y2: { field: "to" } },
    },
    ...lines(points, search.trials.length, { x, y: y("at") }),
    {
      data: { values: colorKey(search, axes.length) },
      mark: { type: "bar", width: 8, xOffset: 9, aria: false },
      encoding: { x, y: y("from"), y2: { field: "to" }, color: COLOR },
    },
    texts(labels, "at", { ...toTheLeft, ...halo }),
    texts(labels, "at", toTheLeft),
    texts(valueLabels(scale, axes.length), "at", { align: "left", dx: 20 }),
    texts(heads, "to", { dy: -14, baseline: "bottom", fontSize: 13 }),
  ];
}

/** The trials' lines: those of pruned trials at the back, the best one at the front, with a light edge. */
function lines(points: readonly Point[], trials: number, place: Layer): Layer[] {
  const line = (kind: Point["kind"], { color, ...mark }: Layer): Layer => ({
    data: { values: points.filter((point) => point.kind === kind) },
    mark: {
      ...{ type: "line", strokeJoin: "round", aria: trials <= MAX_LABELLED },
      ...mark,
      ...(color === undefined ? {} : { color }),
    },
    encoding: {
      ...{ ...place, detail: { field: "trial" }, description: { field: "text" } },
      ...(color === undefined ? { color: COLOR } : {}),
    },
  });
  const opacity = Math.min(0.9, Math.max(0.08, SOLID / trials));
  return [
    line("pruned", { strokeWidth: 1, strokeDash: [4, 3], opacity: opacity * 0.7 }),
    line("complete", { strokeWidth: 1.5, opacity }),
    line("best", { strokeWidth: 7, color: PAPER, aria: false }),
    line("best", { strokeWidth: 3.5 }),
  ];
}

/** Where a trial's line meets an axis. */
interface Point {
  readonly trial: number;
  readonly kind: "pruned" | "complete" | "best";
  readonly color: string;
  readonly text: string;
  readonly column: number;
  /** The place on the axis, from 0 to 1, or ABSENT. */
  readonly at: number;
}

/** The lines of the trials that have a value. Better trials come later, and so lie on top. */
function trialPoints(search: SearchResult, axes: readonly PlacedParameter[], scale: ValueScale): Point[] {
  const { trials, objective, direction } = search;
  const best = bestTrial(search);
  return trials
    .filter((trial) => finiteValue(trial) !== undefined)
    .sort((a, b) => compareValues(direction, finiteValue(b)!, finiteValue(a)!))
    .flatMap((trial) => {
      const complete = stateOf(trial) === "complete";
      const height = scale.at(finiteValue(trial)!);
      const line = {
        trial: trial.number,
        kind: !complete ? "pruned" : trial.number === best?.number ? "best" : "complete",
        color: complete ? colorOf(direction === "maximize" ? height : 1 - height) : "pruned",
        text: trialText(trial, objective),
      } as const;
      const places = axes.map(({ parameter, axis }, column) => {
        const value = paramOf(trial.params, parameter.name);
        const place = value === undefined ? undefined : axis.place(value);
        return { ...line, column, at: place === undefined ? ABSENT : along(axis, place) };
      });
      return complete ? [...places, { ...line, column: axes.length, at: height }] : places;
    });
}

/** The step of the ramp, from 0, worst, to 1, best. */
const colorOf = (goodness: number): string =>
  String(Math.min(RAMP.length - 1, Math.floor(goodness * RAMP.length)));

/** The ramp along the axis of values. */
function colorKey({ direction }: SearchResult, column: number): Record<string, unknown>[] {
  return RAMP.map((_, i) => ({
    column,
    from: i / RAMP.length,
    to: (i + 1) / RAMP.length,
    color: String(direction === "maximize" ? i : RAMP.length - 1 - i),
  }));
}

/** The last axis: where values lie on it, from 0 to 1, and its ticks. */
interface ValueScale {
  readonly title: string;
  readonly ticks: readonly number[];
  readonly labels: readonly string[];
  at(value: number): number;
}

function valueScale(values: readonly number[], objective: string): ValueScale {
  const { title, logAbove } = objectiveAxis(objective);
  const range = extent(values);
  if (range === undefined) return { title, ticks: [], labels: [], at: () => 0.5 };
  if (isLogarithmic(range, logAbove)) {
    const ticks = logTicks(range);
    const ends: Range = [log(range[0]), log(range[1])];
    const at = (value: number) => share(ends, log(value));
    return { title: `${title}, logarithmic`, ticks, labels: tickTexts(ticks), at };
  }
  const ticks = linearTicks(range);
  return { title, ticks, labels: evenTexts(ticks), at: (value) => share(range, value) };
}

function valueLabels({ ticks, labels, at }: ValueScale, column: number): Record<string, unknown>[] {
  return ticks.map((tick, i) => ({ column, at: at(tick), label: labels[i]! }));
}

/** The place of a value between the lowest and the highest; in the middle if there is only one value. */
const share = ([low, high]: Range, value: number): number =>
  high > low ? (value - low) / (high - low) : 0.5;

/** How far along an axis a place is, from 0 to 1. */
function along({ domain, logarithmic }: ParameterAxis, place: number): number {
  const [low, high] = domain;
  return logarithmic ? share([log(low), log(high)], log(place)) : share(domain, place);
}

function caption(search: SearchResult, points: readonly Point[]): string {
  const best = bestTrial(search);
  const sentences = [
    "A line for each trial that has a value, in the colour of its value at the last axis; the best one is thick.",
  ];
  if (points.some(({ kind }) => kind === "pruned")) {
    sentences.push("Trials that were pruned are dashed and have no place on the last axis.");
  }
  if (best !== undefined) sentences.push(`The best is trial ${best.number}: ${paramsText(best)}.`);
  return sentences.join(" ");
}
