/**
 * The charts of the reproduction: a figure's four curves over several seeds beside the readings off the
 * report's, the accuracy against λ that the report left out, and Table 4 as a picture. What is drawn is
 * decided here; `report/` says how charts look and draws them.
 */
import { short } from "../format/numbers.ts";
import type { EpochRow } from "../model/history.ts";
import { countDomain, countTicks, extent, type ValueAxis, valueEncoding } from "../report/charts/axes.ts";
import {
  BLUE,
  chart,
  IN_PAGE,
  MUTED,
  PALETTE,
  PAPER,
  VERMILION,
  withDescription,
} from "../report/charts/style.ts";
import { isNumber } from "./statistics.ts";
import { formatL2, type Measure, type Readings } from "./table.ts";

/** The epochs of a training. */
export interface Curve {
  readonly seed: number;
  readonly rows: readonly EpochRow[];
}

/** A chart as a file, and what stands under it. */
export interface Panel {
  /** "cost", "learning-rate": the end of a file's name. */
  readonly name: string;
  readonly svg: string;
  readonly caption: string;
}

/**
 * Where the highest value is more than this times the lowest, the axis is logarithmic: a nine-layer network's
 * loss can leap for an epoch, beside which the curves of the other seeds would be one flat line.
 */
const LOG_ABOVE = 8;

const MEASURES: readonly (CurveChart & { readonly measure: Measure })[] = [
  {
    measure: "cost",
    title: "Cost",
    subtitle: "Cross-entropy loss plus L2 penalty",
    axis: { title: "cost (nats)", logAbove: LOG_ABOVE },
  },
  {
    measure: "loss",
    title: "Loss",
    subtitle: "Mean cross-entropy",
    axis: { title: "loss (nats)", logAbove: LOG_ABOVE },
  },
  {
    measure: "accuracy",
    title: "Accuracy",
    subtitle: "Share of samples classified correctly",
    axis: { title: "accuracy", limit: 1 },
  },
];

const RATE: CurveChart = {
  title: "Learning rate",
  subtitle: "As it stands after each epoch",
  axis: { title: "learning rate η", from: 0 },
};

const SETS = [
  ["train", "training", BLUE],
  ["validation", "validation", VERMILION],
] as const;

interface Value {
  readonly epoch: number;
  readonly series: string;
  readonly seed: number;
  readonly value: number;
}

/**
 * Cost, loss, accuracy and learning rate: the first curve thick, the others thin, and the report's readings
 * as hollow diamonds after the epochs 1, 10 and `lastEpoch`.
 */
export async function trainingPanels(
  curves: readonly Curve[],
  lastEpoch: number,
  readings?: Readings,
): Promise<Panel[]> {
  const panels: Panel[] = [];
  for (const measure of MEASURES) panels.push(await measurePanel(measure, curves, lastEpoch, readings));
  return [...panels, await ratePanel(curves.slice(0, 1))];
}

async function measurePanel(
  { measure, ...plot }: (typeof MEASURES)[number],
  curves: readonly Curve[],
  lastEpoch: number,
  readings: Readings | undefined,
): Promise<Panel> {
  const values = curves.flatMap(({ seed, rows }) =>
    SETS.flatMap(([set, series]) =>
      finite(rows.map((row) => ({ epoch: row.epoch, series, seed, value: row[set]?.[measure] }))),
    ),
  );
  const read = SETS.flatMap(([set, series]) =>
    [1, 10, lastEpoch].flatMap((epoch, i) => {
      const value = readings?.[set][measure][i];
      return value === undefined ? [] : [{ epoch, series, value }];
    }),
  );
  const last = curves[0]?.rows.at(-1);
  const ends = SETS.flatMap(([set, series]) => {
    const value = last?.[set]?.[measure];
    return isNumber(value) ? [`${series} ${short(value)}`] : [];
  });
  const caption = ends.length === 0 ? "" : `after epoch ${last!.epoch}: ${ends.join(", ")}`;
  return { name: measure, svg: await drawCurves(plot, curves[0]?.seed, values, read, caption), caption };
}

async function ratePanel(curves: readonly Curve[]): Promise<Panel> {
  const values = curves.flatMap(({ seed, rows }) =>
    finite(rows.map((row) => ({ epoch: row.epoch, series: "learning rate", seed, value: row.learningRate }))),
  );
  const caption = "that of the next update, as in the report";
  return {
    name: "learning-rate",
    svg: await drawCurves(RATE, curves[0]?.seed, values, [], caption),
    caption,
  };
}

function finite(values: readonly (Omit<Value, "value"> & { value: number | undefined })[]): Value[] {
  return values.filter((each): each is Value => isNumber(each.value));
}

