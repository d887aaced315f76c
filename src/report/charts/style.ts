/**
 * The look of all charts: the colours for light and for dark, and Vega-Lite's configuration. A chart's file has the colours
 * for light paper. A page (page.ts) puts in the others if its reader prefers dark.
 */

export interface Shade {
  /** The colour in the file. No two are the same, so that the page knows what each stands for. */
  readonly light: string;
  readonly dark: string;
}

/**
 * The series are colours of Okabe and Ito's palette (2008), which colour-blind people tell apart, and lighter ones of
 * the same hue. The ramp, from worst to best, is a stretch of viridis (van der Walt and Smith, 2015) with even steps of
 * lightness. The best stands out most: it is darkest on light paper and brightest on dark.
 */
export const PALETTE = {
  paper: { light: "#ffffff", dark: "#15181d" },
  ink: { light: "#222222", dark: "#e9ebee" },
  muted: { light: "#555555", dark: "#b3b9c2" },
  grid: { light: "#e6e6e6", dark: "#2d323a" },
  axis: { light: "#888888", dark: "#858c97" },
  blue: { light: "#0072b2", dark: "#5cb3f0" },
  vermilion: { light: "#d55e00", dark: "#ff9454" },
  green: { light: "#009e73", dark: "#41cda0" },
  "ramp-1": { light: "#21a585", dark: "#2d718e" },
  "ramp-2": { light: "#21918d", dark: "#238a8e" },
  "ramp-3": { light: "#2a788e", dark: "#20a386" },
  "ramp-4": { light: "#35608d", dark: "#3dbb75" },
  "ramp-5": { light: "#414487", dark: "#74d055" },
  "ramp-6": { light: "#482575", dark: "#b9de29" },
  "ramp-7": { light: "#440154", dark: "#fde725" },
} as const satisfies Readonly<Record<string, Shade>>;

export const PAPER = PALETTE.paper.light;
export const INK = PALETTE.ink.light;
export const MUTED = PALETTE.muted.light;
export const GRID = PALETTE.grid.light;
export const AXIS = PALETTE.axis.light;
export const BLUE = PALETTE.blue.light;
export const VERMILION = PALETTE.vermilion.light;
export const GREEN = PALETTE.green.light;
/** The colours of the ramp from worst to best. */
export const RAMP: readonly string[] = [1, 2, 3, 4, 5, 6, 7].map(
  (step) => PALETTE[`ramp-${step}` as keyof typeof PALETTE].light,
);

export const FONT = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

export interface ChartSize {
  /** The width in pixels, titles included. */
  readonly width: number;
  readonly height: number;
}

/** The size of a chart that stands alone, as a file that a browser opens. */
export const ALONE: ChartSize = { width: 720, height: 480 };

/** The size of a chart in a page. Its texts can be read even at the width of a phone, or of half a page. */
export const IN_PAGE: ChartSize = { width: 480, height: 340 };

/** The most trials whose marks a screen reader gets one by one. The page's table has all trials. */
export const MAX_LABELLED = 200;

/** A chart, with what it shows in words. */
export interface Chart {
  /** The name of its file, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  /** Whether it needs the width of a page. */
  readonly wide: boolean;
  readonly specification: Readonly<Record<string, unknown>>;
}

/** The beginning of every chart's specification. */
export function chart(
  { width, height }: ChartSize,
  title: string,
  subtitle: string,
): Record<string, unknown> {
  return {
    width,
    height,
    padding: width < ALONE.width ? 6 : 16,
    autosize: { type: "fit", contains: "padding" }, // all charts have one size, with labels of any width
    background: PAPER,
    title: { text: title, subtitle },
    config: CONFIG,
  };
}

/** Vega-Lite's configuration: the look of titles, axes and legends. */
export const CONFIG = {
  font: FONT,
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "group",
    fontSize: 18,
    color: INK,
    subtitleFontSize: 13,
    subtitleColor: MUTED,
    subtitlePadding: 5,
    offset: 12,
  },
  axis: {
    labelFontSize: 12,
    labelColor: INK,
    titleFontSize: 13,
    titleFontWeight: "normal",
    titleColor: INK,
    titlePadding: 10,
    gridColor: GRID,
    domainColor: AXIS,
    tickColor: AXIS,
  },
  legend: {
    labelFontSize: 13,
    labelColor: INK,
    titleFontSize: 13,
    titleFontWeight: "normal",
    titleColor: MUTED,
    titlePadding: 10,
    columnPadding: 14,
    layout: { top: { direction: "horizontal", margin: 24 } },
  },
};
