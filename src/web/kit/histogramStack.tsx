/**
 * A histogram of each layer, one below another on a shared axis, so that a signal is seen to die or to live on its way through
 * the network. Behind each stands its outline at the first step.
 */
import { useMemo, useRef } from "preact/hooks";
import { Canvas } from "./canvas.tsx";
import { Chart, HiddenTable } from "./chartFrame.tsx";
import { type Colors, withAlpha } from "./colors.ts";
import { numberText, percentText, spreadText } from "./format.ts";
import { type DeadLimits, deathOf, innerRange, type LayerHistogram, ridge } from "./histogram.ts";
import { Icon } from "./icons.tsx";
import { type Reactive, useFrameValue } from "./reactive.ts";
import { useWidth } from "./size.ts";
import { useSlowly } from "./slowly.ts";
import { niceAbove, powerText, ticksWithin } from "./ticks.ts";

export interface HistogramStackProps extends DeadLimits {
  /** What the values are: "Activations". */
  readonly label: string;
  /** At most twenty are drawn well. The first stands at the top. */
  readonly layers: Reactive<readonly LayerHistogram[]>;
  /** The same layers at the first step. */
  readonly first?: Reactive<readonly LayerHistogram[] | undefined> | undefined;
  /** The shared axis. Default: what holds nearly all values, in round numbers around 0. */
  readonly range?: readonly [min: number, max: number] | undefined;
  /** "log10": the values are logarithms, and the axis has powers of ten. Default: "linear". */
  readonly scale?: "linear" | "log10" | undefined;
  /** Values beyond the range are counted in its last columns, and the axis says so. Default: false. */
  readonly ends?: boolean | undefined;
  /** What the axis shows. */
  readonly xLabel?: string | undefined;
  /** The number of the histograms' colour. Default: 0. */
  readonly color?: number | undefined;
  /** How many rows' room is kept until there are layers. Default: 5. */
  readonly rows?: number | undefined;
  readonly emptyText?: string | undefined;
}

/** A ridge may rise so far above its row, in rows. */
const RISE = 1.35;
const AXIS = 24;

/** Round limits around 0, which only change when they must, so that the axis does not tremble. */
function useSharedRange(
  layers: readonly LayerHistogram[],
  scale: "linear" | "log10",
): readonly [number, number] {
  const last = useRef<readonly [number, number]>([-1, 1]);
  let low = Infinity;
  let high = -Infinity;
  for (const layer of layers) {
    const [from, to] = innerRange(layer);
    if (Number.isFinite(from)) low = Math.min(low, from);
    if (Number.isFinite(to)) high = Math.max(high, to);
  }
  if (low > high) return last.current;
  if (scale === "log10") {
    last.current = [Math.floor(low), Math.max(Math.floor(low) + 1, Math.ceil(high))];
    return last.current;
  }
  const reach = niceAbove(Math.max(Math.abs(low), Math.abs(high), 1e-12));
  const [, before] = last.current;
  // It shrinks only when less than 40% is used.
  const kept = reach <= before && reach > 0.4 * before ? before : reach;
  last.current = [-kept, kept];
  return last.current;
}

interface Drawing {
  readonly layers: readonly LayerHistogram[];
  /** How many rows there are: of layers, or of room for them. */
  readonly rows: number;
  readonly first: readonly LayerHistogram[] | undefined;
  readonly range: readonly [number, number];
  readonly scale: "linear" | "log10";
  readonly pitch: number;
  readonly left: number;
  readonly width: number;
  readonly dead: readonly boolean[];
  readonly color: number;
  /** Whether the last columns hold what lies beyond, too. */
  readonly ends: boolean;
}

const topOf = (pitch: number): number => Math.ceil(pitch * (RISE - 1)) + 4;

function drawAxis(
  context: CanvasRenderingContext2D,
  palette: Colors,
  drawing: Drawing,
  bottom: number,
): void {
  const { range, scale, left, width } = drawing;
  const [from, to] = range;
  const most = Math.max(2, Math.min(8, Math.floor(width / 56)));
  const ends = drawing.ends && scale === "linear";
  const ticks = ticksWithin(from, to, most)
    .filter((value) => scale === "linear" || Number.isInteger(value))
    .filter((value) => !ends || (value > from && value < to));
  context.font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const value of ticks) {
    const x = Math.round(left + ((value - from) / (to - from)) * width) + 0.5;
    context.strokeStyle = value === 0 && scale === "linear" ? palette.axis : palette.grid;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, bottom + 4);
    context.stroke();
    context.fillStyle = palette.muted;
    context.fillText(scale === "log10" ? powerText(value) : numberText(value), x, bottom + 8);
  }
  if (ends) {
    // What lies beyond the axis is in its last columns.
    context.fillStyle = palette.muted;
    context.fillText(`≤ ${numberText(from)}`, left, bottom + 8);
    context.fillText(`≥ ${numberText(to)}`, left + width, bottom + 8);
  }
}