interface CurveChart {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: ValueAxis;
}

/** The values of seed `thick` as thick lines, the others' as thin ones, and what was read off as diamonds. */
function drawCurves(
  { title, subtitle, axis }: CurveChart,
  thick: number | undefined,
  values: readonly Value[],
  read: readonly Omit<Value, "seed">[],
  caption: string,
): Promise<string> {
  const both = SETS.map(([, series]) => series as string).filter((name) =>
    values.some(({ series }) => series === name),
  );
  const names = both.length > 0 ? both : ["learning rate"];
  const epochs = extent(values.map(({ epoch }) => epoch)) ?? [0, 1];
  const shown = [...values, ...read].map(({ value }) => value);
  const color = {
    field: "series",
    type: "nominal",
    scale: { domain: names, range: SETS.map(([, , shade]) => shade).slice(0, names.length) },
    legend:
      both.length > 0
        ? { orient: "top", title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolOpacity: 1 }
        : null,
  };
  const first = values.filter(({ seed }) => seed === thick);
  const others = values.filter(({ seed }) => seed !== thick);
  const spec = {
    ...chart(IN_PAGE, title, subtitle),
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        title: "epoch",
        scale: { domain: countDomain(epochs), nice: false, zero: false, padding: 8 },
        axis: { values: countTicks(epochs), format: "d", grid: false },
      },
      y: valueEncoding(axis, shown),
      color,
    },
    layer: [
      {
        data: { values: others },
        mark: { type: "line", strokeWidth: 1, opacity: 0.55, aria: false },
        encoding: { detail: { field: "seed", type: "nominal" } },
      },
      {
        data: { values: first },
        mark: { type: "line", strokeWidth: 2.25, strokeJoin: "round", aria: false },
      },
      {
        data: { values: read },
        mark: { type: "point", shape: "diamond", size: 90, strokeWidth: 1.75, fill: PAPER, opacity: 1 },
      },
    ],
  };
  return draw(spec, title, `${subtitle}; ${caption}.`);
}

/** A value of λ and its validation accuracies: the report's, or this run's with their spread. */
export interface SearchPoint {
  readonly l2: number;
  readonly source: "report" | "this run" | "this run’s own search";
  readonly value: number;
  /** Standard deviation over seeds, if there are several. */
  readonly sd?: number | undefined;
}

const SOURCES = ["report", "this run", "this run’s own search"] as const;
const SOURCE_COLORS = [VERMILION, BLUE, PALETTE.green.light];
const SOURCE_SHAPES = ["diamond", "circle", "square"];

/**
 * Validation accuracy against λ. `fine`: on a linear axis, with a line at the λ that the report found best.
 */
export async function searchPanel(
  points: readonly SearchPoint[],
  { fine = false, best }: { readonly fine?: boolean; readonly best?: number } = {},
): Promise<Panel> {
  const names = SOURCES.filter((name) => points.some(({ source }) => source === name));
  const scale = (range: readonly string[]) => ({
    domain: names,
    range: names.map((name) => range[SOURCES.indexOf(name)]!),
  });
  const legend = { orient: "top", title: null, symbolSize: 80, labelLimit: 0 };
  const title = fine ? "Around the optimum" : "Accuracy against λ";
  const subtitle = fine ? "The values of the fine rounds" : "All values of λ, on a logarithmic axis";
  const x = { field: "l2", type: "quantitative", title: fine ? "λ" : "λ, logarithmic" };
  const y = {
    type: "quantitative",
    title: "validation accuracy",
    scale: { zero: false, nice: true },
    axis: { tickCount: 6, format: ".3f" },
  };
  const shape = { field: "source", type: "nominal", scale: scale(SOURCE_SHAPES), legend };
  const bars = points.flatMap(({ l2, source, value, sd }) =>
    sd === undefined ? [] : [{ l2, source, low: value - sd, high: value + sd }],
  );
  const spec = {
    ...chart(IN_PAGE, title, subtitle),
    encoding: {
      x: fine
        ? { ...x, scale: { zero: false, nice: true }, axis: { tickCount: 5, format: "~e", grid: false } }
        : {
            ...x,
            scale: { type: "log", nice: true },
            axis: { values: [1e-5, 1e-4, 1e-3, 1e-2, 1e-1], format: "~e", grid: false },
          },
      color: { field: "source", type: "nominal", scale: scale(SOURCE_COLORS), legend },
    },
    layer: [
      ...(best === undefined
        ? []
        : [
            {
              data: { values: [{ l2: best }] },
              mark: { type: "rule", color: MUTED, strokeDash: [4, 4], aria: false },
              encoding: { x, color: null },
            },
          ]),
      {
        data: { values: bars },
        mark: { type: "rule", strokeWidth: 1.25, aria: false },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" } },
      },
      {
        data: { values: points.filter(({ source }) => source !== "report") },
        mark: { type: "point", fill: PAPER, size: 70, strokeWidth: 1.75, opacity: 1 },
        encoding: { y: { ...y, field: "value" }, shape },
      },
      // On top and hollow: it often lies where this run's point does.
      {
        data: { values: points.filter(({ source }) => source === "report") },
        mark: { type: "point", size: 50, strokeWidth: 1.75, opacity: 1 },
        encoding: { y: { ...y, field: "value" }, shape },
      },
    ],
  };
  const ours = points.filter(({ source }) => source !== "report");
  const top = ours.reduce<SearchPoint | undefined>(
    (most, point) => (most === undefined || point.value > most.value ? point : most),
    undefined,
  );
  const caption =
    top === undefined ? "" : `highest in this run: ${short(top.value)} at λ = ${formatL2(top.l2)}`;
  return { name: fine ? "fine" : "all", svg: await draw(spec, title, `${subtitle}.`), caption };
}

