/**
 * The report's four plots of a training, as SVG: cost, loss and accuracy of the training and the validation
 * data, and the learning rate, each against the epoch. What is drawn is decided here; `charts/render.ts`
 * draws it.
 */
import { short } from "../format/numbers.ts";
import type { EpochRow } from "../model/history.ts";
import { countDomain, countTicks, extent, type ValueAxis, valueEncoding } from "./charts/axes.ts";
import { ALONE, BLUE, type ChartSize, chart, VERMILION, withDescription } from "./charts/style.ts";

/** What is drawn of an epoch. Numbers that are not finite are left out of the plots. */
export type PlotRow = Pick<EpochRow, "epoch" | "learningRate" | "train" | "validation">;

export type PlotName = "cost" | "loss" | "accuracy" | "learning-rate";

interface Plot {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: ValueAxis;
  /** A name for the legend, and the number that an epoch has under it. */
  readonly series: readonly (readonly [name: string, value: (row: PlotRow) => number | undefined])[];
}

const bothSets = (measure: "accuracy" | "cost" | "loss"): Plot["series"] => [
  ["training", (row) => row.train[measure]],
  ["validation", (row) => row.validation?.[measure]],
];

const PLOTS: Readonly<Record<PlotName, Plot>> = {
  cost: {
    title: "Cost",
    subtitle: "Cross-entropy loss plus L2 penalty, after each epoch",
    axis: { title: "cost (nats)", logAbove: 30 },
    series: bothSets("cost"),
  },
  loss: {
    title: "Loss",
    subtitle: "Mean cross-entropy, after each epoch",
    axis: { title: "cross-entropy loss (nats)", logAbove: 30 },
    series: bothSets("loss"),
  },
  accuracy: {
    title: "Accuracy",
    subtitle: "Share of samples classified correctly, after each epoch",
    axis: { title: "accuracy", limit: 1 },
    series: bothSets("accuracy"),
  },
  "learning-rate": {
    title: "Learning rate",
    subtitle: "As it stands after each epoch",
    axis: { title: "learning rate η", from: 0 },
    series: [["learning rate", (row) => row.learningRate]],
  },
};

/** The plots' names, which are those of their files. */
export const PLOT_NAMES = Object.keys(PLOTS) as readonly PlotName[];

/** The four plots as SVG documents. The same rows give the same bytes. */
export async function renderPlots(
  rows: readonly PlotRow[],
  size: ChartSize = ALONE,
): Promise<Record<PlotName, string>> {
  const plots: Partial<Record<PlotName, string>> = {};
  for (const name of PLOT_NAMES) plots[name] = await renderPlot(name, rows, size);
  return plots as Record<PlotName, string>;
}

/** One plot as an SVG document. */
export async function renderPlot(
  name: PlotName,
  rows: readonly PlotRow[],
  size: ChartSize = ALONE,
): Promise<string> {
  const plot = PLOTS[name];
  const lines = plot.series
    .map(([series, value]) => ({ series, points: finitePoints(series, rows, value) }))
    .filter(({ points }) => points.length > 0);
  const { renderSvg } = await import("./charts/render.ts"); // only who draws waits for it to load
  return withDescription(
    await renderSvg(specification(plot, lines, size)),
    plot.title,
    describe(plot, lines),
  );
}

interface Point {
  readonly series: string;
  readonly epoch: number;
  readonly value: number;
}

interface Line {
  readonly series: string;
  readonly points: readonly Point[];
}

function finitePoints(
  series: string,
  rows: readonly PlotRow[],
  value: (row: PlotRow) => number | undefined,
): Point[] {
  const points: Point[] = [];
  for (const row of rows) {
    const number = value(row);
    if (Number.isFinite(row.epoch) && number !== undefined && Number.isFinite(number)) {
      points.push({ series, epoch: row.epoch, value: number });
    }
  }
  return points;
}

const COLORS = [BLUE, VERMILION];
/** In grey print the dots still differ. */
const SHAPES = ["circle", "square"];
/** Above this number of epochs their dots would hide the line. */
const MAX_DOTS = 60;

/** The plot in Vega-Lite (https://vega.github.io/vega-lite/docs/). */
function specification(plot: Plot, lines: readonly Line[], size: ChartSize): Record<string, unknown> {
  const points = lines.flatMap((line) => line.points);
  const dots = lines.flatMap((line) => (line.points.length <= MAX_DOTS ? line.points : []));
  const epochs = extent(points.map((point) => point.epoch)) ?? [0, 1];
  const names = lines.map((line) => line.series);
  const legend =
    plot.series.length > 1 ? { orient: "top", title: null, symbolSize: 70, labelLimit: 0, offset: 8 } : null;
  const scale = (range: readonly string[]) => ({ domain: names, range: range.slice(0, names.length) });
  return {
    ...chart(size, plot.title, plot.subtitle),
    data: { values: points },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epoch",
        scale: { domain: countDomain(epochs), nice: false, zero: false, padding: 8 },
        axis: { values: countTicks(epochs), format: "d", grid: false },
      },
      y: valueEncoding(
        plot.axis,
        points.map((point) => point.value),
      ),
      color: { field: "series", type: "nominal", scale: scale(COLORS), legend },
    },
    layer: [
      { mark: { type: "line", strokeWidth: 2, strokeJoin: "round", aria: false } },
      {
        data: { values: dots },
        mark: { type: "point", filled: true, size: 40, opacity: 1 },
        encoding: { shape: { field: "series", type: "nominal", scale: scale(SHAPES), legend } },
      },
    ],
  };
}

/** What the curves show, for those who do not see them. */
function describe(plot: Plot, lines: readonly Line[]): string {
  const sentences = lines.map(({ series, points }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    const begin = `${series} ${short(first.value)} after epoch ${first.epoch}`;
    return points.length === 1 ? begin : `${begin}, ${short(last.value)} after epoch ${last.epoch}`;
  });
  return `${plot.subtitle}: ${sentences.length === 0 ? "no epochs" : sentences.join("; ")}.`;
}
