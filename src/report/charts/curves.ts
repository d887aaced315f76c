/** The charts of the numbers of each epoch: cost, loss, metrics and learning rate against the epoch. */
import { type MetricKind, metrics } from "../../metrics/index.ts";
import { type EpochRow, scalars } from "../../model/history.ts";
import { countDomain, countTicks, extent, type ValueAxis, valueEncoding } from "./axes.ts";
import { BLUE, type ChartSize, chart, PAPER, VERMILION } from "./style.ts";

/** The numbers of an epoch that are drawn. Those that are not finite are left out. */
export type CurveRow = Pick<EpochRow, "epoch" | "learningRate" | "train" | "validation">;

/** "cost", "loss", "learning-rate", or the name of a metric. */
export type CurveName = string;

interface Measure {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: ValueAxis;
  /** Other words for a chart that stands alone, which has more room. */
  readonly alone?: { readonly subtitle?: string; readonly axisTitle?: string };
  /** Whether a value can be a hundred times those of the epochs around it. */
  readonly leaps?: boolean;
  /** The series: a name for the legend, and the number that an epoch has under it. */
  readonly series: readonly (readonly [name: string, value: (row: CurveRow) => number | undefined])[];
}

const bothSets = (measure: string): Measure["series"] => [
  ["training", (row) => numberOf(row.train, measure)],
  ["validation", (row) => numberOf(row.validation, measure)],
];

function numberOf(evaluation: object | undefined, measure: string): number | undefined {
  const value = (evaluation as Readonly<Record<string, unknown>> | undefined)?.[measure];
  return typeof value === "number" ? value : undefined;
}

/** What is drawn of every training of classes. */
const MEASURES: Readonly<Record<"cost" | "loss" | "learning-rate", Measure>> = {
  cost: {
    title: "Cost",
    subtitle: "Cross-entropy loss plus L2 penalty",
    axis: { title: "cost (nats)" },
    leaps: true,
    alone: { subtitle: "Cross-entropy loss plus L2 penalty, after each epoch" },
    series: bothSets("cost"),
  },
  loss: {
    title: "Loss",
    subtitle: "Mean cross-entropy",
    axis: { title: "loss (nats)" },
    leaps: true,
    alone: { subtitle: "Mean cross-entropy, after each epoch", axisTitle: "cross-entropy loss (nats)" },
    series: bothSets("loss"),
  },
  "learning-rate": {
    title: "Learning rate",
    subtitle: "As it stands after each epoch",
    axis: { title: "learning rate η", from: 0 },
    series: [["learning rate", (row) => row.learningRate]],
  },
};

/** The same of losses that are no entropy. */
const OF_OTHER_LOSSES: Readonly<Record<"cost" | "loss", Measure>> = {
  cost: {
    ...MEASURES.cost,
    ...{ subtitle: "Loss plus L2 penalty", axis: { title: "cost" } },
    alone: { subtitle: "Loss plus L2 penalty, after each epoch" },
  },
  loss: {
    ...MEASURES.loss,
    ...{ subtitle: "Mean loss", axis: { title: "loss" } },
    alone: { subtitle: "Mean loss, after each epoch" },
  },
};

/** The words and the axis of a chart. */
function measureOf(name: CurveName, inNats = true): Measure {
  if (!inNats && (name === "cost" || name === "loss")) return OF_OTHER_LOSSES[name];
  if (Object.hasOwn(MEASURES, name)) return MEASURES[name as keyof typeof MEASURES];
  const kind: MetricKind = Object.hasOwn(metrics, name)
    ? metrics[name as keyof typeof metrics]
    : { title: name, inWords: name, usualFor: [], create: () => ({ name }) };
  const { title, inWords, most } = kind;
  return {
    ...{ title, subtitle: inWords, leaps: most === undefined },
    axis: {
      title: /^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title,
      ...(most && { limit: most }),
    },
    alone: { subtitle: `${inWords}, after each epoch` },
    series: bothSets(name),
  };
}

/** The charts that there can be of these epochs, by name: cost, loss, each metric that is a number, and the learning rate. */
export function curveNames(rows: readonly CurveRow[]): CurveName[] {
  const names = rows.flatMap(({ train, validation }) =>
    scalars({ ...validation, ...train }).map(([name]) => name),
  );
  const measured = new Set(names.filter((name) => name !== "cost" && name !== "loss"));
  return ["cost", "loss", ...measured, "learning-rate"];
}

/** The names of a chart's series, in their order. */
export const seriesOf = (name: CurveName): string[] => measureOf(name).series.map(([series]) => series);

export interface CurvePoint {
  readonly series: string;
  readonly epoch: number;
  readonly value: number;
  /** Which of several trainings the point is of. */
  readonly training?: number;
}

/** The points of a training's curves, series by series. */
export function curvePoints(name: CurveName, rows: readonly CurveRow[], training?: number): CurvePoint[] {
  return measureOf(name).series.flatMap(([series, value]) =>
    rows.flatMap((row) => {
      const number = value(row);
      return number !== undefined && Number.isFinite(row.epoch) && Number.isFinite(number)
        ? [{ series, epoch: row.epoch, value: number, ...(training !== undefined && { training }) }]
        : [];
    }),
  );
}

