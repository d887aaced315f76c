/**
 * Per-feature standardisation, (x − mean) / std, with the training samples' mean and (biased) standard deviation. It
 * belongs to the model: it is saved with it, and serves validation, test and later inputs alike.
 */
import type { Kernels } from "../kernels/index.ts";
import { type Precision, rounding, type Tensor } from "../tensor.ts";
import type { ElementType } from "./dataset.ts";

/** In the units of x: for bytes, x = byte / 255. */
export interface Standardization {
  readonly mean: Float64Array;
  /** Never 0: a feature that does not vary is divided by 1. */
  readonly std: Float64Array;
}

/** A standardisation that leaves samples as they are, but for bytes, which are divided by 255. */
export function noStandardization(features: number): Standardization {
  return { mean: new Float64Array(features), std: new Float64Array(features).fill(1) };
}

/** The tensors that {@link measureBytes} computes in. */
export interface MomentBuffers {
  readonly sums: Tensor<"float64">;
  readonly squares: Tensor<"float64">;
  readonly scratch: Tensor<"uint32">;
}

/**
 * Mean and deviation of bytes, from exact integer sums. The order of the additions does not matter:
 *
 *   mean = S₁ / (255 n)        std = √(n S₂ − S₁²) / (255 n)
 *
 * @param blocks the samples, all or some at a time; a block may take the place of the one before
 */
export function measureBytes(
  blocks: Iterable<Tensor<"uint8">>,
  buffers: MomentBuffers,
  kernels: Kernels,
): Standardization {
  const d = buffers.sums.columns;
  const sums = new Float64Array(d);
  const squares = new Float64Array(d);
  let n = 0;
  for (const block of blocks) {
    kernels.moments.bytes(buffers.sums, buffers.squares, block, buffers.scratch);
    for (let j = 0; j < d; j++) {
      sums[j]! += buffers.sums.data[j]!;
      squares[j]! += buffers.squares.data[j]!;
    }
    n += block.rows;
  }
  const mean = new Float64Array(d);
  const std = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    const [sum, square] = [sums[j]!, squares[j]!];
    // n S₂ − S₁² = n Σ (v − v̄)². Around the integer part of the mean, the sum neither overflows nor cancels.
    const shift = Math.floor(sum / n);
    const rest = sum - shift * n;
    const centred = square - 2 * shift * sum + shift * shift * n;
    const variance = centred / n - (rest / n) * (rest / n);
    mean[j] = sum / n / 255;
    std[j] = variance > 0 ? Math.sqrt(variance) / 255 : 1;
  }
  return { mean, std };
}

/**
 * Beyond `limit`, or below 1 / `limit`, widths are brought near 1 by a power of two, `step` or 1 / `step`, before anything
 * is computed with them: differences do not overflow then, nor reciprocals, nor (in float64) squares.
 */
const extremes = {
  float32: { limit: 2 ** 100, step: 2 ** 64, largest: 3.4028234663852886e38 },
  float64: { limit: 2 ** 400, step: 2 ** 600, largest: Number.MAX_VALUE },
} as const satisfies Record<Precision, unknown>;

/** The power of two for one width: 1 for all but extreme ones. */
function unitFactor(width: number, precision: Precision): number {
  const { limit, step } = extremes[precision];
  if (width > limit) return 1 / step;
  return width < 1 / limit ? step : 1;
}

/**
 * Mean and deviation of float samples: three passes in float64, from the first sample to the last.
 *
 * A feature is measured from the middle of its range, t = (v − middle) · factor, so that nothing cancels, however close
 * together the values are, and nothing overflows or underflows.
 *
 *   mean = middle + t̄ / factor        std = √(Σ (t − t̄)² / n) / factor
 */
export function measureFloats(values: Tensor, rows?: Uint32Array): Standardization {
  const { data, columns: d } = values;
  const n = rows?.length ?? values.rows;
  const low = new Float64Array(d).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(d).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let j = 0; j < d; j++) {
      const v = data[from + j]!;
      if (v < low[j]!) low[j] = v;
      if (v > high[j]!) high[j] = v;
    }
  }
  // The middle of a feature that does not vary is its value: the deviation is exactly 0.
  const middle = low.map((v, j) => (v === high[j] ? v : v / 2 + high[j]! / 2));
  const factor = low.map((v, j) => unitFactor(high[j]! / 2 - v / 2, "float64"));
  const sums = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let j = 0; j < d; j++) sums[j]! += (data[from + j]! - middle[j]!) * factor[j]!;
  }
  const means = sums.map((sum) => sum / n);
  const squares = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let j = 0; j < d; j++) {
      const deviation = (data[from + j]! - middle[j]!) * factor[j]! - means[j]!;
      squares[j]! += deviation * deviation;
    }
  }
  return {
    mean: means.map((t, j) => middle[j]! + t / factor[j]!),
    // A deviation that is too small for a float64 counts as 0.
    std: squares.map((square, j) => Math.sqrt(square / n) / factor[j]! || 1),
  };
}

/**
 * The factors with which the gather kernel standardises stored values, in the precision that it computes in.
 *
 *   bytes    v · scale + shift                                    scale = 1 / (255 · std), shift = −mean / std
 *   floats   ((v · scale₀ + shift₀) + shift₁) · scale₁            a row of `scale` and of `shift` after the other
 *
 * From floats the mean is subtracted first, v and it being close together where that matters: their difference is exact
 * then, as it is not once both have been divided. shift₀ is −mean rounded, shift₁ what the rounding has left. scale₀ is 1
 * unless the deviation is extreme; scale₁ is 1 / std, and never infinite.
 */
export function gatherFactors(
  { mean, std }: Standardization,
  elementType: ElementType,
  precision: Precision,
): { scale: Float64Array; shift: Float64Array } {
  if (elementType === "uint8") {
    return { scale: std.map((s) => 1 / (255 * s)), shift: mean.map((m, j) => -m / std[j]!) };
  }
  const d = mean.length;
  const round = rounding(precision);
  const scale = new Float64Array(2 * d);
  const shift = new Float64Array(2 * d);
  for (let j = 0; j < d; j++) {
    const factor = unitFactor(std[j]!, precision);
    const centre = mean[j]! * factor;
    scale[j] = factor;
    shift[j] = round(-centre);
    // Adding −0 changes nothing; adding 0 would make 0 of −0.
    shift[d + j] = -(centre + shift[j]!);
    scale[d + j] = Math.min(1 / (std[j]! * factor), extremes[precision].largest);
  }
  return { scale, shift };
}
