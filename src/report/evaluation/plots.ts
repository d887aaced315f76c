/** The charts of an evaluation: the confusion matrix, how far probabilities can be relied on, and the errors of numbers. */

import { shortLabels } from "../../format/labels.ts";
import { short } from "../../format/numbers.ts";
import { drawChart } from "../charts/draw.ts";
import { ALONE, AXIS, BLUE, CONFIG, chart, GRID, INK, MUTED, PAPER } from "../charts/style.ts";
import { textWidth } from "../charts/textWidth.ts";

/** The most classes whose matrix is drawn: the cells of more cannot be told apart. */
export const MOST_DRAWN = 100;
/** Up to so many classes, each cell says its number. */
const MOST_WRITTEN = 30;
/** Up to so many, a 0 is written too. */
const MOST_WITH_ZEROS = 10;
/** The most targets of which residuals are drawn. The others are in the table and in the JSON. */
const MOST_PANELS = 10;

/** The beginning of a chart that stands alone and is as large as what is in it: no title or label is cut off. */
const growing = (title: string, subtitle: string | readonly string[]) => ({
  ...chart(ALONE, title, ""),
  ...{ title: { text: title, subtitle }, autosize: { type: "pad" } },
});

const notes = (note: string | undefined): string[] => (note === undefined ? [] : [note]);

/** Sides of a cell, in pixels. @param written the longest of the numbers in the cells */
function cellSide(n: number, written: string): number {
  const fontSize = fontSizeOf(n);
  if (n > MOST_WRITTEN) return n > 60 ? 9 : 14;
  return Math.ceil(Math.max(n <= 4 ? 88 : n <= 10 ? 48 : 28, textWidth(written, fontSize) + 8));
}

const fontSizeOf = (n: number) => (n <= 10 ? 13 : n <= MOST_WRITTEN ? 11 : n <= 60 ? 10 : 8);

/**
 * A confusion matrix, as scikit-learn draws it: a row for each actual class, a column for each predicted one. Shades are shares of
 * the row.
 * @param matrix as the metric `confusion` has it for classes
 * @param note a line on the samples. Default: none
 */
export function confusionPlot(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
  note?: string,
): Promise<string> {
  const n = matrix.length;
  const labels = shortLabels(Array.from(matrix, (_, i) => names[i] ?? `${i}`));
  const values = matrix.flatMap((row, i) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      ...{ actual: i, predicted: j, share: all === 0 ? 0 : count / all },
      text: count === 0 && n > MOST_WITH_ZEROS ? "" : short(count, { digits: 6 }),
    }));
  });
  const isWritten = n <= MOST_WRITTEN;
  const longest = values.reduce((most, { text }) => (text.length > most.length ? text : most), "");
  const [step, fontSize] = [cellSide(n, longest), fontSizeOf(n)];
  const axis = {
    ...{ labelLimit: 220, labelPadding: 6, grid: false, domain: false, ticks: false },
    labelExpr: "names[datum.value]",
    labelFontSize: Math.min(12, fontSize),
  };
  const fits = labels.every((label) => textWidth(label, axis.labelFontSize) <= step - 4);
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  const right = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  const title = "Confusion matrix";
  const subtitle = [
    `${short(right, { digits: 6 })} of ${short(total, { digits: 6 })} correct`,
    `Shade: ${isWritten ? "share" : "square root of the share"} of the actual class`,
    ...notes(note),
  ];
  // Classes by their numbers: a name such as "constructor" means something to Vega.
  const classes = { type: "ordinal" };
  const encoding = {
    x: {
      ...{ field: "predicted", ...classes, title: "predicted" },
      axis: { ...axis, labelAngle: fits ? 0 : -60 },
    },
    y: { field: "actual", ...classes, title: "actual", axis },
  };
  const cells = {
    mark: { type: "rect", aria: false, stroke: GRID, strokeWidth: n > 60 ? 0.5 : 1 },
    encoding: {
      color: {
        ...{ field: "share", type: "quantitative", legend: null },
        // The default goes from white to blue by way of cyan. Where no number is written, a confusion of one in a hundred is to
        // be seen, too.
        scale: {
          ...{ domain: [0, 1], range: [PAPER, BLUE], interpolate: "rgb" },
          ...(isWritten ? {} : { type: "sqrt" }),
        },
      },
    },
  };
  const texts = {
    mark: { type: "text", aria: false, fontSize },
    encoding: {
      text: { field: "text", type: "nominal" },
      color: {
        condition: [
          { test: "datum.share > 0.5", value: PAPER },
          { test: "datum.text === '0'", value: AXIS },
        ],
        value: INK,
      },
    },
  };
  const specification = {
    ...growing(title, subtitle),
    ...{ width: { step }, height: { step }, data: { values }, encoding },
    params: [{ name: "names", value: labels }],
    // Without inner padding a step is a cell.
    config: { ...CONFIG, scale: { bandPaddingInner: 0, bandPaddingOuter: 0, rectBandPaddingInner: 0 } },
    layer: isWritten ? [cells, texts] : [cells],
  };
  return drawChart(specification, title, `${subtitle.join(". ")}. Classes: ${labels.join(", ")}.`);
}

