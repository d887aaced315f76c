/** The four plots of a training as SVG: cost, loss and accuracy of training and validation data, and learning rate. */
import { short } from "../format/numbers.ts";
import {
  CURVE_NAMES,
  type CurveName,
  type CurvePoint,
  type CurveRow,
  curvePoints,
  seriesOf,
  trainingCurves,
} from "./charts/curves.ts";
import { drawChart } from "./charts/draw.ts";
import { ALONE, type ChartSize } from "./charts/style.ts";

export type PlotRow = CurveRow;
export type PlotName = CurveName;

/** The plots' names, which are those of their files. */
export const PLOT_NAMES: readonly PlotName[] = CURVE_NAMES;

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
export function renderPlot(
  name: PlotName,
  rows: readonly PlotRow[],
  size: ChartSize = ALONE,
): Promise<string> {
  const points = curvePoints(name, rows);
  const { title, subtitle, specification } = trainingCurves(name, points, {
    size,
    alone: true,
    logAbove: 30,
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