/** The accuracies of the report's Table 4 end below it. */
const LEAST_TOP = 0.6;

/** A cell of Table 4. */
export interface Cell {
  readonly sigma: number;
  readonly bn: boolean;
  readonly source: "report" | "this run";
  readonly value: number;
  readonly sd?: number | undefined;
}

/** Test accuracy against σ, for one of the two networks. */
export async function sensitivityPanel(layers: 3 | 9, cells: readonly Cell[]): Promise<Panel> {
  const title = layers === 3 ? "Three layers" : "Nine layers";
  const subtitle = "Test accuracy by the σ of the initial parameters";
  const networks = ["without BN", "with BN"];
  const values = cells.map(({ sigma, bn, source, value, sd }) => ({
    sigma: String(sigma),
    network: networks[bn ? 1 : 0]!,
    source,
    place: `${bn ? 1 : 0} ${source}`,
    value,
    ...(sd !== undefined && { low: value - sd, high: value + sd }),
  }));
  const legend = { orient: "top", title: null, symbolSize: 80, labelLimit: 0 };
  const y = {
    type: "quantitative",
    title: "test accuracy",
    scale: { domain: [0, Math.max(LEAST_TOP, ...cells.map(({ value, sd = 0 }) => value + sd))], nice: true },
    axis: { tickCount: 6, format: ".1f" },
  };
  const spec = {
    ...chart(IN_PAGE, title, subtitle),
    encoding: {
      x: {
        field: "sigma",
        type: "ordinal",
        title: "σ",
        scale: { domain: ["0.1", "0.001", "0.0001"], paddingInner: 0.3 },
        axis: { labelAngle: 0 },
      },
    },
    layer: [
      {
        data: { values: [{ chance: 0.1 }] },
        mark: { type: "rule", color: MUTED, strokeDash: [4, 4], aria: false },
        encoding: { x: null, y: { ...y, field: "chance" } },
      },
      {
        data: { values: values.filter(({ low }) => low !== undefined) },
        mark: { type: "rule", strokeWidth: 1.25, aria: false },
        encoding: {
          xOffset: offset,
          y: { ...y, field: "low" },
          y2: { field: "high" },
          color: { field: "network", type: "nominal" },
        },
      },
      {
        data: { values },
        mark: { type: "point", filled: false, fill: PAPER, size: 80, strokeWidth: 1.75, opacity: 1 },
        encoding: {
          xOffset: offset,
          y: { ...y, field: "value" },
          color: {
            field: "network",
            type: "nominal",
            scale: { domain: networks, range: [VERMILION, BLUE] },
            legend: { ...legend, symbolType: "stroke", symbolStrokeWidth: 3 },
          },
          shape: {
            field: "source",
            type: "nominal",
            scale: { domain: ["report", "this run"], range: ["diamond", "circle"] },
            legend: null, // the caption says it: Vega-Lite draws no symbols beside those of the colour
          },
        },
      },
    ],
  };
  return { name: String(layers), svg: await draw(spec, title, `${subtitle}.`), caption: "" };
}

const offset = {
  field: "place",
  type: "nominal",
  scale: { domain: ["0 report", "0 this run", "1 report", "1 this run"] },
};

async function draw(
  spec: Readonly<Record<string, unknown>>,
  title: string,
  description: string,
): Promise<string> {
  const { renderSvg } = await import("../report/charts/render.ts"); // only who draws waits for it to load
  return withDescription(await renderSvg(spec), title, description);
}
