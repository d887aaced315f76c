/**
 * What a model says all over the plane of two features: the class as a colour, its certainty as the colour's strength; with the
 * samples on top, those of training filled, those of the test hollow.
 */
import { useMemo } from "preact/hooks";
import { Canvas } from "./canvas.tsx";
import { Chart } from "./chartFrame.tsx";
import type { Colors } from "./colors.ts";
import { numberText, wholeText } from "./format.ts";
import { type Reactive, useFrameValue } from "./reactive.ts";
import { useWidth } from "./size.ts";
import { ticksWithin } from "./ticks.ts";

export interface Surface {
  readonly columns: number;
  readonly rows: number;
  /** Probabilities: all of class 0 first, row by row from the top (the greatest y), each from left to right. */
  readonly probabilities: ArrayLike<number>;
}

export interface SurfacePoints {
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
  /** Numbers of classes. */
  readonly labels: ArrayLike<number>;
  /** 1 for samples of the test. Default: none are. */
  readonly test?: ArrayLike<number> | undefined;
}

export interface SurfacePlotProps {
  readonly label: string;
  readonly names: readonly string[];
  /** undefined until there is a model. */
  readonly surface: Reactive<Surface | undefined>;
  readonly points: SurfacePoints;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** The most that it takes of its room, in pixels. Default: 420. */
  readonly maxSize?: number | undefined;
}

const LEFT = 36;
const BOTTOM = 24;
const TOP = 6;
const RIGHT = 8;

/** The surface as a small image, a pixel a cell. */
function imageOf(
  { columns, rows, probabilities }: Surface,
  classes: number,
  palette: Colors,
): HTMLCanvasElement {
  const image = new ImageData(columns, rows);
  const area = columns * rows;
  const { paperRgb, seriesRgb } = palette;
  for (let i = 0; i < area; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++)
      if (probabilities[c * area + i]! > probabilities[best * area + i]!) best = c;
    // At chance there is no colour; certainty gives it about half: points must be seen on it.
    const certainty = Math.max(0, (probabilities[best * area + i]! - 1 / classes) / (1 - 1 / classes));
    const share = 0.08 + 0.44 * certainty;
    const hue = seriesRgb[best % seriesRgb.length]!;
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = paperRgb[c]! + (hue[c]! - paperRgb[c]!) * share;
    image.data[4 * i + 3] = 255;
  }
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function drawAxes(
  context: CanvasRenderingContext2D,
  palette: Colors,
  frame: Frame,
  props: SurfacePlotProps,
): void {
  const { width, height, x, y } = frame;
  context.font = "12px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
  context.fillStyle = palette.muted;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of ticksWithin(...props.xRange, Math.max(2, width / 90)))
    context.fillText(numberText(tick), x(tick), TOP + height + 8);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of ticksWithin(...props.yRange, Math.max(2, height / 70)))
    context.fillText(numberText(tick), LEFT - 8, y(tick));
  context.strokeStyle = palette.axis;
  context.lineWidth = 1;
  context.strokeRect(LEFT + 0.5, TOP + 0.5, width - 1, height - 1);
}

function drawPoints(
  context: CanvasRenderingContext2D,
  palette: Colors,
  frame: Frame,
  points: SurfacePoints,
): void {
  const { xs, ys, labels, test } = points;
  const radius = xs.length > 1500 ? 2 : xs.length > 500 ? 2.5 : 3.5;
  for (let i = 0; i < xs.length; i++) {
    const color = palette.series[labels[i]! % palette.series.length]!;
    context.beginPath();
    context.arc(frame.x(xs[i]!), frame.y(ys[i]!), radius, 0, 2 * Math.PI);
    if (test?.[i] === 1) {
      context.fillStyle = palette.paper;
      context.strokeStyle = color;
      context.lineWidth = 1.25;
    } else {
      context.fillStyle = color;
      context.strokeStyle = palette.paper;
      context.lineWidth = 0.75;
    }
    context.fill();
    context.stroke();
  }
}

function draw(
  context: CanvasRenderingContext2D,
  palette: Colors,
  frame: Frame,
  props: SurfacePlotProps,
  surface: Surface | undefined,
): void {
  const { width, height } = frame;
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP, width, height);
  context.clip();
  context.fillStyle = palette.well;
  context.fillRect(LEFT, TOP, width, height);
  if (surface !== undefined) {
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(imageOf(surface, props.names.length, palette), LEFT, TOP, width, height);
  }
  drawPoints(context, palette, frame, props.points);
  context.restore();
  drawAxes(context, palette, frame, props);
}

/** How many samples the surface is right about, in a sentence. */
function summaryOf(
  { label, names, points, xRange, yRange }: SurfacePlotProps,
  surface: Surface | undefined,
): string {
  const count = points.xs.length;
  const begin = `${label}: ${wholeText(count)} samples of ${names.join(", ")}.`;
  if (surface === undefined || count === 0) return begin;
  const { columns, rows, probabilities } = surface;
  let right = 0;
  for (let i = 0; i < count; i++) {
    const at = (value: number, [low, high]: readonly [number, number], cells: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * cells)));
    const cell = (rows - 1 - at(points.ys[i]!, yRange, rows)) * columns + at(points.xs[i]!, xRange, columns);
    let best = 0;
    for (let c = 1; c < names.length; c++)
      if (probabilities[c * rows * columns + cell]! > probabilities[best * rows * columns + cell]!) best = c;
    if (best === points.labels[i]) right++;
  }
  return `${begin} About ${Math.round((100 * right) / count)}% lie in the area of their own class.`;
}

export function SurfacePlot(props: SurfacePlotProps) {
  const { names, points, xRange, yRange, xLabel, yLabel, maxSize = 420 } = props;
  const surface = useFrameValue(props.surface);
  const [ref, room] = useWidth<HTMLDivElement>();
  const outer = Math.min(room, maxSize);
  const width = Math.max(0, outer - LEFT - RIGHT);
  const frame: Frame = {
    width,
    height: width,
    x: (value) => LEFT + ((value - xRange[0]) / (xRange[1] - xRange[0])) * width,
    y: (value) => TOP + ((yRange[1] - value) / (yRange[1] - yRange[0])) * width,
  };
  const summary = useMemo(() => summaryOf(props, surface), [surface, points, names]);
  return (
    <Chart class="surface">
      <ul class="surface-legend">
        {names.map((name, i) => (
          <li key={name}>
            <span class="swatch" data-series={i % 10} aria-hidden="true" />
            {name}
          </li>
        ))}
        {points.test !== undefined && (
          <>
            <li>
              <span class="point-key" aria-hidden="true" />
              training
            </li>
            <li>
              <span class="point-key is-hollow" aria-hidden="true" />
              test
            </li>
          </>
        )}
      </ul>
      <div ref={ref} class="surface-frame" role="img" aria-label={summary}>
        <Canvas
          width={outer}
          height={outer === 0 ? 0 : TOP + width + BOTTOM}
          draw={(context, palette) => draw(context, palette, frame, props, surface)}
        />
      </div>
      {(xLabel !== undefined || yLabel !== undefined) && (
        <figcaption class="axis-label">
          {xLabel} to the right, {yLabel} upwards
        </figcaption>
      )}
    </Chart>
  );
}
