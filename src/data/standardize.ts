/**
 * Per-feature standardisation, (x − mean) / std, with the training samples' mean and (biased) standard deviation. It
 * belongs to the model: it is saved with it, and serves validation, test and later inputs alike.
 */
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { ElementType } from "./dataset.ts";

/** In the units of x: for bytes, x = byte / 255. */
export interface Standardization {
  readonly mean: Float64Array;
  /** Never 0: a feature that does not vary is divided by 1. */
  readonly std: Float64Array;
}

/** What leaves the samples as they are (bytes still divided by 255). */
export function noStandardization(features: number): Standardization {
  return { mean: new Float64Array(features), std: new Float64Array(features).fill(1) };
}

/** Where {@link measureBytes} works. */
export interface MomentBuffers {
  readonly sums: Tensor<"float64">;
  readonly squares: Tensor<"float64">;
  readonly scratch: Tensor<"uint32">;
}

/**
 * Of bytes, from exact integer sums, so that no order of additions matters:
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
    // n S₂ − S₁² = n Σ (v − v̄)²: taken apart at the integer part of the mean, it neither overflows nor cancels.
    const shift = Math.floor(sum / n);
    const rest = sum - shift * n;
    const centred = square - 2 * shift * sum + shift * shift * n;
    const variance = centred / n - (rest / n) * (rest / n);
    mean[j] = sum / n / 255;
    std[j] = variance > 0 ? Math.sqrt(variance) / 255 : 1;
  }
  return { mean, std };
}

/** Of float32 samples: two passes in float64, from the first sample to the last. */
export function measureFloats(values: Tensor<"float32">, rows?: Uint32Array): Standardization {
  const [n, d] = [rows?.length ?? values.rows, values.columns];
  const mean = new Float64Array(d);
  const std = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let j = 0; j < d; j++) mean[j]! += values.data[from + j]!;
  }
  for (let j = 0; j < d; j++) mean[j]! /= n;
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let j = 0; j < d; j++) {
      const deviation = values.data[from + j]! - mean[j]!;
      std[j]! += deviation * deviation;
    }
  }
  for (let j = 0; j < d; j++) std[j] = std[j]! > 0 ? Math.sqrt(std[j]! / n) : 1;
  return { mean, std };
}

/** The factors with which the gather kernel standardises stored values: v · scale + shift. */
export function gatherFactors(
  { mean, std }: Standardization,
  elementType: ElementType,
): { scale: Float64Array; shift: Float64Array } {
  const unit = elementType === "uint8" ? 255 : 1;
  return { scale: std.map((s) => 1 / (unit * s)), shift: mean.map((m, j) => -m / std[j]!) };
}
