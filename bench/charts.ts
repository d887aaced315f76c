/** The charts of the benchmark's results, which `src/report/charts/draw.ts` draws as SVG. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawChart } from "../src/report/charts/draw.ts";
import {
  AXIS,
  BLUE,
  type ChartSize,
  chart,
  INK,
  PALETTE,
  PAPER,
  VERMILION,
} from "../src/report/charts/style.ts";
import type { Comparison } from "./peers/report.ts";
import { ratios, spread } from "./peers/rounds.ts";
import type { Measured } from "./report.ts";
import { dips, PRECISIONS, PRODUCTS, type Sweep } from "./sweep.ts";
import { digits } from "./table.ts";

interface Drawing {
  readonly title: string;
  readonly description: string;
  readonly specification: Readonly<Record<string, unknown>>;
}

const render = ({ title, description, specification }: Drawing): Promise<string> =>
  drawChart(specification, title, description);

const ENGINES = ["WebAssembly", "JavaScript"];
const LEGEND = { orient: "top", title: null, symbolSize: 80, labelLimit: 0, offset: 8 };

/** A row of dots for every case, on a logarithmic axis. Their distance is the ratio, which is written beside them. */
function speedChart(kind: Measured["kind"], measured: readonly Measured[]): Drawing {
  const isTraining = kind === "training";
  const names = measured.map(({ name, threads }) => (threads === 1 ? name : `${name}, ${threads} threads`));
  const values = measured.flatMap(({ wasm, js }, i) => [
    {
      case: names[i],
      engine: ENGINES[0],
      rate: 1 / wasm.median,
      ...(js && { js: 1 / js.median, ratio: `${digits(js.median / wasm.median)}×` }),
    },
    ...(js === undefined ? [] : [{ case: names[i], engine: ENGINES[1], rate: 1 / js.median }]),
  ]);
  const size: ChartSize = { width: 860, height: 150 + 24 * measured.length };
  const title = isTraining ? "Training steps" : "Kernels";
  const unit = isTraining ? "steps a second" : "calls a second";
  const shapes = { domain: ENGINES, range: ["circle", "square"] };
  const colours = { domain: ENGINES, range: [BLUE, VERMILION] };
  const rates = values.map(({ rate }) => rate);
  const x = {
    field: "rate",
    type: "quantitative",
    title: `${unit}, logarithmic`,
    // The domain leaves room for the ratios beside the last dots.
    scale: { type: "log", domain: [Math.min(...rates) / 1.3, Math.max(...rates) * 1.8] },
    axis: { tickCount: 6, format: "~s" },
  };
  const wasm = values.filter(({ engine }) => engine === ENGINES[0]);
  return {
    title,
    description: wasm
      .map(
        (each) =>
          `${each.case}: ${digits(each.rate)} ${unit}${"ratio" in each ? `, ${each.ratio} JavaScript's` : ""}`,
      )
      .join("; "),
    specification: {
      ...chart(size, title, `Medians, ${unit}; WebAssembly over JavaScript beside the dots`),
      data: { values },
      encoding: {
        y: { field: "case", type: "nominal", sort: names, title: null, axis: { labelLimit: 0, grid: true } },
        x,
      },
      layer: [
        {
          data: { values: wasm.filter((each) => "js" in each) },
          mark: { type: "rule", strokeWidth: 2, color: AXIS },
          encoding: { x2: { field: "js" } },
        },
        {
          mark: { type: "point", filled: true, size: 70, opacity: 1 },
          encoding: {
            color: { field: "engine", type: "nominal", scale: colours, legend: LEGEND },
            shape: { field: "engine", type: "nominal", scale: shapes, legend: LEGEND },
          },
        },
        {
          data: { values: wasm.filter((each) => "ratio" in each) },
          mark: { type: "text", align: "left", dx: 9, fontSize: 12, color: INK },
          encoding: { text: { field: "ratio" } },
        },
      ],
    },
  };
}

const CURVE_COLOURS = [BLUE, VERMILION, PALETTE.green.light];

