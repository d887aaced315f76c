/**
 * The plots of a search, as SVG: its course, the objective against each parameter, all parameters at once, and their
 * importance. This file decides what is drawn; `charts/render.ts` draws it.
 */
import { decimals, short } from "../../format/numbers.ts";
import { capitalize } from "../../format/words.ts";
import { paramOf } from "../../tuner/searchSpace.ts";
import type { Direction, FinishedTrial, TrialState } from "../../tuner/trial.ts";
import { countDomain, countTicks, extent, tickLabels, valueEncoding } from "../charts/axes.ts";
import { drawChart } from "../charts/draw.ts";
import {
  ALONE,
  AXIS,
  BLUE,
  type Chart,
  type ChartSize,
  CONFIG,
  chart,
  INK,
  MAX_LABELLED,
  MUTED,
  RAMP,
  VERMILION,
} from "../charts/style.ts";
import { textWidth } from "../charts/textWidth.ts";
import { parallelCoordinates } from "./parallelCoordinates.ts";
import { type ParameterAxis, parameterAxis } from "./parameterAxis.ts";
import {
  bestTrial,
  compareValues,
  countStates,
  finiteValue,
  type Importance,
  objectiveAxis,
  objectiveTitle,
  type Parameter,
  parametersOf,
  paramText,
  type SearchResult,
  stateCounts,
  stateOf,
  trialText,
  valuesOf,
} from "./trials.ts";

/**
 * The plots as SVG documents, by the names of their files: "history", "parameter-l2" for each parameter,
 * "parallel-coordinates" if any trial has a value, and "importance" if it is given. The same search gives the same
 * bytes.
 */
export async function renderSearchPlots(
  search: SearchResult,
  size: ChartSize = ALONE,
): Promise<Record<string, string>> {
  const plots: Record<string, string> = {};
  for (const chart of searchCharts(search, size)) plots[chart.name] = await renderSearchChart(chart);
  return plots;
}

/** One chart as an SVG document. */
export function renderSearchChart({ title, caption, specification }: Chart): Promise<string> {
  return drawChart(specification, title, caption);
}

/** The charts of a search. */
export function searchCharts(search: SearchResult, size: ChartSize = ALONE): Chart[] {
  const parameters = parametersOf(search);
  const names = fileNames(parameters.map(({ name }) => `parameter-${name}`));
  const charts = [
    history(search, size),
    ...parameters.map((parameter, i) => againstParameter(search, parameter, names[i]!, size)),
  ];
  if (parameters.length > 0 && valuesOf(search.trials).length > 0)
    charts.push(parallelCoordinates(search, parameters, size));
  // The importance of a single parameter is always 1.
  if (search.importance !== undefined && search.importance.length > 1) {
    charts.push(importanceBars(search.importance, size));
  }
  return charts;
}

/** Different names for files, which any file system takes. */
function fileNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const plain = name.replace(/[^\w.-]+/g, "-");
    let free = plain;
    for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${plain}-${i}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

const TICK = "M-.14,-.6H.14V.6H-.14Z";
const SHAPES: Readonly<Record<TrialState, string>> = { complete: "circle", pruned: "diamond", failed: TICK };
const COLORS: Readonly<Record<TrialState, string>> = { complete: BLUE, pruned: AXIS, failed: VERMILION };
const LEGEND = {
  orient: "top",
  symbolSize: 60,
  labelLimit: 0,
  offset: 8,
  titleOrient: "left",
  titlePadding: 10,
};

/** Two legends, one under the other. */
const STACKED = {
  config: { ...CONFIG, legend: { ...CONFIG.legend, layout: { top: { direction: "vertical", margin: 4 } } } },
};

/** About the width of two legends in a row: texts with their symbols and the gaps. */
const legendWidth = (texts: readonly string[]): number =>
  texts.reduce((width, text) => width + textWidth(text, 13) + 30, 0);

/** The area of a dot, in square pixels: many trials get small ones. */
const dotSize = (trials: number): number => (trials <= 60 ? 45 : trials <= 300 ? 25 : 12);

/** The shape or colour of each state that occurs. There is no legend if all trials are complete. */
function stateEncoding(
  trials: readonly FinishedTrial[],
  range: Readonly<Record<TrialState, string>>,
  symbols: Readonly<Record<string, unknown>> = {},
) {
  const states = countStates(trials).map(([state]) => state);
  return {
    field: "state",
    type: "nominal",
    scale: { domain: states, range: states.map((state) => range[state]) },
    legend: states.some((state) => state !== "complete") ? { ...LEGEND, ...symbols, title: null } : null,
  };
}

/** The upright axis, with room at the bottom for the ticks of trials that failed. */
function valueAxis({ trials, objective }: SearchResult): Record<string, unknown> {
  const { scale, ...axis } = valueEncoding(objectiveAxis(objective), valuesOf(trials));
  return { ...axis, scale: { ...(scale as object), padding: 14 } };
}

