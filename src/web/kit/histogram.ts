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

/** The share of all values that lie below a place, for each place of a rising row of them. */
function sharesBelow(
  { counts, min, max }: LayerHistogram,
  all: number,
  from: number,
  step: number,
  places: number,
): Float32Array {
  const shares = new Float32Array(places);
  const perBin = (max - min) / counts.length;
  let bin = 0;
  let before = 0;
  for (let i = 0; i < places; i++) {
    const place = (from + i * step - min) / perBin;
    for (; bin < counts.length && bin + 1 <= place; bin++) before += counts[bin]!;
    const within = bin < counts.length ? counts[bin]! * Math.min(1, Math.max(0, place - bin)) : 0;
    shares[i] = (before + within) / all;
  }
  return shares;
}

/** The densities of wide parts, with straight lines between their middles. */
function interpolated(
  { counts, min, max }: LayerHistogram,
  from: number,
  step: number,
  columns: number,
): Float32Array {
  const perBin = (max - min) / counts.length;
  return Float32Array.from({ length: columns }, (_, i) => {
    const place = (from + (i + 0.5) * step - min) / perBin - 0.5;
    const before = Math.floor(place);
    const share = place - before;
    return (counts[before] ?? 0) * (1 - share) + (counts[before + 1] ?? 0) * share;
  });
}

/** The density that gets the full height: the greatest, or less where one peak (the zeros after ReLU) would flatten all others. */
function fullHeight(densities: Float32Array): number {
  let sum = 0;
  let filled = 0;
  let peak = 0;
  for (const [i, density] of densities.entries()) {
    sum += density;
    if (density > 0) filled++;
    if (density > densities[peak]!) peak = i;
  }
  const most = densities[peak]!;
  const others = sum - most - (densities[peak - 1] ?? 0) - (densities[peak + 1] ?? 0);
  if (filled < 8 || others < 0.15 * sum) return most;
  return Math.min(most, (4 * others) / (filled - 3));
}

/**
 * The heights of a histogram over `columns` equal parts of [from, to], from 0 to 1. They are square roots of densities, so that
 * tails are seen beside a peak.
 */
export function ridge(layer: LayerHistogram, from: number, to: number, columns: number): Float32Array {
  const { counts, min, max } = layer;
  const step = (to - from) / columns;
  const perBin = (max - min) / counts.length;
  const all = total(counts);
  if (!(step > 0) || !(all > 0)) return new Float32Array(columns);
  if (!(perBin > 0)) {
    // All values are the same.
    const column = Math.floor((min - from) / step);
    return Float32Array.from({ length: columns }, (_, i) => (i === column ? 1 : 0));
  }
  let densities: Float32Array;
  if (perBin >= 1.5 * step) densities = interpolated(layer, from, step, columns);
  else {
    const shares = sharesBelow(layer, all, from, step, columns + 1);
    densities = Float32Array.from({ length: columns }, (_, i) => Math.max(0, shares[i + 1]! - shares[i]!));
  }
  const full = fullHeight(densities);
  return full > 0 ? densities.map((density) => Math.sqrt(Math.min(1, density / full))) : densities;
}