/** A curve for every product and precision. Dips are rings. */
function sweepChart({ ladder, axis, rungs, curves }: Sweep): Drawing {
  const values = curves.flatMap(({ product, precision, gflops }) =>
    gflops.map((rate, i) => ({
      product,
      precision,
      curve: `${product} ${precision}`,
      rung: rungs[i]!,
      rate,
    })),
  );
  const rings = curves.flatMap(({ product, precision, gflops }) =>
    dips(gflops).map((i) => ({ product, precision, rung: rungs[i]!, rate: gflops[i]! })),
  );
  const title = `Matrix products: ${ladder}`;
  const color = {
    field: "product",
    type: "nominal",
    scale: { domain: PRODUCTS, range: CURVE_COLOURS },
    legend: { ...LEGEND, symbolType: "circle" },
  };
  const ticks = rungs.filter((rung) => Number.isInteger(Math.log2(rung)));
  return {
    title,
    description: curves
      .map(({ product, precision, gflops }) => {
        const top = Math.max(...gflops);
        return `${product} in ${precision}: at most ${digits(top)} GFLOP/s, at ${rungs[gflops.indexOf(top)]}`;
      })
      .join("; "),
    specification: {
      ...chart({ width: 860, height: 480 }, title, "GFLOP/s, the best of the passes; rings are dips"),
      data: { values },
      encoding: {
        x: {
          field: "rung",
          type: "quantitative",
          title: `${axis}, logarithmic`,
          scale: { type: "log", base: 2, domain: [rungs[0], rungs.at(-1)], nice: false, padding: 8 },
          axis: { values: ticks, format: "d", grid: false },
        },
        y: {
          field: "rate",
          type: "quantitative",
          title: "GFLOP/s",
          scale: { domain: [0, Math.max(...values.map(({ rate }) => rate))], nice: true },
          axis: { tickCount: 7 },
        },
        color,
      },
      layer: [
        {
          mark: { type: "line", strokeWidth: 1.75, strokeJoin: "round" },
          encoding: {
            detail: { field: "curve", type: "nominal" },
            strokeDash: {
              field: "precision",
              type: "nominal",
              scale: {
                domain: PRECISIONS,
                range: [
                  [1, 0],
                  [5, 3],
                ],
              },
              legend: { ...LEGEND, symbolType: "stroke", symbolStrokeColor: INK, symbolStrokeWidth: 1.75 },
            },
          },
        },
        { mark: { type: "point", filled: true, size: 14, opacity: 1 } },
        {
          data: { values: rings },
          mark: { type: "point", filled: false, size: 130, strokeWidth: 1.75, fill: PAPER, fillOpacity: 0 },
        },
      ],
    },
  };
}

/** A dot for every ratio to a peer, with its range over the rounds, beside the line where both are equally fast. */
function comparisonChart(comparisons: readonly Comparison[]): Drawing {
  const values = comparisons.flatMap(({ title, threads, ours, peers }) =>
    peers.map(({ introduction: { name, engine }, rates }) => {
      const { median, min, max } = spread(ratios(ours.rates, rates));
      const setting = `${title}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
      return { row: `${setting}: ${name} (${engine})`, median, min, max, text: `${digits(median)}×` };
    }),
  );
  const rows = values.map(({ row }) => row);
  const title = "nnwasm over its peers";
  const low = Math.min(0.5, ...values.map(({ min }) => min / 1.2));
  const high = Math.max(2, ...values.map(({ max }) => max * 1.8));
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: "nnwasm : peer, logarithmic",
    scale: { type: "log", domain: [low, high], nice: false },
    axis: { tickCount: 6, format: "~g" },
  });
  const size: ChartSize = { width: 860, height: 130 + 22 * rows.length };
  const subtitle = "Speeds' ratio, median and range over the rounds; right of the line nnwasm is faster";
  return {
    title,
    description: values.map(({ row, text }) => `${row}: ${text}`).join("; "),
    specification: {
      ...chart(size, title, subtitle),
      // The title begins at the left edge, as the labels leave too little room above the plot itself.
      title: { text: title, subtitle, frame: "bounds" },
      data: { values },
      encoding: {
        y: { field: "row", type: "nominal", sort: rows, title: null, axis: { labelLimit: 0, grid: true } },
      },
      layer: [
        {
          data: { values: [{ one: 1 }] },
          mark: { type: "rule", strokeWidth: 1.5, color: VERMILION },
          encoding: { x: x("one"), y: null },
        },
        {
          mark: { type: "rule", strokeWidth: 3, color: AXIS },
          encoding: { x: x("min"), x2: { field: "max" } },
        },
        {
          mark: { type: "point", filled: true, size: 70, opacity: 1, color: BLUE },
          encoding: { x: x("median") },
        },
        {
          mark: { type: "text", align: "left", dx: 8, fontSize: 12, color: INK },
          encoding: { x: x("max"), text: { field: "text" } },
        },
      ],
    },
  };
}

/** The chart of the comparisons with the peers, if there are any. */
export async function drawComparisons(comparisons: readonly Comparison[]): Promise<Record<string, string>> {
  return comparisons.length === 0 ? {} : { "peers.svg": await render(comparisonChart(comparisons)) };
}

/** The charts of a benchmark, by the names of their files. */
export async function drawMeasured(measured: readonly Measured[]): Promise<Record<string, string>> {
  const charts: Record<string, string> = {};
  for (const [name, kind] of [
    ["training", "training"],
    ["kernels", "kernel"],
  ] as const) {
    const own = measured.filter((each) => each.kind === kind);
    if (own.length > 0) charts[`${name}.svg`] = await render(speedChart(kind, own));
  }
  return charts;
}

/** Writes charts into a folder, which is made if it is not there. */
export function writeCharts(folder: string, charts: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, svg] of Object.entries(charts)) writeFileSync(join(folder, name), svg);
}

/** The charts of a sweep: "sweep-batch-of-3072x50.svg". */
export async function drawSweeps(sweeps: readonly Sweep[]): Promise<Record<string, string>> {
  const charts: Record<string, string> = {};
  for (const sweep of sweeps) {
    charts[`sweep-${sweep.ladder.replaceAll(" ", "-")}.svg`] = await render(sweepChart(sweep));
  }
  return charts;
}
