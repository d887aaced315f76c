/** Lines on shared axes, drawn by uPlot. The words around them are lineChart.tsx's. */
import uPlot from "uplot";
import { type Colors, colors } from "./colors.ts";
import { numberText } from "./format.ts";
import { log10, power10 } from "./log10.ts";
import { exponentsWithin } from "./ticks.ts";

export interface LineSeries {
  readonly label: string;
  /** The label in the legend, where the whole one is long. "": it stands without, beside the one before. */
  readonly short?: string | undefined;
  /** One for each x, as far as there are any. NaN and null leave a gap. */
  readonly values: ArrayLike<number | null>;
  /** The number of its colour. Two configurations have two colours, or one with and without dashes. */
  readonly color: number;
  readonly dash?: boolean | undefined;
  /** Marks its least or its greatest value. */
  readonly mark?: "min" | "max" | undefined;
}

/** A range of which either end may be left to the values. */
export type Range = readonly [min: number | undefined, max: number | undefined];

export interface PlotLook {
  readonly height: number;
  readonly log: boolean;
  readonly sync: string | undefined;
  readonly valueText: (value: number) => string;
  readonly onCursor: (index: number | undefined) => void;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const DASH = [6, 4];

/** Where a series has its least or greatest value; −1 if it has none. */
export function indexOfBest(values: ArrayLike<number | null>, mark: "min" | "max"): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (best < 0 || (mark === "min" ? value < values[best]! : value > values[best]!)) best = i;
  }
  return best;
}

/** The values as uPlot takes them: null where there is nothing to draw. */
function drawable(values: ArrayLike<number | null>, length: number, log: boolean): (number | null)[] {
  const found = new Array<number | null>(length);
  for (let i = 0; i < length; i++) {
    const value = i < values.length ? values[i]! : null;
    found[i] = value === null || !Number.isFinite(value) || (log && value <= 0) ? null : value;
  }
  return found;
}

/** Powers of ten, and none between them: a grid of ninths hides the curves. */
const decades = (plot: uPlot, _: number, min: number, max: number): number[] =>
  exponentsWithin(log10(min) - 1e-9, log10(max) + 1e-9, plot.height / 36).map(power10);

export class LinePlot {
  readonly #plot: uPlot;
  readonly #look: PlotLook;
  #series: readonly LineSeries[];
  #xRange: Range = [undefined, undefined];
  #yRange: Range = [undefined, undefined];

  constructor(root: HTMLElement, width: number, series: readonly LineSeries[], look: PlotLook) {
    this.#look = look;
    this.#series = series;
    this.#plot = new uPlot(this.#options(width), [[], ...series.map(() => [])] as uPlot.AlignedData, root);
  }

