/** A figure's four panels: its curves over several seeds, beside numbers read off the paper's figure. */
import { short } from "../../format/numbers.ts";
import type { EpochRow } from "../../model/history.ts";
import {
  type CurveOptions,
  type CurvePoint,
  curvePoints,
  severalCurves,
} from "../../report/charts/curves.ts";
import { drawChart } from "../../report/charts/draw.ts";
import { IN_PAGE } from "../../report/charts/style.ts";
import type { Panel } from "../document/blocks.ts";
import { isNumber } from "../statistics.ts";
import type { Measure, Readings } from "../table.ts";

/** The epochs of a training. */
export interface Curve {
  readonly seed: number;
  readonly rows: readonly EpochRow[];
}

/** A smaller leap than in a chart of one training is enough to hide the thin curves of other seeds. */
const OPTIONS: CurveOptions = { size: IN_PAGE, alone: false, logAbove: 8 };

const MEASURES: readonly Measure[] = ["cost", "loss", "accuracy"];

const SETS = [
  ["train", "training"],
  ["validation", "validation"],
] as const;

/**
 * Cost, loss, accuracy and learning rate: the first curve thick, the others thin, and the paper's readings
 * as hollow diamonds after the epochs 1, 10 and `lastEpoch`.
 */
export async function trainingPanels(
  curves: readonly Curve[],
  lastEpoch: number,
  readings?: Readings,
): Promise<Panel[]> {
  const panels: Panel[] = [];
  for (const measure of MEASURES) {
    const read = readings === undefined ? [] : readingPoints(readings, measure, lastEpoch);
    panels.push(await panel(measure, curves, read, endsInWords(measure, curves)));
  }
  const rate = await panel(
    "learning-rate",
    curves.slice(0, 1),
    [],
    "that of the next update, as in the report",
  );
  return [...panels, rate];
}

async function panel(
  name: Measure | "learning-rate",
  curves: readonly Curve[],
  readings: readonly CurvePoint[],
  caption: string,
): Promise<Panel> {
  const [thick = [], ...thin] = curves.map(({ seed, rows }) => curvePoints(name, rows, seed));
  const { title, subtitle, specification } = severalCurves(
    name,
    { thick, thin: thin.flat(), readings },
    OPTIONS,
  );
  return { name, svg: await drawChart(specification, title, `${subtitle}; ${caption}.`), caption };
}

function readingPoints(readings: Readings, measure: Measure, lastEpoch: number): CurvePoint[] {
  return SETS.flatMap(([set, series]) =>
    [1, 10, lastEpoch].map((epoch, i) => ({ epoch, series, value: readings[set][measure][i]! })),
  );
}

/** "after epoch 20: training 1.08, validation 1.34", of the first curve. */
function endsInWords(measure: Measure, curves: readonly Curve[]): string {
  const last = curves[0]?.rows.at(-1);
  const ends = SETS.flatMap(([set, series]) => {
    const value = last?.[set]?.[measure];
    return isNumber(value) ? [`${series} ${short(value)}`] : [];
  });
  return ends.length === 0 ? "" : `after epoch ${last!.epoch}: ${ends.join(", ")}`;
}