/** The line over the columns that are not empty, and the area under it. */
function outline(
  heights: Float32Array,
  left: number,
  base: number,
  rise: number,
): { line: Path2D; area: Path2D } {
  const line = new Path2D();
  const area = new Path2D();
  const filled = (i: number) => heights[i]! > 0;
  for (let start = 0; start < heights.length; start++) {
    if (!filled(start)) continue;
    let end = start;
    while (end + 1 < heights.length && filled(end + 1)) end++;
    line.moveTo(left + start, base);
    for (let i = start; i <= end; i++) line.lineTo(left + i + 0.5, base - heights[i]! * rise);
    line.lineTo(left + end + 1, base);
    start = end + 1;
  }
  area.addPath(line);
  area.closePath();
  return { line, area };
}

function drawRow(context: CanvasRenderingContext2D, palette: Colors, drawing: Drawing, row: number): void {
  const { layers, first, range, pitch, left, width, dead, color } = drawing;
  const [from, to] = range;
  const columns = Math.max(1, Math.floor(width));
  const base = topOf(pitch) + (row + 1) * pitch;
  const rise = pitch * RISE - 2;
  const tint = dead[row] ? palette.error : palette.series[color % 10]!;
  const { line, area } = outline(ridge(layers[row]!, from, to, columns), left, base, rise);
  context.fillStyle = withAlpha(palette.paper, 0.82);
  context.fill(area);
  const before = first?.[row];
  if (before !== undefined) {
    context.strokeStyle = palette.axis;
    context.lineWidth = 1;
    context.setLineDash([2, 2]);
    context.stroke(outline(ridge(before, from, to, columns), left, base, rise).line);
    context.setLineDash([]);
  }
  context.fillStyle = withAlpha(tint, dead[row] ? 0.35 : 0.28);
  context.fill(area);
  context.strokeStyle = tint;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.stroke(line);
}

/** The lines on which the histograms will stand. */
function drawEmptyRows(
  context: CanvasRenderingContext2D,
  palette: Colors,
  { rows, pitch, left, width }: Drawing,
): void {
  context.strokeStyle = palette.grid;
  for (let row = 1; row <= rows; row++) {
    const y = topOf(pitch) + row * pitch + 0.5;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(left + width, y);
    context.stroke();
  }
}

function draw(context: CanvasRenderingContext2D, palette: Colors, drawing: Drawing): void {
  const { layers, pitch, left, width } = drawing;
  const bottom = topOf(pitch) + drawing.rows * pitch;
  context.lineWidth = 1;
  drawAxis(context, palette, drawing, bottom);
  if (layers.length === 0) drawEmptyRows(context, palette, drawing);
  context.beginPath();
  context.rect(left, 0, width, bottom);
  context.clip();
  for (let row = 0; row < layers.length; row++) drawRow(context, palette, drawing, row);
}

/** The numbers, for screen readers. */
function Numbers({
  label,
  layers,
  limits,
}: {
  label: string;
  layers: readonly LayerHistogram[];
  limits: DeadLimits;
}) {
  const rows = layers.map((layer) => [
    layer.name,
    spreadText(layer.std),
    layer.zeros === undefined ? "" : percentText(layer.zeros),
    deathOf(layer, limits) ?? "",
  ]);
  return (
    <HiddenTable
      caption={`${label}, layer by layer`}
      head={["layer", "spread", "zeros", "state"]}
      rows={rows}
    />
  );
}

export function HistogramStack(props: HistogramStackProps) {
  const {
    label,
    scale = "linear",
    color = 0,
    rows = 5,
    xLabel,
    ends = false,
    emptyText = "The first step draws them.",
  } = props;
  const layers = useFrameValue(props.layers);
  const first = useFrameValue(props.first ?? undefined);
  const [frame, width] = useWidth<HTMLDivElement>();
  const shared = useSharedRange(
    useMemo(() => [...layers, ...(first ?? [])], [layers, first]),
    scale,
  );
  const range = props.range ?? shared;
  const slow = useSlowly(layers);
  const count = layers.length || rows;
  const pitch = count > 12 ? 24 : 32;
  const height = topOf(pitch) + count * pitch + AXIS;
  const left = width < 420 ? 68 : 84;
  const plotWidth = Math.max(0, width - left - 88);
  const states = layers.map((layer) => deathOf(layer, props));
  const dead = states.map((state) => state !== undefined);
  const drawing = {
    layers,
    rows: count,
    first,
    range,
    scale,
    pitch,
    left,
    width: plotWidth,
    dead,
    color,
    ends,
  };
  return (
    <Chart class="histograms">
      <div ref={frame} class="histogram-frame" style={{ height: `${height}px` }}>
        <ol
          class="histogram-rows"
          aria-hidden="true"
          style={{ paddingTop: `${topOf(pitch)}px`, "--pitch": `${pitch}px` }}
        >
          {layers.map((layer, i) => (
            <li key={layer.name} class={dead[i] ? "is-dead" : undefined}>
              <span class="histogram-name" title={layer.name} style={{ width: `${left - 8}px` }}>
                {layer.name}
              </span>
              <span class="histogram-value">
                <span>{spreadText(layer.std)}</span>
                {dead[i] && (
                  <span class="histogram-state">
                    <Icon name="warning" />
                    {states[i]}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
        <Canvas width={width} height={height} draw={(context, palette) => draw(context, palette, drawing)} />
        {layers.length === 0 && (
          <p class="plot-empty">
            <span>{emptyText}</span>
          </p>
        )}
      </div>
      {xLabel !== undefined && <figcaption class="axis-label">{xLabel}</figcaption>}
      <Numbers label={label} layers={slow} limits={props} />
    </Chart>
  );
}