/** A range of probabilities, as an evaluation has it. */
interface Bin {
  readonly count: number;
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** How often predictions are right against how sure they are. On the diagonal they are as sure as they may be. */
export function reliabilityPlot(
  bins: readonly Bin[],
  calibrationError: number,
  task: "classes" | "flags",
  note?: string,
): Promise<string> {
  const values = bins.filter(({ count }) => count > 0);
  const title = "Reliability curve";
  const subtitle = [
    `Expected calibration error ${calibrationError.toFixed(4)}`,
    `Dashed: perfect calibration; size of a dot: number of ${task === "classes" ? "samples" : "flags"}`,
    ...notes(note),
  ];
  const [x, y] =
    task === "classes"
      ? ["probability of the predicted class", "share of correct predictions"]
      : ["predicted probability", "share of flags that are set"];
  const axis = (name: string) => ({
    ...{ type: "quantitative", title: name, scale: { domain: [0, 1] } },
    axis: { labelFlush: false, labelPadding: 8, tickCount: 6 },
  });
  const encoding = {
    x: { field: "confidence", ...axis(x!) },
    y: { field: "accuracy", ...axis(y!) },
  };
  const ends = [0, 1].map((end) => ({ confidence: end, accuracy: end }));
  const specification = {
    ...growing(title, subtitle),
    ...{ width: 440, height: 440, encoding },
    layer: [
      {
        data: { values: ends },
        mark: { type: "line", color: MUTED, strokeDash: [5, 5], strokeWidth: 1, aria: false },
      },
      { data: { values }, mark: { type: "line", color: BLUE, strokeWidth: 2, aria: false } },
      {
        data: { values },
        mark: { type: "circle", color: BLUE, opacity: 1, clip: false },
        encoding: {
          size: { field: "count", type: "quantitative", legend: null, scale: { range: [30, 400] } },
        },
      },
    ],
  };
  const points = values.map(
    ({ confidence, accuracy, count }) =>
      `${short(count)} at ${confidence!.toFixed(2)}: ${accuracy!.toFixed(2)}`,
  );
  return drawChart(specification, title, `${subtitle.join(". ")}. ${points.join("; ")}.`);
}

/** Errors against what was predicted, a panel for each target: around 0 everywhere, if the model has learned what there is. */
export function residualsPlot(
  all: readonly {
    readonly name: string;
    readonly quantiles: readonly number[];
    readonly points: readonly { readonly predicted: number; readonly residual: number }[];
  }[],
  note?: string,
): Promise<string> {
  const labels = shortLabels(all.map(({ name }) => name));
  const drawn = all.slice(0, MOST_PANELS);
  const title = "Residuals";
  const left = all.length - drawn.length;
  const subtitle = [
    `Predicted minus actual, in the target's own unit${left === 0 ? "" : `; ${left} more targets are not drawn`}`,
    ...notes(note),
  ];
  const panel = ({ points }: (typeof all)[number], i: number) => ({
    ...{ width: 600, height: drawn.length === 1 ? 350 : 220 },
    layer: [
      {
        data: { values: [{ residual: 0 }] },
        mark: { type: "rule", color: MUTED, aria: false },
        encoding: { y: { field: "residual", type: "quantitative" } },
      },
      {
        data: { values: points },
        mark: { type: "circle", size: 22, opacity: 0.55, color: BLUE, aria: false },
        encoding: {
          x: {
            ...{ field: "predicted", type: "quantitative", title: `predicted ${labels[i]}` },
            ...{ scale: { zero: false, padding: 8 }, axis: { labelFlush: false, tickCount: 8 } },
          },
          y: {
            ...{ field: "residual", type: "quantitative", title: "predicted − actual" },
            ...{ scale: { padding: 8 }, axis: { grid: true, tickCount: 7 } },
          },
        },
      },
    ],
  });
  const specification = { ...growing(title, subtitle), ...{ vconcat: drawn.map(panel), spacing: 28 } };
  const words = all.map(
    ({ quantiles }, i) =>
      `${labels[i]}: half of them from ${short(quantiles[2]!)} to ${short(quantiles[4]!)}`,
  );
  return drawChart(specification, title, `${subtitle.join(". ")}. ${words.join("; ")}.`);
}
