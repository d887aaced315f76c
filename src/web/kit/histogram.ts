/** Histograms of layers, each over its own range, brought onto one shared axis. */

export interface LayerHistogram {
  readonly name: string;
  /** How many values fell into each of the equal parts of [min, max]. */
  readonly counts: Float32Array;
  readonly min: number;
  readonly max: number;
  /** Standard deviation of the values. */
  readonly std: number;
  /** The share of values that are 0, from 0 to 1. */
  readonly zeros?: number | undefined;
}

export interface DeadLimits {
  /** A layer whose values spread less carries no signal. Default: 1e-3. */
  readonly deadBelow?: number | undefined;
  /** A layer with a greater share of zeros is dead. Default: 0.9. */
  readonly deadZeros?: number | undefined;
}

/** Why a layer carries no signal, in a word or two; undefined if it does. */
export function deathOf(
  { std, zeros = 0 }: Pick<LayerHistogram, "std" | "zeros">,
  { deadBelow = 1e-3, deadZeros = 0.9 }: DeadLimits,
): string | undefined {
  if (Number.isNaN(std) || std === Infinity) return "not finite";
  if (zeros > deadZeros)
    return `${zeros > 0.995 ? Math.floor(1000 * zeros) / 10 : Math.round(100 * zeros)}% zeros`;
  return std < deadBelow ? "no signal" : undefined;
}

const total = (counts: Float32Array): number => counts.reduce((sum, count) => sum + count, 0);

/** The values between which all lies but a small share at either end. */
export function innerRange({ counts, min, max }: LayerHistogram, share = 0.002): [number, number] {
  const all = total(counts);
  if (!(all > 0) || !(max > min)) return [min, max];
  const width = (max - min) / counts.length;
  let low = 0;
  for (let sum = counts[0]!; low < counts.length - 1 && sum < share * all; sum += counts[low]!) low++;
  let high = counts.length - 1;
  for (let sum = counts[high]!; high > low && sum < share * all; sum += counts[high]!) high--;
  return [min + low * width, min + (high + 1) * width];
}

/**
 * The heights of a histogram over `columns` equal parts of [from, to]: 0 to 1, where 1 is its greatest density. They are square
 * roots, so that tails are seen beside a peak.
 */
export function ridge(
  { counts, min, max }: LayerHistogram,
  from: number,
  to: number,
  columns: number,
): Float32Array {
  const heights = new Float32Array(columns);
  const perColumn = (to - from) / columns;
  const perBin = (max - min) / counts.length;
  if (!(perColumn > 0) || !(total(counts) > 0)) return heights;
  if (!(perBin > 0)) {
    // All values are the same.
    const column = Math.floor((min - from) / perColumn);
    if (column >= 0 && column < columns) heights[column] = 1;
    return heights;
  }
  if (perBin >= 1.5 * perColumn) {
    for (let i = 0; i < columns; i++) {
      const place = (from + (i + 0.5) * perColumn - min) / perBin - 0.5;
      const before = Math.floor(place);
      const share = place - before;
      heights[i] = (counts[before] ?? 0) * (1 - share) + (counts[before + 1] ?? 0) * share;
    }
  } else {
    // Several parts fall into a column.
    for (let bin = 0; bin < counts.length; bin++) {
      const column = Math.floor((min + (bin + 0.5) * perBin - from) / perColumn);
      if (column >= 0 && column < columns) heights[column]! += counts[bin]!;
    }
  }
  const most = heights.reduce((one, other) => Math.max(one, other), 0);
  if (most > 0) for (let i = 0; i < columns; i++) heights[i] = Math.sqrt(heights[i]! / most);
  return heights;
}
