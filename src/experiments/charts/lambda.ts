/** Validation accuracy against λ: the figure that the paper left out. */
import { short } from "../../format/numbers.ts";
import { drawChart } from "../../report/charts/draw.ts";
import { BLUE, chart, IN_PAGE, MUTED, PALETTE, PAPER, VERMILION } from "../../report/charts/style.ts";
import type { Panel } from "../document/blocks.ts";
import { formatL2 } from "../table.ts";

/** A value of λ and its validation accuracies: the paper's, or this run's with their spread. */
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
 * Validation accuracy against λ. If `fine`, the axis is linear, with a line at the λ that the paper found best.
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
      // The paper's point is on top and hollow, as it often lies where this run's does.
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
  return { name: fine ? "fine" : "all", svg: await drawChart(spec, title, `${subtitle}.`), caption };
}