  /** Draws other values of the same series. */
  update(x: ArrayLike<number>, series: readonly LineSeries[], xRange: Range, yRange: Range): void {
    this.#series = series;
    this.#xRange = xRange;
    this.#yRange = yRange;
    const ys = series.map(({ values }) => drawable(values, x.length, this.#look.log));
    this.#plot.setData([Array.from(x), ...ys] as uPlot.AlignedData);
  }

  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  show(index: number, shown: boolean): void {
    if (this.#plot.series[index + 1]?.show !== shown) this.#plot.setSeries(index + 1, { show: shown });
  }

  /** Puts the cursor on one of the x, or away. */
  point(index: number | undefined): void {
    const place = index === undefined ? undefined : this.#plot.data[0][index];
    const left = place === undefined ? -10 : this.#plot.valToPos(place, "x");
    this.#plot.setCursor({ left, top: place === undefined ? -10 : 1 });
  }

  /** Draws the same again, in the colours of the theme. */
  redraw(): void {
    this.#plot.redraw(false, true);
  }

  destroy(): void {
    this.#plot.destroy();
  }

  #options(width: number): uPlot.Options {
    const { height, log, sync } = this.#look;
    return {
      width,
      height,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 8, width: 2, fill: () => colors.peek().paper },
        ...(sync === undefined ? {} : { sync: { key: sync, setSeries: false, scales: ["x", null] } }),
      },
      scales: {
        x: { time: false, range: (_, min, max) => this.#xLimits(min, max) },
        y: { distr: log ? 3 : 1, range: (_, min, max) => this.#yLimits(min, max) },
      },
      axes: [
        this.#axis(28, 56, (value) => numberText(value)),
        { ...this.#axis(54, 36, numberText), ...(log ? { splits: decades } : {}) },
      ],
      series: [
        {},
        ...this.#series.map(
          ({ label, color, dash }): uPlot.Series => ({
            label,
            width: 1.75,
            stroke: () => colors.peek().series[color % 10]!,
            points: { show: this.#pointsShown, size: 5 },
            ...(dash ? { dash: DASH } : {}),
          }),
        ),
      ],
      hooks: {
        draw: [(plot) => this.#drawMarks(plot)],
        setCursor: [(plot) => this.#look.onCursor(plot.cursor.idx ?? undefined)],
      },
    };
  }

  /** A line of one value cannot be seen: its points are drawn as long as there are few. */
  #pointsShown = (plot: uPlot): boolean => plot.data[0].length < 3;

  #axis(size: number, space: number, text: (value: number) => string): uPlot.Axis {
    return {
      size,
      space,
      font: FONT,
      gap: 6,
      stroke: () => colors.peek().muted,
      grid: { stroke: () => colors.peek().grid, width: 1 },
      ticks: { show: false },
      values: (_, splits) => splits.map((value) => (value === null ? "" : text(value))),
    };
  }

  #xLimits(min: number | null, max: number | null): [number, number] {
    const from = this.#xRange[0] ?? min ?? 0;
    const to = this.#xRange[1] ?? max ?? 1;
    return to > from ? [from, to] : [from, from + 1];
  }

  #yLimits(min: number | null, max: number | null): [number, number] {
    const [low, high] = this.#yRange;
    if (min === null || max === null)
      return this.#look.log ? [low ?? 0.1, high ?? 10] : [low ?? 0, high ?? 1];
    const [autoLow, autoHigh] = this.#look.log
      ? uPlot.rangeLog(min, max === min ? min * 10 : max, 10, false)
      : uPlot.rangeNum(min, max, 0.08, true);
    const from = low ?? autoLow!;
    const to = high ?? autoHigh!;
    return to > from ? [from, to] : [from, from + 1];
  }

  #drawMarks(plot: uPlot): void {
    const { ctx } = plot;
    const palette = colors.peek();
    ctx.save();
    for (const [i, { mark, values, color }] of this.#series.entries()) {
      if (mark === undefined || plot.series[i + 1]?.show === false || plot.data[0].length < 3) continue;
      const at = indexOfBest(values, mark);
      const value = values[at];
      if (at < 0 || value === null || value === undefined || at >= plot.data[0].length) continue;
      const x = plot.valToPos(plot.data[0][at]!, "x", true);
      const y = plot.valToPos(value, "y", true);
      this.#drawMark(plot, {
        x,
        y,
        above: mark === "max",
        // The last value stands in the legend: a number that runs ahead of the curve is only restless.
        text: at === values.length - 1 ? "" : this.#look.valueText(value),
        color,
        palette,
      });
    }
    ctx.restore();
  }

  #drawMark(
    { ctx, bbox }: uPlot,
    mark: { x: number; y: number; above: boolean; text: string; color: number; palette: Colors },
  ): void {
    const { x, y, above, text, color, palette } = mark;
    const ratio = uPlot.pxRatio;
    if (!Number.isFinite(x) || !Number.isFinite(y)) return;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(x, y, 3.5 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = palette.paper;
    ctx.strokeStyle = palette.series[color % 10]!;
    ctx.lineWidth = 1.75 * ratio;
    ctx.fill();
    ctx.stroke();
    ctx.font = FONT.replace("12px", `600 ${11 * ratio}px`);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const half = ctx.measureText(text).width / 2 + 3 * ratio;
    const left = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
    const off = 13 * ratio;
    // A text that would leave the plot stands on the other side of its ring.
    const fits = above ? y - off > bbox.top : y + off < bbox.top + bbox.height - 4 * ratio;
    const top = above === fits ? y - off : y + off;
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = "round";
    ctx.strokeStyle = palette.paper;
    ctx.strokeText(text, left, top);
    ctx.fillStyle = palette.ink;
    ctx.fillText(text, left, top);
  }
}
