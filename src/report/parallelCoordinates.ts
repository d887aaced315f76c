/** The chart of all parameters at once: an axis for each, a line for each trial. */
import { log } from "../math.ts";
import { AXIS, type Chart, type ChartSize, chart, INK, PAPER, RAMP } from "./chartStyle.ts";
import { evenTexts, extent, linearTicks } from "./charts/axes.ts";
import { type ParameterAxis, parameterAxis } from "./charts/parameterAxis.ts";
import {
  bestTrial,
  compareValues,
  finiteValue,
  objectiveTitle,
  type Parameter,
  paramsText,
  type SearchResult,
  stateOf,
  trialText,
  valuesOf,
} from "./trials.ts";

/** Where a parameter that a trial does without is drawn: below its axis, which goes from 0 to 1. */
const ABSENT = -0.14;
/** Above this number of trials their lines let others shine through. */
const MAX_SOLID = 60;

/** By the step of the ramp, "0" to "6", or grey. */
const COLOR = {
  field: "color",
  type: "nominal",
  scale: { domain: [...RAMP.map((_, i) => String(i)), "pruned"], range: [...RAMP, AXIS] },
  legend: null,
};

export function parallelCoordinates(
  search: SearchResult,
  parameters: readonly Parameter[],
  size: ChartSize,
): Chart {
  const { trials, objective, direction } = search;
  const values = valuesOf(trials.filter((trial) => stateOf(trial) === "complete"));
  const [low, high] = extent(values) ?? [0, 0];
  const share = (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  const axes = parameters.map((parameter) => ({ parameter, axis: parameterAxis(parameter, trials) }));
  const best = bestTrial(search);

  const points = [...trials]
    .filter((trial) => finiteValue(trial) !== undefined)
    // What is drawn later lies on top: the better trials.
    .sort((a, b) => compareValues(direction, finiteValue(b)!, finiteValue(a)!))
    .flatMap((trial) => {
      const value = finiteValue(trial)!;
      const complete = stateOf(trial) === "complete";
      const goodness = direction === "maximize" ? share(value) : 1 - share(value);
      const line = {
        trial: trial.number,
        kind: !complete ? "pruned" : trial.number === best?.number ? "best" : "complete",
        color: complete ? String(Math.min(RAMP.length - 1, Math.floor(goodness * RAMP.length))) : "pruned",
        text: trialText(trial, objective),
      };
      const places = axes.map(({ parameter, axis }, column) => {
        const value = trial.params[parameter.name];
        const place = value === undefined ? undefined : axis.place(value);
        return { ...line, column, at: place === undefined ? ABSENT : along(axis, place) };
      });
      return complete ? [...places, { ...line, column: axes.length, at: share(value) }] : places;
    });
  const lacking = axes.map((_, column) => points.some((p) => p.column === column && p.at === ABSENT));

  const valueTicks = values.length === 0 ? [] : low < high ? linearTicks([low, high]) : [low];
  const labels = [
    ...axes.flatMap(({ axis }, column) => [
      ...axis.ticks.map(({ place, label }) => ({ column, at: along(axis, place), label })),
      ...(lacking[column] ? [{ column, at: ABSENT, label: "not there" }] : []),
    ]),
  ];
  const texts = evenTexts(valueTicks);
  const valueLabels = valueTicks.map((value, i) => ({
    column: axes.length,
    at: share(value),
    label: texts[i]!,
  }));
  const heads = [
    ...axes.map(({ axis }, column) => ({ column, label: axis.title, from: 0, to: 1 })),
    { column: axes.length, label: objectiveTitle(objective), from: 0, to: 1 },
  ];
  const key = RAMP.map((_, i) => ({
    column: axes.length,
    from: i / RAMP.length,
    to: (i + 1) / RAMP.length,
    color: String(direction === "maximize" ? i : RAMP.length - 1 - i),
  }));

  const bottom = lacking.includes(true) ? ABSENT - 0.04 : 0;
  const y = (field: string) => ({
    field,
    type: "quantitative",
    axis: null,
    scale: { domain: [bottom, 1], nice: false, padding: 4 },
  });
  const x = {
    field: "column",
    type: "quantitative",
    axis: null,
    scale: { domain: [0, axes.length], nice: false, zero: false },
  };
  const text = { type: "text", align: "right", baseline: "middle", dx: -7, fontSize: 12, aria: false };
  const width = Math.max(960, size.width, 160 * (axes.length + 1));
  const title = "All parameters at once";
  const pruned = points.some(({ kind }) => kind === "pruned");
  const line = (kind: string, mark: Record<string, unknown>) => ({
    data: { values: points.filter((point) => point.kind === kind) },
    mark: { type: "line", strokeJoin: "round", ...mark },
    encoding: {
      x,
      y: y("at"),
      detail: { field: "trial" },
      description: { field: "text" },
      color: COLOR,
    },
  });
  const opacity = trials.length > MAX_SOLID ? 0.45 : 0.9;
  return {
    name: "parallel-coordinates",
    title,
    caption: [
      "A line for each trial that has a value, in the colour of its value at the last axis; the best one is thick.",
      pruned ? " Trials that were pruned are dashed and have no place on the last axis." : "",
      best === undefined ? "" : ` The best is trial ${best.number}: ${paramsText(best)}.`,
    ].join(""),
    wide: true,
    specification: {
      ...chart(
        { width, height: size.height + 40 },
        title,
        `From ${parameters[0]!.name} to the value that came of it`,
      ),
      padding: { left: 60, right: 70, top: 16, bottom: 16 },
      layer: [
        {
          data: { values: heads },
          mark: { type: "rule", color: AXIS, aria: false },
          encoding: { x, y: y("from"), y2: { field: "to" } },
        },
        line("pruned", { strokeWidth: 1, strokeDash: [4, 3], opacity: 0.6 }),
        line("complete", { strokeWidth: 1.5, opacity }),
        line("best", { strokeWidth: 3.5, opacity: 1 }),
        ...(values.length === 0 ? [] : [colorKey(key, x, y)]),
        ...[{ stroke: PAPER, strokeWidth: 4, strokeJoin: "round", color: PAPER }, { color: INK }].map(
          (look) => ({
            data: { values: labels },
            mark: { ...text, ...look },
            encoding: { x, y: y("at"), text: { field: "label" } },
          }),
        ),
        {
          data: { values: valueLabels },
          mark: { ...text, align: "left", dx: 20, color: INK },
          encoding: { x, y: y("at"), text: { field: "label" } },
        },
        {
          data: { values: heads },
          mark: { type: "text", dy: -14, baseline: "bottom", fontSize: 13, color: INK, aria: false },
          encoding: { x, y: y("to"), text: { field: "label" } },
        },
      ],
    },
  };
}

/** The colours along the axis of values. */
function colorKey(
  values: readonly Record<string, unknown>[],
  x: Record<string, unknown>,
  y: (field: string) => Record<string, unknown>,
): Record<string, unknown> {
  return {
    data: { values },
    mark: { type: "bar", width: 8, xOffset: 9, aria: false },
    encoding: {
      x,
      y: y("from"),
      y2: { field: "to" },
      color: COLOR,
    },
  };
}

/** How far along an axis a place is, from 0 to 1. */
function along({ domain: [low, high], logarithmic }: ParameterAxis, place: number): number {
  return logarithmic ? (log(place) - log(low)) / (log(high) - log(low)) : (place - low) / (high - low);
}