function history(search: SearchResult, size: ChartSize): Chart {
  const { trials, objective, direction } = search;
  const rows = trials.map((trial) => ({
    number: trial.number,
    value: finiteValue(trial),
    state: stateOf(trial),
    text: trialText(trial, objective),
  }));
  const numbers = extent(trials.map(({ number }) => number)) ?? [0, 1];
  const domain = countDomain(numbers);
  const title = "Course of the search";
  const y = valueAxis(search);
  return {
    name: "history",
    title,
    caption: courseText(search),
    wide: false,
    specification: {
      ...chart(
        size,
        title,
        `${capitalize(objectiveTitle(objective))} of each trial; the line is the best so far`,
      ),
      encoding: {
        x: {
          field: "number",
          type: "quantitative",
          title: "trial",
          scale: { domain, nice: false, zero: false, padding: 8 },
          axis: { values: countTicks(numbers), format: "d", grid: false },
        },
      },
      layer: [
        {
          data: { values: bestSoFar(trials, direction, domain[1]) },
          mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5, color: INK, aria: false },
          encoding: { y },
        },
        ...dots(rows, dotSize(trials.length), {
          y,
          shape: stateEncoding(trials, SHAPES),
          color: stateEncoding(trials, COLORS),
        }),
      ],
    },
  };
}

interface Dot {
  readonly value: number | undefined;
  readonly text: string;
}

/** Two layers of dots: the trials that have a value, and at the bottom those that have none, most of which failed. */
function dots(
  rows: readonly Dot[],
  size: number,
  { y, color, ...others }: Readonly<Record<string, unknown>>,
): Record<string, unknown>[] {
  const labelled = rows.length <= MAX_LABELLED;
  const mark = { type: "point", filled: true, size, opacity: size < 25 ? 0.7 : 1, aria: labelled };
  const encoding = { ...others, ...(labelled ? { description: { field: "text" } } : {}) };
  return [
    {
      data: { values: rows.filter(({ value }) => value !== undefined) },
      mark,
      encoding: { ...encoding, y, color },
    },
    {
      data: { values: rows.filter(({ value }) => value === undefined) },
      mark: { ...mark, size: 120, y: "height", yOffset: -6 },
      encoding: {
        ...encoding,
        color: { condition: { test: "datum.state === 'pruned'", value: AXIS }, value: VERMILION },
      },
    },
  ];
}

/** The steps of the best value, from the first trial that came to its end to the end of the axis. */
function bestSoFar(
  trials: readonly FinishedTrial[],
  direction: Direction,
  end: number,
): { number: number; value: number }[] {
  const steps: { number: number; value: number }[] = [];
  for (const trial of [...trials].sort((a, b) => a.number - b.number)) {
    const value = finiteValue(trial);
    if (trial.state !== "complete" || value === undefined) continue;
    const best = steps.at(-1)?.value;
    if (best === undefined || compareValues(direction, value, best) < 0)
      steps.push({ number: trial.number, value });
  }
  const last = steps.at(-1);
  if (last !== undefined && last.number < end) steps.push({ number: end, value: last.value });
  return steps;
}

/** How the search went, in words. */
function courseText(search: SearchResult): string {
  const best = bestTrial(search);
  const counts = capitalize(stateCounts(search.trials));
  if (best === undefined) return `${counts}. No trial came to its end with a value.`;
  return `${counts}. Best ${objectiveTitle(search.objective)}: ${short(best.value)}, in trial ${best.number}.`;
}

/** The most width of a column of dots, as a share of the distance between choices, and the step in it. */
const COLUMN = 0.7;
const COLUMN_STEP = 0.07;
/** Dots of a choice stand beside each other if their values are closer than this share of the axis. */
const BESIDE = 1 / 45;

function againstParameter(search: SearchResult, parameter: Parameter, name: string, size: ChartSize): Chart {
  const { objective } = search;
  const trials = search.trials.filter(({ params }) => paramOf(params, parameter.name) !== undefined);
  const axis = parameterAxis(parameter, search.trials);
  const times = timesOf(search.trials);
  const rows = trials
    .map((trial) => ({
      place: axis.place(trial.params[parameter.name]!),
      value: finiteValue(trial),
      state: stateOf(trial),
      time: times.label(trial),
      text: trialText(trial, objective),
    }))
    .filter((row) => row.place !== undefined) as (Dot & { place: number; time: string; state: TrialState })[];
  const categorical = parameter.distribution.kind === "categorical";
  const title = `${capitalize(objectiveTitle(objective).replace(/ \(.*/, ""))} against ${parameter.name}`;
  const labels = axis.ticks.map(({ label }) => label);
  const room = (size.width - 90) / labels.length;
  const slanted = categorical && labels.some((label) => textWidth(label, 12) > room - 6);
  const color = {
    field: "time",
    type: "nominal",
    scale: { domain: times.labels, range: times.colors },
    legend: times.labels.length > 1 ? { ...LEGEND, title: times.title } : null,
  };
  const shape = stateEncoding(trials, SHAPES, { symbolFillColor: MUTED, symbolStrokeColor: MUTED });
  return {
    name,
    title,
    caption: bestAt(search, parameter.name),
    wide: false,
    specification: {
      ...chart(
        size,
        title,
        `Each trial, in the colour of ${times.title === "round" ? "its round" : "when it was proposed"}`,
      ),
      encoding: {
        x: {
          field: "place",
          type: "quantitative",
          title: axis.title,
          scale: {
            ...(axis.logarithmic ? { type: "log" } : { zero: false }),
            domain: axis.domain,
            nice: false,
            padding: categorical ? 0 : 8,
          },
          axis: {
            values: axis.ticks.map(({ place }) => place),
            labelExpr: tickExpression(axis),
            description: axisText(axis),
            grid: !categorical,
            ...(slanted ? { labelAngle: -35, labelAlign: "right", labelLimit: 130 } : {}),
          },
        },
      },
      layer: dots(categorical ? sideBySide(rows) : rows, dotSize(trials.length), {
        y: valueAxis(search),
        color,
        shape,
      }),
      ...(legendWidth([times.title, ...times.labels, ...shape.scale.domain]) > size.width - 70
        ? STACKED
        : {}),
    },
  };
}

