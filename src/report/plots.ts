/** The plots of a training as SVG: cost, loss and metrics of training and validation data, and learning rate. */
import { short } from "../format/numbers.ts";
import { metrics } from "../metrics/index.ts";
import {
  type CurveName,
  type CurvePoint,
  type CurveRow,
  curveNames,
  curvePoints,
  seriesOf,
  trainingCurves,
} from "./charts/curves.ts";
import { drawChart } from "./charts/draw.ts";
import { ALONE, type ChartSize } from "./charts/style.ts";

export type PlotRow = CurveRow;
export type PlotName = CurveName;

/** The names of the plots that a training of the command line can have, which are those of their files. */
export const PLOT_NAMES: readonly PlotName[] = [
  ...["cost", "loss"],
  ...Object.entries(metrics).flatMap(([name, { create }]) => ("better" in create() ? [name] : [])),
  "learning-rate",
];

export interface PlotOptions {
  readonly size?: ChartSize;
  /** Whether the loss is a cross-entropy, of classes or flags. Default: true. */
  readonly inNats?: boolean;
}

/** The plots as SVG documents, by name. The same rows give the same bytes. */
export async function renderPlots(
  rows: readonly PlotRow[],
  options: PlotOptions = {},
): Promise<Readonly<Record<PlotName, string>>> {
  const plots: Record<PlotName, string> = {};
  for (const name of curveNames(rows)) plots[name] = await renderPlot(name, rows, options);
  return plots;
}

/** One plot as an SVG document. */
export function renderPlot(
  name: PlotName,
  rows: readonly PlotRow[],
  { size = ALONE, inNats }: PlotOptions = {},
): Promise<string> {
  const points = curvePoints(name, rows);
  const { title, subtitle, specification } = trainingCurves(name, points, {
    ...{ size, alone: true, logAbove: 30, inNats },
  });
  return drawChart(specification, title, `${subtitle}: ${describe(seriesOf(name), points)}.`);
}

/** The curves in words: where each begins and ends. */
function describe(names: readonly string[], points: readonly CurvePoint[]): string {
  const sentences = names.flatMap((name) => {
    const line = points.filter(({ series }) => series === name);
    const [first, last] = [line[0], line.at(-1)];
    if (first === undefined || last === undefined) return [];
    const begin = `${name} ${short(first.value)} after epoch ${first.epoch}`;
    return line.length === 1 ? [begin] : [`${begin}, ${short(last.value)} after epoch ${last.epoch}`];
  });
  return sentences.join("; ") || "no epochs";
}
