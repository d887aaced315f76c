/** The style sheets' colours for what is drawn by script, as they are in the theme that holds. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { theme } from "./theme.ts";

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

export interface Colors {
  readonly page: string;
  readonly paper: string;
  readonly well: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly axis: string;
  readonly accent: string;
  readonly error: string;
  /** The series' colours in their order. There are ten, and an eleventh series has the first one's again. */
  readonly series: readonly string[];
  /** The same for pixels. */
  readonly seriesRgb: readonly Rgb[];
  readonly paperRgb: Rgb;
  /** The ends of a palette that diverges from the paper: below 0 and above. */
  readonly negativeRgb: Rgb;
  readonly positiveRgb: Rgb;
}

const SERIES = 10;

function reader(): { read(name: string): string; end(): void } {
  const probe = document.createElement("span");
  document.documentElement.append(probe);
  return {
    // The property itself would read as "light-dark(…)": the colour of an element is what it comes to.
    read(name) {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    },
    end: () => probe.remove(),
  };
}

/** The parts of "rgb(0, 114, 178)". */
export function rgbOf(color: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** The colour with an opacity from 0 to 1. */
export function withAlpha(color: string, alpha: number): string {
  const [red, green, blue] = rgbOf(color);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** The colours of the theme that holds. */
export const colors: ReadonlySignal<Colors> = computed(() => {
  theme.value;
  const { read, end } = reader();
  const series = Array.from({ length: SERIES }, (_, i) => read(`series-${i + 1}`));
  const found: Colors = {
    page: read("page"),
    paper: read("paper"),
    well: read("well"),
    ink: read("ink"),
    muted: read("muted"),
    grid: read("grid"),
    axis: read("axis"),
    accent: read("accent"),
    error: read("vermilion"),
    series,
    seriesRgb: series.map(rgbOf),
    paperRgb: rgbOf(read("paper")),
    negativeRgb: rgbOf(read("vermilion")),
    positiveRgb: rgbOf(read("blue")),
  };
  end();
  return found;
});

/** The series' colour as a style sheet names it: the first has the number 0. */
export const seriesVariable = (index: number): string => `var(--series-${(index % SERIES) + 1})`;
