/** The chart of an ensemble's training: the loss on rows that were held out, epoch by epoch, of each way to train. */
import { short } from "../../format/numbers.ts";
import { countDomain, countTicks, extent, valueEncoding } from "../charts/axes.ts";
import { drawChart } from "../charts/draw.ts";
import { ALONE, BLUE, chart, GREEN, PAPER, VERMILION } from "../charts/style.ts";

interface Point {
  readonly epoch: number;
  readonly loss: number;
}

/** A way to train. */
export interface CandidateCurves {
  readonly name: string;
  /** What it counts in the ensemble. */
  readonly weight: number;
  /** The epoch that is taken. */
  readonly epoch: number;
  /** The mean over its networks. A single point, of what is not trained, is drawn as a level. */
  readonly mean: readonly Point[];
  readonly members: readonly (readonly Point[])[];
}

const COLORS = [BLUE, VERMILION, GREEN];

/** An axis whose highest loss is more than this times the lowest is logarithmic, as those of a training's plots. */
const LOG_ABOVE = 30;

/** @param inNats whether the loss is log loss; else the squared error of standardised numbers */
export function heldOutLossPlot(all: readonly CandidateCurves[], inNats: boolean): Promise<string> {
  const labelOf = ({ name, weight }: CandidateCurves) =>
    all.length === 1 ? name : `${name} ${(100 * weight).toFixed(0)}%`;
  const title = "Loss of rows that were held out";
  const measure = inNats ? "Log loss" : "Mean squared error of standardised numbers";
  const several = all.length === 1 ? "" : "; %: what counts in the ensemble";
  const subtitle = [
    `${measure}, after each epoch of which networks were kept`,
    `Thick: mean; thin: each network; dot: the epoch that is taken${several}`,
  ];
  const trained = all.filter(({ mean }) => mean.length > 1 || mean[0]?.epoch !== 0);
  const series = (each: CandidateCurves, points: readonly Point[], network?: number) =>
    points
      .filter(({ loss }) => Number.isFinite(loss))
      .map(({ epoch, loss }) => ({ series: labelOf(each), epoch, value: loss, network }));
  const thick = trained.flatMap((each) => series(each, each.mean));
  const thin = trained.flatMap((each) => each.members.flatMap((points, k) => series(each, points, k)));
  // The dots of two ways may be on one point: each is smaller than the one before it.
  const taken = trained.flatMap((each, i) =>
    series(
      each,
      each.mean.filter(({ epoch }) => epoch === each.epoch),
    ).map((point) => ({ ...point, size: 160 / 2 ** i })),
  );
  const levels = all.filter((each) => !trained.includes(each)).flatMap((each) => series(each, each.mean));
  const epochs = extent(thin.map(({ epoch }) => epoch)) ?? [0, 1];
  const colour = {
    ...{ field: "series", type: "nominal" },
    scale: { domain: all.map(labelOf), range: COLORS.slice(0, all.length) },
    legend: {
      ...{ orient: "top", title: null, symbolType: "stroke", symbolStrokeWidth: 3, symbolOpacity: 1 },
      labelLimit: 0,
    },
  };
  const specification = {
    ...chart(ALONE, title, ""),
    title: { text: title, subtitle },
    encoding: {
      y: valueEncoding(
        { title: inNats ? "log loss (nats)" : "squared error", logAbove: LOG_ABOVE },
        [...thin, ...thick, ...levels].map(({ value }) => value),
      ),
      color: colour,
    },
    layer: [
      {
        data: { values: levels },
        mark: { type: "rule", strokeWidth: 2, strokeDash: [6, 4], aria: false },
      },
      {
        encoding: {
          x: {
            ...{ field: "epoch", type: "quantitative", title: "epoch" },
            scale: { domain: countDomain(epochs), nice: false, zero: false, padding: 8 },
            axis: { values: countTicks(epochs), format: "d", grid: false },
          },
        },
        layer: [
          {
            data: { values: thin },
            mark: { type: "line", strokeWidth: 1, opacity: 0.35, aria: false },
            encoding: { detail: { field: "network", type: "nominal" } },
          },
          {
            data: { values: thick },
            mark: { type: "line", strokeWidth: 2.5, strokeJoin: "round", aria: false },
          },
          {
            data: { values: taken },
            mark: { type: "point", filled: true, opacity: 1, stroke: PAPER, strokeWidth: 1.5 },
            encoding: { size: { field: "size", type: "quantitative", scale: null } },
          },
        ],
      },
    ],
  };
  return drawChart(specification, title, `${subtitle[0]}. ${all.map(describe).join("; ")}.`);
}

/** A way to train in words: its least loss that counts. */
function describe({ name, weight, epoch, mean }: CandidateCurves): string {
  const loss = mean.find((point) => point.epoch === epoch)?.loss;
  const its = loss === undefined ? "has no loss" : `loss ${short(loss)}`;
  const when = epoch === 0 ? "" : ` after epoch ${epoch}`;
  return `${name}: ${its}${when}, ${(100 * weight).toFixed(0)}% of the ensemble`;
}
