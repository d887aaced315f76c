/** Curves over epochs or steps: several series on shared axes, with a legend that follows the cursor. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Chart, HiddenTable, Legend, sampledIndices } from "./chartFrame.tsx";
import { colors } from "./colors.ts";
import { numberText, steadyText } from "./format.ts";
import { indexOfBest, LinePlot, type LineSeries, type Range } from "./linePlot.ts";
import { type Reactive, useFrameValue } from "./reactive.ts";
import { useWidth } from "./size.ts";
import { useSlowly } from "./slowly.ts";

export interface LineChartProps {
  /** What is drawn, such as "Loss". Screen readers hear it first. */
  readonly label: string;
  /** Rising numbers that all series share. */
  readonly x: Reactive<ArrayLike<number>>;
  readonly series: Reactive<readonly LineSeries[]>;
  /** What x counts. Default: "epoch". */
  readonly xLabel?: string | undefined;
  /** So that the axis stands still while values come in: [0, epochs]. Default: from the first x to the last. */
  readonly xRange?: Range | undefined;
  /** Default: as the values need. */
  readonly yRange?: Range | undefined;
  /** A logarithmic scale of values; those that are not positive are left out. Default: false. */
  readonly log?: boolean | undefined;
  /** Values in the legend. Default: four decimals. */
  readonly valueText?: ((value: number) => string) | undefined;
  /** Of axes and lines, in pixels. Default: 220. */
  readonly height?: number | undefined;
  /** Charts of one key share their cursor. */
  readonly sync?: string | undefined;
  /** What stands in the chart until there are values. */
  readonly emptyText?: string | undefined;
}

/** Where the last value is. One that is not a number is one: a training that has failed says so. */
const lastIndex = (values: ArrayLike<number | null>): number => {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null && values[i] !== undefined) return i;
  return -1;
};

/** What is seen, in a sentence for each series. */
function summaryOf(
  { label, xLabel = "epoch", valueText = numberText }: LineChartProps,
  x: ArrayLike<number>,
  series: readonly LineSeries[],
): string {
  if (x.length === 0) return `${label}: no values yet.`;
  const sentences = series.map(({ label: name, values, mark }) => {
    const last = lastIndex(values);
    if (last < 0) return `${name}: no values.`;
    const best = mark === undefined ? -1 : indexOfBest(values, mark);
    const extreme =
      best < 0
        ? ""
        : `, ${mark === "min" ? "lowest" : "highest"} ${valueText(values[best]!)} at ${xLabel} ${numberText(x[best]!)}`;
    return `${name}: ${valueText(values[0] ?? Number.NaN)} at first, ${valueText(values[last]!)} at ${xLabel} ${numberText(x[last]!)}${extreme}.`;
  });
  return `${label}. ${sentences.join(" ")}`;
}

interface Words {
  readonly x: ArrayLike<number>;
  readonly series: readonly LineSeries[];
}

/** The numbers, for screen readers. */
function Numbers({ props, words: { x, series } }: { props: LineChartProps; words: Words }) {
  const { label, xLabel = "epoch", valueText = numberText } = props;
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? "" : valueText(value);
  const rows = sampledIndices(x.length).map((i) => [
    numberText(x[i]!),
    ...series.map(({ values }) => text(values[i])),
  ]);
  return <HiddenTable caption={label} head={[xLabel, ...series.map((one) => one.label)]} rows={rows} />;
}

/** Makes the plot, and again when other series are to be drawn; gives it each new value, size and theme. */
function usePlot(
  props: LineChartProps,
  width: number,
  x: ArrayLike<number>,
  series: readonly LineSeries[],
  hidden: ReadonlySet<string>,
) {
  const { height = 220, log = false, sync, valueText = steadyText, xRange, yRange } = props;
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<LinePlot>(undefined);
  const [cursor, setCursor] = useState<number>();
  const shape = series.map(({ label, color, dash, mark }) => [label, color, dash, mark].join()).join(";");
  const ready = width > 0;
  useLayoutEffect(() => {
    if (!ready || root.current === null) return;
    const made = new LinePlot(root.current, width, series, {
      height,
      log,
      sync,
      valueText,
      onCursor: setCursor,
    });
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  }, [ready, shape, log, sync]);
  useLayoutEffect(() => {
    plot.current?.update(x, series, xRange ?? [undefined, undefined], yRange ?? [undefined, undefined]);
  }, [ready, shape, log, sync, x, series, xRange?.[0], xRange?.[1], yRange?.[0], yRange?.[1]]);
  useLayoutEffect(() => {
    if (ready) plot.current?.resize(width, height);
  }, [width, height]);
  useLayoutEffect(() => {
    for (const [i, { label }] of series.entries()) plot.current?.show(i, !hidden.has(label));
  }, [ready, shape, log, sync, hidden]);
  const palette = colors.value;
  useEffect(() => plot.current?.redraw(), [palette]);
  return { root, cursor, point: (index: number | undefined) => plot.current?.point(index) };
}

export function LineChart(props: LineChartProps) {
  const {
    height = 220,
    xLabel = "epoch",
    valueText = steadyText,
    emptyText = "The curves begin with the first values.",
  } = props;
  const x = useFrameValue(props.x);
  const series = useFrameValue(props.series);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [frame, width] = useWidth<HTMLDivElement>();
  const { root, cursor, point } = usePlot(props, width, x, series, hidden);
  const words = useSlowly<Words>(useMemo(() => ({ x, series }), [x, series]));
  const toggle = (label: string) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    setHidden(next);
  };
  const at = cursor !== undefined && cursor < x.length ? cursor : undefined;
  const items = series.map(({ label, short, color, dash, values }) => {
    const value = values[at ?? lastIndex(values)];
    return {
      ...{ label, short, color, dash, hidden: hidden.has(label) },
      value: value === null || value === undefined ? "–" : valueText(value),
    };
  });
  const place = x.length === 0 ? "" : `${xLabel} ${numberText(x[at ?? x.length - 1]!)}`;
  return (
    <Chart class="line-chart">
      <Legend items={items} onToggle={toggle} aside={place} />
      <div ref={frame} class="plot-frame" style={{ height: `${height}px` }}>
        <div ref={root} role="img" aria-label={summaryOf(props, words.x, words.series)} />
        {x.length === 0 ? (
          <p class="plot-empty">
            <span>{emptyText}</span>
          </p>
        ) : (
          <input
            class="plot-cursor"
            type="range"
            min={0}
            max={x.length - 1}
            value={at ?? x.length - 1}
            aria-label={`Cursor of ${props.label}`}
            aria-valuetext={`${place}: ${items.map(({ label, value }) => `${label} ${value}`).join(", ")}`}
            onInput={(event) => point(Number(event.currentTarget.value))}
            onBlur={() => point(undefined)}
          />
        )}
      </div>
      <Numbers props={props} words={words} />
    </Chart>
  );
}
