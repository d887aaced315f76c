/**
 * The spread of each layer's values, from the first layer to the last, on a logarithmic axis: at a glance, whether a signal dies
 * on its way, grows without limit, or lives. Two configurations share the axes.
 */
import { useRef } from "preact/hooks";
import { Chart, HiddenTable, Legend } from "./chartFrame.tsx";
import { numberText } from "./format.ts";
import { log10 } from "./log10.ts";
import { type Reactive, useFrameValue } from "./reactive.ts";
import { useWidth } from "./size.ts";
import { useSlowly } from "./slowly.ts";
import { exponentsWithin, powerText } from "./ticks.ts";

export interface SpreadSeries {
  readonly label: string;
  /** Standard deviations, from the first layer on. */
  readonly stds: ArrayLike<number>;
  /** Those of the first step: a thin line behind. */
  readonly first?: ArrayLike<number> | undefined;
  readonly color: number;
  readonly dash?: boolean | undefined;
}

export interface SpreadChartProps {
  readonly label: string;
  /** The names of the layers. A second configuration may have fewer. */
  readonly layers: readonly string[];
  readonly series: Reactive<readonly SpreadSeries[]>;
  /** Below it a layer carries no signal. Default: 1e-3. */
  readonly deadBelow?: number | undefined;
  /** Default: 220. */
  readonly height?: number | undefined;
  readonly emptyText?: string | undefined;
}

const LEFT = 44;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 28;
/** The axis goes no further down, whatever the values. */
const LEAST = -20;

/** The place of a spread on the axis; −∞ for 0, which stands at the axis' end, and undefined for what is not finite. */
const exponentOf = (std: number): number | undefined =>
  Number.isFinite(std) ? (std > 0 ? Math.max(LEAST, log10(std)) : -Infinity) : undefined;

/** Whole exponents around all values and the threshold. They only ever grow, so that the axis does not tremble. */
function useLimits(series: readonly SpreadSeries[], threshold: number): [number, number] {
  const kept = useRef<[number, number]>([threshold - 0.6, 0.4]);
  let [low, high] = kept.current;
  for (const { stds, first = [] } of series) {
    for (const std of [...Array.from(stds), ...Array.from(first)]) {
      const exponent = exponentOf(std);
      if (exponent === undefined || exponent === -Infinity) continue;
      low = Math.min(low, Math.floor(exponent) - 0.2);
      high = Math.max(high, Math.ceil(exponent) + 0.2);
    }
  }
  kept.current = [low, high];
  return kept.current;
}

interface Scales {
  readonly x: (layer: number) => number;
  readonly y: (exponent: number) => number;
}

/** The points of a line as a path; what is not finite leaves a gap. */
function pathOf(stds: ArrayLike<number>, { x, y }: Scales): string {
  let path = "";
  let begun = false;
  for (let i = 0; i < stds.length; i++) {
    const exponent = exponentOf(stds[i]!);
    if (exponent === undefined) {
      begun = false;
      continue;
    }
    path += `${begun ? "L" : "M"}${x(i).toFixed(1)} ${y(exponent).toFixed(1)}`;
    begun = true;
  }
  return path;
}

function Line({ series, scales, deadBelow }: { series: SpreadSeries; scales: Scales; deadBelow: number }) {
  const { stds, first, color, dash } = series;
  return (
    <g class="spread-series" data-series={color % 10}>
      {first !== undefined && <path class="spread-first" d={pathOf(first, scales)} />}
      <path class="spread-line" d={pathOf(stds, scales)} stroke-dasharray={dash ? "6 4" : undefined} />
      {Array.from(stds, (std, i) => {
        const exponent = exponentOf(std);
        if (exponent === undefined) return null;
        const [x, y] = [scales.x(i), scales.y(exponent)];
        // A cross, and not only a colour, says that a layer is dead.
        return std < deadBelow ? (
          <path key={i} class="spread-dead" d={`M${x - 4} ${y - 4}l8 8m0-8l-8 8`} />
        ) : (
          <circle key={i} class={dash ? "spread-dot is-hollow" : "spread-dot"} cx={x} cy={y} r="4" />
        );
      })}
    </g>
  );
}

