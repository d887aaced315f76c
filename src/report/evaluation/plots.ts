/** The charts of an evaluation: the confusion matrix, how far probabilities can be relied on, and the errors of numbers. */

import { drawChart } from "../charts/draw.ts";
import { BLUE, type ChartSize, chart, INK, MUTED, PAPER } from "../charts/style.ts";

/** The most classes whose matrix is drawn: the cells of more cannot be told apart. */
export const MOST_DRAWN = 100;
/** Up to so many classes, each cell says its number. */
const MOST_WRITTEN = 15;
const LONGEST_NAME = 24;

const shortened = (name: string) =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 1)}…`;

/** Names that differ also where they are cut. */
function labelsOf(names: readonly string[]): string[] {
  const used = new Map<string, number>();
  return names.map((name) => {
    const label = shortened(name);
    const before = used.get(label) ?? 0;
    used.set(label, before + 1);
    return before === 0 ? label : `${label} (${before + 1})`;
  });
}

/**
 * A confusion matrix: the class that is, downwards; the class that is answered, to the right. Shades are shares of the row.
 * @param matrix as the metric `confusion` has it for classes
 */
export function confusionPlot(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
): Promise<string> {
  const labels = labelsOf(names);
  const values = matrix.flatMap((row, i) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      actual: labels[i] ?? `${i}`,
      answered: labels[j] ?? `${j}`,
      count,
      share: all === 0 ? 0 : count / all,
    }));
  });
  const n = matrix.length;
  const side = Math.min(900, Math.max(360, 26 * n + 200));
  const size: ChartSize = { width: side + 60, height: side };
  const axis = { labelLimit: 180, grid: false, domain: false, ticks: false, labelFontSize: n > 40 ? 8 : 11 };
  const sort = labels;
  const total = values.reduce((sum, { count }) => sum + count, 0);
  const right = values.reduce(
    (sum, { actual, answered, count }) => sum + (actual === answered ? count : 0),
    0,
  );
  const [title, subtitle] = [
    "Confusion matrix",
    `${right} of ${total} on the diagonal are right; shade: share of the row`,
  ];
  const encoding = {
    x: {
      field: "answered",
      type: "nominal",
      sort,
      title: "answered",
      axis: { ...axis, labelAngle: n > 6 ? -60 : 0 },
    },
    y: { field: "actual", type: "nominal", sort, title: "actual", axis },
  };
  const cells = {
    mark: { type: "rect", aria: false, stroke: PAPER, strokeWidth: n > 40 ? 0 : 1 },
    encoding: {
      color: {
        ...{ field: "share", type: "quantitative", legend: null },
        // The default goes from white to blue by way of cyan.
        scale: { domain: [0, 1], range: [PAPER, BLUE], interpolate: "rgb" },
      },
    },
  };
  const texts = {
    mark: { type: "text", aria: false, fontSize: 11 },
    encoding: {
      text: { field: "count", type: "quantitative" },
      color: { condition: { test: "datum.share > 0.5", value: PAPER }, value: INK },
    },
  };
  const specification = {
    ...chart(size, title, subtitle),
    ...{ data: { values }, encoding, layer: n <= MOST_WRITTEN ? [cells, texts] : [cells] },
  };
  return drawChart(specification, title, `${subtitle}. Classes: ${labels.join(", ")}.`);
}

/** A range of probabilities, as an evaluation has it. */
interface Bin {
  readonly count: number;
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** How often answers are right against how sure they are. On the diagonal they are as sure as they may be. */
export function reliabilityPlot(
  bins: readonly Bin[],
  calibrationError: number,
  task: "classes" | "flags",
): Promise<string> {
  const values = bins.filter(({ count }) => count > 0);
  const title = "Reliability";
  const subtitle = `Expected calibration error ${calibrationError.toFixed(4)}; size: how many answers`;
  const what =
    task === "classes"
      ? ["probability of the answered class", "share that is right"]
      : ["probability", "share that is true"];
  const axis = (name: string) => ({ type: "quantitative", title: name, scale: { domain: [0, 1] } });
  const specification = {
    ...chart({ width: 560, height: 520 }, title, subtitle),
    layer: [
      {
        data: {
          values: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        },
        mark: { type: "line", color: MUTED, strokeDash: [5, 5], strokeWidth: 1, aria: false },
        encoding: { x: { field: "x", ...axis(what[0]!) }, y: { field: "y", ...axis(what[1]!) } },
      },
      {
        data: { values },
        mark: { type: "line", color: BLUE, strokeWidth: 2, aria: false },
        encoding: {
          x: { field: "confidence", ...axis(what[0]!) },
          y: { field: "accuracy", ...axis(what[1]!) },
        },
      },
      {
        data: { values },
        mark: { type: "circle", color: BLUE, opacity: 1 },
        encoding: {
          x: { field: "confidence", ...axis(what[0]!) },
          y: { field: "accuracy", ...axis(what[1]!) },
          size: { field: "count", type: "quantitative", legend: null, scale: { range: [30, 400] } },
        },
      },
    ],
  };
  const points = values.map(
    ({ confidence, accuracy, count }) => `${count} at ${confidence!.toFixed(2)}: ${accuracy!.toFixed(2)}`,
  );
  return drawChart(specification, title, `${subtitle}. ${points.join("; ")}.`);
}

/** Errors against what was predicted: around 0 everywhere, if the model has learned what there is. */
export function residualsPlot(
  all: readonly {
    readonly name: string;
    readonly quantiles: readonly number[];
    readonly points: readonly { readonly predicted: number; readonly residual: number }[];
  }[],
): Promise<string> {
  const labels = labelsOf(all.map(({ name }) => name));
  const values = all.flatMap(({ points }, i) => points.map((point) => ({ ...point, target: labels[i]! })));
  const title = "Residuals";
  const subtitle = "Predicted minus actual, in the target's own unit";
  const many = all.length > 1;
  const specification = {
    ...chart({ width: 720, height: 480 }, title, subtitle),
    layer: [
      {
        data: { values: [{}] },
        mark: { type: "rule", color: MUTED, aria: false },
        encoding: { y: { datum: 0 } },
      },
      {
        data: { values },
        mark: { type: "circle", size: 22, opacity: 0.55, ...(!many && { color: BLUE }), aria: false },
        encoding: {
          x: {
            field: "predicted",
            type: "quantitative",
            title: many ? "predicted" : `predicted ${labels[0]}`,
            scale: { zero: false },
          },
          y: { field: "residual", type: "quantitative", title: "predicted − actual" },
          ...(many && {
            color: {
              field: "target",
              type: "nominal",
              sort: labels,
              title: null,
              legend: { labelLimit: 180 },
            },
          }),
        },
      },
    ],
  };
  const words = all.map(
    ({ quantiles }, i) => `${labels[i]}: half of them from ${quantiles[2]} to ${quantiles[4]}`,
  );
  return drawChart(specification, title, `${subtitle}. ${words.join("; ")}.`);
}