/** Where the parameter is best, in words. */
function bestAt(search: SearchResult, parameter: string): string {
  const best = bestTrial(search);
  if (best === undefined) return "No trial came to its end with a value.";
  const value = paramOf(best.params, parameter);
  if (value === undefined) return `The best trial, ${best.number}, does without ${parameter}.`;
  return `Best at ${parameter} = ${paramText(value)} (trial ${best.number}).`;
}

/** The axis in words, for screen readers. */
function axisText({ title, ticks }: ParameterAxis): string {
  return `X-axis, ${title}: ${ticks.map(({ label }) => label).join("; ")}`;
}

/** A Vega expression that gives each tick its label. */
function tickExpression({ ticks }: ParameterAxis): string {
  return tickLabels(
    ticks.map(({ place }) => place),
    ticks.map(({ label }) => label),
  );
}

/** Spreads dots that would lie on each other from the middle of their choice's column to both sides. */
function sideBySide<T extends Dot & { place: number }>(rows: readonly T[]): T[] {
  const [low, high] = extent(rows.map(({ value }) => value).filter((value) => value !== undefined)) ?? [0, 0];
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const level =
      row.value === undefined
        ? "failed"
        : high > low
          ? Math.floor((row.value - low) / (high - low) / BESIDE)
          : 0;
    const key = `${row.place} ${level}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const most = Math.max(1, ...[...groups.values()].map((group) => group.length));
  const step = Math.min(COLUMN_STEP, COLUMN / most);
  return [...groups.values()].flatMap((group) =>
    group.map((row, i) => ({ ...row, place: row.place + (i - (group.length - 1) / 2) * step })),
  );
}

/** The times of the trials: their rounds or, if there is only one round, their numbers. */
function timesOf(trials: readonly FinishedTrial[]): {
  title: string;
  labels: readonly string[];
  colors: readonly string[];
  label(trial: FinishedTrial): string;
} {
  const byRound = trials.some(({ round }) => round !== trials[0]!.round);
  const time = (trial: FinishedTrial) => (byRound ? trial.round : trial.number);
  const [first, last] = extent(trials.map(time)) ?? [0, 0];
  const groups = Math.min(4, last - first + 1);
  const width = Math.ceil((last - first + 1) / groups);
  const labels = Array.from({ length: Math.ceil((last - first + 1) / width) }, (_, i) => {
    const from = first + i * width;
    const to = Math.min(from + width - 1, last);
    return from === to ? String(from) : `${from}–${to}`;
  });
  const spread = Math.max(1, labels.length - 1);
  return {
    title: byRound ? "round" : "trial",
    labels,
    colors: labels.map(
      (_, i) => RAMP[Math.round((labels.length === 1 ? 1 : i / spread) * (RAMP.length - 1))]!,
    ),
    label: (trial) => labels[Math.floor((time(trial) - first) / width)]!,
  };
}

function importanceBars(importance: readonly Importance[], { width, height }: ChartSize): Chart {
  const rows = importance
    .filter(({ importance }) => Number.isFinite(importance))
    .sort((a, b) => b.importance - a.importance)
    .map((row) => ({
      ...row,
      end: Math.max(0, row.importance),
      label: decimals(row.importance, 2),
    }));
  const title = "Parameter importance";
  return {
    name: "importance",
    title,
    caption: `${rows.map(({ name, label }) => `${name} ${label}`).join(", ")}.`,
    wide: false,
    specification: {
      ...chart(
        { width, height: Math.min(height, 140 + 34 * rows.length) },
        title,
        "Permutation importance, random forest",
      ),
      data: { values: rows },
      encoding: {
        y: { field: "name", type: "nominal", sort: null, title: null, axis: { domain: false, ticks: false } },
      },
      layer: [
        {
          mark: { type: "bar", color: BLUE, height: { band: 0.6 } },
          encoding: {
            x: { field: "importance", type: "quantitative", title: "importance", axis: { tickCount: 5 } },
          },
        },
        {
          mark: { type: "text", align: "left", dx: 6, color: INK, fontSize: 12, aria: false },
          encoding: { x: { field: "end", type: "quantitative", title: null }, text: { field: "label" } },
        },
      ],
    },
  };
}