interface AxesProps {
  readonly width: number;
  readonly height: number;
  readonly limits: readonly [number, number];
  readonly layers: readonly string[];
  readonly scales: Scales;
  readonly threshold: number;
}

function Axes({ width, height, limits, layers, scales, threshold }: AxesProps) {
  const bottom = height - BOTTOM;
  const line = Math.min(bottom, Math.max(TOP, scales.y(threshold)));
  const each = layers.length > 1 ? (width - LEFT - RIGHT - 24) / (layers.length - 1) : width;
  // Names that would meet are left out.
  const longest = layers.reduce((most, name) => Math.max(most, name.length), 0);
  const stride = Math.max(1, Math.ceil((7 * longest + 8) / each));
  return (
    <g>
      <rect
        class="spread-dead-zone"
        x={LEFT}
        y={line}
        width={Math.max(0, width - LEFT - RIGHT)}
        height={Math.max(0, bottom - line)}
      />
      {exponentsWithin(limits[0], limits[1], (bottom - TOP) / 28).map((exponent) => (
        <g key={exponent}>
          <path class="axis-grid" d={`M${LEFT} ${Math.round(scales.y(exponent)) + 0.5}H${width - RIGHT}`} />
          <text class="axis-text" x={LEFT - 8} y={scales.y(exponent) + 4} text-anchor="end">
            {powerText(exponent)}
          </text>
        </g>
      ))}
      <path class="spread-threshold" d={`M${LEFT} ${Math.round(line) + 0.5}H${width - RIGHT}`} />
      <text
        class="spread-threshold-text"
        x={width - RIGHT - 6}
        y={bottom - line < 22 ? line - 6 : line + 16}
        text-anchor="end"
      >
        no signal
      </text>
      {layers.map((name, i) =>
        i % stride === 0 ? (
          <text key={name} class="axis-text" x={scales.x(i)} y={bottom + 18} text-anchor="middle">
            {name}
          </text>
        ) : null,
      )}
    </g>
  );
}

export function SpreadChart(props: SpreadChartProps) {
  const { label, layers, deadBelow = 1e-3, height = 220, emptyText = "The first step draws it." } = props;
  const series = useFrameValue(props.series);
  const slow = useSlowly(series);
  const [frame, width] = useWidth<HTMLDivElement>();
  const threshold = log10(deadBelow);
  const limits = useLimits(series, threshold);
  const inner = Math.max(1, width - LEFT - RIGHT - 24);
  const scales: Scales = {
    x: (layer) => LEFT + 12 + (layers.length > 1 ? (layer / (layers.length - 1)) * inner : inner / 2),
    y: (exponent) =>
      TOP + ((limits[1] - Math.max(limits[0], exponent)) / (limits[1] - limits[0])) * (height - TOP - BOTTOM),
  };
  const rows = layers.map((name, i) => [
    name,
    ...slow.map(({ stds }) => (i < stds.length ? numberText(stds[i]!, 3) : "")),
  ]);
  const dying = slow.map(({ label: name, stds }) => {
    const dead = Array.from(stds).filter((std) => !(std >= deadBelow)).length;
    return `${name}: ${dead === 0 ? "all layers carry a signal" : `${dead} of ${stds.length} layers carry no signal`}.`;
  });
  return (
    <Chart class="spread-chart">
      <Legend items={series.map(({ label: name, color, dash }) => ({ label: name, color, dash }))} />
      <div ref={frame} class="plot-frame" style={{ height: `${height}px` }}>
        <svg width={width} height={height} role="img" aria-label={`${label}. ${dying.join(" ")}`}>
          {width > 0 && <Axes {...{ width, height, limits, layers, scales, threshold }} />}
          {width > 0 &&
            series.map((one) => <Line key={one.label} series={one} scales={scales} deadBelow={deadBelow} />)}
        </svg>
        {series.length === 0 && (
          <p class="plot-empty">
            <span>{emptyText}</span>
          </p>
        )}
      </div>
      <HiddenTable caption={label} head={["layer", ...slow.map((one) => one.label)]} rows={rows} />
    </Chart>
  );
}