export interface CurveOptions {
  readonly size: ChartSize;
  /** Whether the chart stands alone, not in a page that explains it. */
  readonly alone: boolean;
  /**
   * If the highest cost or loss is more than this times the lowest, its axis is logarithmic. A deep network's loss can leap
   * for an epoch, beside which all other numbers would be one flat line.
   */
  readonly logAbove: number;
  /** Whether the loss is a cross-entropy, of classes or flags. Default: true. */
  readonly inNats?: boolean | undefined;
}

export interface CurveChart {
  readonly title: string;
  readonly subtitle: string;
  /** A specification for Vega-Lite (https://vega.github.io/vega-lite/docs/). */
  readonly specification: Readonly<Record<string, unknown>>;
}

/** One training: a line with a dot for each epoch. */
export function trainingCurves(
  name: CurveName,
  points: readonly CurvePoint[],
  options: CurveOptions,
): CurveChart {
  const legend =
    measureOf(name).series.length > 1
      ? { orient: "top", title: null, symbolSize: 70, labelLimit: 0, offset: 8 }
      : null;
  const counts = new Map<string, number>();
  for (const { series } of points) counts.set(series, (counts.get(series) ?? 0) + 1);
  const shape = { field: "series", type: "nominal", scale: seriesScale(name, points, SHAPES), legend };
  return curves(name, points, points, legend, options, [
    { data: { values: points }, mark: { type: "line", strokeWidth: 2, strokeJoin: "round", aria: false } },
    {
      data: { values: points.filter(({ series }) => counts.get(series)! <= MAX_DOTS) },
      mark: { type: "point", filled: true, size: 40, opacity: 1 },
      encoding: { shape },
    },
  ]);
}

/** The shapes of the dots, which differ in grey print too. */
const SHAPES = ["circle", "square"];
/** The most epochs that get dots. More dots would hide the line. */
const MAX_DOTS = 60;

/**
 * Several trainings: one as thick lines, the others as thin ones.
 * @param readings points that were read off elsewhere, drawn as hollow diamonds
 */
export function severalCurves(
  name: CurveName,
  { thick, thin, readings }: Readonly<Record<"thick" | "thin" | "readings", readonly CurvePoint[]>>,
  options: CurveOptions,
): CurveChart {
  const points = [...thick, ...thin];
  const legend =
    measureOf(name).series.length > 1
      ? { orient: "top", title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolOpacity: 1 }
      : null;
  return curves(name, points, [...points, ...readings], legend, options, [
    {
      data: { values: thin },
      mark: { type: "line", strokeWidth: 1, opacity: 0.55, aria: false },
      encoding: { detail: { field: "training", type: "nominal" } },
    },
    {
      data: { values: thick },
      mark: { type: "line", strokeWidth: 2.25, strokeJoin: "round", aria: false },
    },
    {
      data: { values: readings },
      mark: { type: "point", shape: "diamond", size: 90, strokeWidth: 1.75, fill: PAPER, opacity: 1 },
    },
  ]);
}

const COLORS = [BLUE, VERMILION];

/** The colour or shape of each series that has points. */
function seriesScale(name: CurveName, points: readonly CurvePoint[], range: readonly string[]) {
  const names = seriesOf(name).filter((each) => points.some(({ series }) => series === each));
  return { domain: names, range: range.slice(0, names.length) };
}

/** What all charts of curves share: words, axes and colours. `shown` are the points that the upright axis has room for. */
function curves(
  name: CurveName,
  points: readonly CurvePoint[],
  shown: readonly CurvePoint[],
  legend: Readonly<Record<string, unknown>> | null,
  { size, alone, logAbove, inNats = true }: CurveOptions,
  layer: readonly Readonly<Record<string, unknown>>[],
): CurveChart {
  const measure = measureOf(name, inNats);
  const { title, axis, leaps = false } = measure;
  const words = alone ? measure.alone : undefined;
  const subtitle = words?.subtitle ?? measure.subtitle;
  const epochs = extent(points.map(({ epoch }) => epoch)) ?? [0, 1];
  const upright: ValueAxis = {
    ...axis,
    title: words?.axisTitle ?? axis.title,
    ...(leaps && { logAbove }),
  };
  return {
    title,
    subtitle,
    specification: {
      ...chart(size, title, subtitle),
      encoding: {
        x: {
          field: "epoch",
          type: "quantitative",
          title: "epoch",
          scale: { domain: countDomain(epochs), nice: false, zero: false, padding: 8 },
          axis: { values: countTicks(epochs), format: "d", grid: false },
        },
        y: valueEncoding(
          upright,
          shown.map(({ value }) => value),
        ),
        color: { field: "series", type: "nominal", scale: seriesScale(name, points, COLORS), legend },
      },
      layer,
    },
  };
}
