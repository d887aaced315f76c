/** The axes of charts: their ranges and their ticks. */
import { scientific, short } from "../../format/numbers.ts";
import { log } from "../../math.ts";

export type Range = readonly [low: number, high: number];

/** The lowest and the highest of the values, if there are any. */
export function extent(values: readonly number[]): Range | undefined {
  if (values.length === 0) return undefined;
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

export interface ValueAxis {
  readonly title: string;
  /** The part of the axis that is shown in any case; by default the axis shows the data's range. */
  readonly from?: number;
  /** The highest number that is possible. */
  readonly limit?: number;
  /**
   * If the highest number is more than this times the lowest, the axis is logarithmic. A deep network's loss in inference
   * mode can leap to hundreds for an epoch, beside which all other numbers would be one flat line.
   */
  readonly logAbove?: number;
}

/** The upright axis, in Vega-Lite's words. A logarithmic one ends where the values do, not at whole decades. */
export function valueEncoding(
  { title, from, limit, logAbove = Infinity }: ValueAxis,
  values: readonly number[],
): Record<string, unknown> {
  const range = extent(values) ?? [0, 0];
  const field = { field: "value", type: "quantitative" };
  if (isLogarithmic(range, logAbove)) {
    return {
      ...field,
      title: `${title}, logarithmic`,
      scale: { type: "log", domain: range, nice: false, padding: 8 },
      axis: { values: logTicks(range), format: "~g" },
    };
  }
  return {
    ...field,
    title,
    scale: { domain: valueDomain(values, from, limit), nice: true, zero: false },
    axis: { tickCount: 7 },
  };
}

/** Whether numbers over this range are shown on a logarithmic axis; see {@link ValueAxis.logAbove}. */
export const isLogarithmic = ([low, high]: Range, logAbove = Infinity): boolean =>
  low > 0 && high > low * logAbove;

/** A Vega expression that gives each tick its text. */
export function tickLabels(ticks: readonly number[], texts: readonly string[]): string {
  return `${JSON.stringify(texts)}[indexof(${JSON.stringify(ticks)}, datum.value)]`;
}

/** The data's range, with room around a curve that is flat. */
function valueDomain(values: readonly number[], from = Infinity, limit = Number.MAX_VALUE): Range {
  let [low, high] = extent(values) ?? [0, 1];
  if (low === high) {
    const room = high === 0 ? 1 : Math.abs(high) / 10;
    low -= high === 0 ? 0 : room;
    high += room;
  }
  return [Math.min(low, from), Math.min(high, limit)];
}

/** The range to show for whole numbers. A single number stands in the middle. */
export const countDomain = ([first, last]: Range): Range =>
  first === last ? [first - 1, last + 1] : [first, last];

/** At most eleven whole numbers, 1, 2 or 5 · 10^k apart. */
export function countTicks([first, last]: Range): number[] {
  let step = 1;
  for (let factor = 0; (last - first) / step > 10; factor++) step *= factor % 3 === 1 ? 2.5 : 2;
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  return ticks;
}

/** Powers of ten, at most ten of them. If few lie in the range, there are also multiples of them, or else its ends. */
export function logTicks([low, high]: Range): number[] {
  const decade = (value: number) => Math.floor(log(value) / Math.LN10);
  const [first, last] = [decade(low) - 1, decade(high) + 1]; // one more on each side, as the logarithms are rounded
  const stride = Math.max(1, Math.ceil((last - first - 1) / 9));
  for (const factors of [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const ticks: number[] = [];
    for (let k = Math.floor(first / stride) * stride; k <= last; k += stride) {
      ticks.push(...factors.map((factor) => Number(`${factor}e${k}`)));
    }
    const inside = ticks.filter((tick) => tick >= low && tick <= high);
    if (inside.length >= 3) return inside;
  }
  return low === high ? [low] : [low, high];
}

/** Four to ten round numbers: 1, 2 or 5 · 10^k apart. */
export function linearTicks([low, high]: Range): number[] {
  if (low === high) return [low];
  const decade = Number((high - low).toExponential().replace(/^.*e/, ""));
  for (const step of [`1e${decade}`, `5e${decade - 1}`, `2e${decade - 1}`].map(Number)) {
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    if (count >= 4)
      return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
  return [low, high];
}

/** The ticks' numbers as people write them on the command line, all in one notation: 1e-4 1e-3 1e-2. */
export function tickTexts(ticks: readonly number[]): string[] {
  if (ticks.some((tick) => tick !== 0 && (Math.abs(tick) < 1e-3 || Math.abs(tick) >= 1e5))) {
    return ticks.map((tick) => scientific(tick, 4));
  }
  return ticks.map((tick) => short(tick));
}

/** The same number of decimals at each tick of a linear axis. */
export function evenTexts(ticks: readonly number[]): string[] {
  const texts = tickTexts(ticks);
  if (texts.some((text) => text.includes("e"))) return texts;
  const decimals = Math.max(0, ...texts.map((text) => text.split(".")[1]?.length ?? 0));
  return ticks.map((tick) => tick.toFixed(decimals));
}
