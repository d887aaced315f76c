/** Table 4 as a chart: test accuracy against the σ of the initial parameters. */
import { drawChart } from "../../report/charts/draw.ts";
import { BLUE, chart, IN_PAGE, MUTED, PAPER, VERMILION } from "../../report/charts/style.ts";
import type { Panel } from "../document/blocks.ts";

/** The least top of the axis. The accuracies of the paper's Table 4 are below it. */
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
  return { name: String(layers), svg: await drawChart(spec, title, `${subtitle}.`), caption: "" };
}

const offset = {
  field: "place",
  type: "nominal",
  scale: { domain: ["0 report", "0 this run", "1 report", "1 this run"] },
};
