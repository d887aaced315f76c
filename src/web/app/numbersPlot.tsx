/** Predicted numbers over the actual ones: on the line they are right. */
import { useMemo } from "preact/hooks";
import { numberText, wholeText } from "../kit/format.ts";
import { ticksWithin } from "../kit/ticks.ts";

export interface NumbersPlotProps {
  readonly name: string;
  readonly actual: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** The side of the drawing in its own units. */
const SIDE = 320;
const MARGIN = { left: 64, bottom: 36, top: 8, right: 24 };
const MOST_POINTS = 600;

/** "1,000,000" where numbers are whole and not too long. */
const tickText = (tick: number) =>
  Number.isInteger(tick) && Math.abs(tick) < 1e7 ? wholeText(tick) : numberText(tick, 3);

/** Both axes have one range, so that the line of right answers is the diagonal. */
export function NumbersPlot({ name, actual, predicted }: NumbersPlotProps) {
  const { points, low, high, error } = useMemo(() => {
    const all = [...Array.from(actual), ...Array.from(predicted)].filter(Number.isFinite);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const margin = 0.04 * (most - least || 1);
    const step = Math.max(1, Math.ceil(actual.length / MOST_POINTS));
    const shown = Array.from({ length: Math.ceil(actual.length / step) }, (_, i) => i * step);
    const sum = Array.from(actual).reduce((total, value, i) => total + Math.abs(value - predicted[i]!), 0);
    return {
      points: shown.map((i) => [actual[i]!, predicted[i]!] as const),
      ...{ low: least - margin, high: most + margin, error: sum / Math.max(1, actual.length) },
    };
  }, [actual, predicted]);
  const inner = SIDE - MARGIN.left - MARGIN.right;
  const tall = SIDE - MARGIN.top - MARGIN.bottom;
  const x = (value: number) => MARGIN.left + (inner * (value - low)) / (high - low);
  const y = (value: number) => MARGIN.top + tall - (tall * (value - low)) / (high - low);
  const ticks = ticksWithin(low, high, 4);
  return (
    <svg
      class="numbers-plot"
      viewBox={`0 0 ${SIDE} ${SIDE}`}
      role="img"
      aria-label={`Predicted over actual ${name}: the mean error is ${numberText(error)}.`}
    >
      <rect class="plot-area" x={MARGIN.left} y={MARGIN.top} width={inner} height={tall} />
      <line class="plot-diagonal" x1={x(low)} y1={y(low)} x2={x(high)} y2={y(high)} />
      {points.map(([is, said], i) => (
        <circle key={i} class="plot-point" cx={x(is)} cy={y(said)} r={2.5} />
      ))}
      {ticks.map((tick) => (
        <g key={tick}>
          <text class="plot-tick" x={x(tick)} y={SIDE - MARGIN.bottom + 14} text-anchor="middle">
            {tickText(tick)}
          </text>
          <text class="plot-tick" x={MARGIN.left - 6} y={y(tick) + 4} text-anchor="end">
            {tickText(tick)}
          </text>
        </g>
      ))}
      <text class="plot-tick" x={MARGIN.left + inner / 2} y={SIDE - 4} text-anchor="middle">
        actual {name}
      </text>
    </svg>
  );
}
