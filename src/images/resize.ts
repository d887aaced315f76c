/**
 * Bringing images to a size, in integers: the same bits everywhere.
 *
 * Along each axis on its own: to fewer pixels by the mean over the area that an output pixel covers, parts of input pixels
 * counting by their share; to more by linear interpolation between the centres of the two nearest input pixels, and beyond the
 * outermost centres their value. An image is stretched to the size, nothing of it is cut off.
 *
 *   fewer:  w[o,i] = |[i, i+1) ∩ [o·in/out, (o+1)·in/out)| · out / in
 *   more:   at = (o + ½) · in/out − ½, w[o,⌊at⌋] = 1 − (at − ⌊at⌋), w[o,⌊at⌋+1] = at − ⌊at⌋
 *   y[r,c]  = ⌊½ + Σ_i Σ_j wRows[r,i] · wColumns[c,j] · x[i,j]⌋
 *
 * The weights are integers over a common divisor, and the sums are below 2^53, so that each is exact and rounded once.
 */

/** Pixels as red, green, blue and alpha, a byte each, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** (height, width, 4) */
  readonly data: Uint8Array;
}

/** The weights of an output pixel along an axis: of the input pixels `first`, `first + 1`, … */
interface Taps {
  readonly first: number;
  /** Integers ≥ 0, whose sum is the axis's divisor. */
  readonly weights: readonly number[];
}

interface Axis {
  readonly divisor: number;
  readonly taps: readonly Taps[];
}

/** The weights that bring `from` pixels to `to`. */
export function axis(from: number, to: number): Axis {
  const taps: Taps[] = [];
  if (to <= from) {
    // In units of 1/to of an input pixel.
    for (let o = 0; o < to; o++) {
      const first = Math.floor((o * from) / to);
      const weights: number[] = [];
      for (let i = first; i * to < (o + 1) * from; i++) {
        weights.push(Math.min((i + 1) * to, (o + 1) * from) - Math.max(i * to, o * from));
      }
      taps.push({ first, weights });
    }
    return { divisor: from, taps };
  }
  // In units of 1/(2·to) of the distance of two input pixels.
  for (let o = 0; o < to; o++) {
    const at = Math.min(Math.max((2 * o + 1) * from - to, 0), 2 * to * (from - 1));
    const first = Math.floor(at / (2 * to));
    const share = at - first * 2 * to;
    taps.push({ first, weights: share === 0 ? [2 * to] : [2 * to - share, share] });
  }
  return { divisor: 2 * to, taps };
}

/** A row of pixels on white, in one or three channels. */
function opaqueRow({ width, data }: Pixels, row: number, channels: number, out: Float64Array): void {
  let from = row * width * 4;
  for (let x = 0; x < width; x++, from += 4) {
    const alpha = data[from + 3]!;
    let red = data[from]!;
    let green = data[from + 1]!;
    let blue = data[from + 2]!;
    if (alpha !== 255) {
      red = onWhite(red, alpha);
      green = onWhite(green, alpha);
      blue = onWhite(blue, alpha);
    }
    if (channels === 3) {
      out[3 * x] = red;
      out[3 * x + 1] = green;
      out[3 * x + 2] = blue;
    } else {
      // ITU-R BT.601; of red = green = blue it is that.
      out[x] = Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
    }
  }
}

/** (value · alpha + 255 · (255 − alpha)) / 255, to the nearest integer. */
const onWhite = (value: number, alpha: number): number =>
  Math.floor((value * alpha + 255 * (255 - alpha) + 127) / 255);

/**
 * Writes an image of another size as features.
 * @param out (channels, height, width), written from `at` on
 * @param size to what it is brought
 */
export function writeResized(
  pixels: Pixels,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: 1 | 3 },
  out: Uint8Array,
  at = 0,
): void {
  const columns = axis(pixels.width, width);
  const rows = axis(pixels.height, height);
  const line = new Float64Array(pixels.width * channels);
  // Two neighbouring rows are held: those that an output row shares with the next.
  const held = [0, 1].map(() => ({ row: -1, sums: new Float64Array(width * channels) }));
  const rowSums = (row: number): Float64Array => {
    const slot = held[row % 2]!;
    if (slot.row !== row) {
      slot.row = row;
      opaqueRow(pixels, row, channels, line);
      sumColumns(line, columns, channels, slot.sums);
    }
    return slot.sums;
  };
  const divisor = columns.divisor * rows.divisor;
  const sums = new Float64Array(width * channels);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows.taps[y]!;
    sums.fill(0);
    for (const [i, weight] of weights.entries()) {
      const row = rowSums(first + i);
      for (let k = 0; k < sums.length; k++) sums[k]! += weight * row[k]!;
    }
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        out[at + (c * height + y) * width + x] = Math.floor(
          (2 * sums[x * channels + c]! + divisor) / (2 * divisor),
        );
      }
    }
  }
}

/** sums[x, c] = Σ_i w[x, i] · line[i, c] */
function sumColumns(line: Float64Array, { taps }: Axis, channels: number, sums: Float64Array): void {
  for (let x = 0; x < taps.length; x++) {
    const { first, weights } = taps[x]!;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * line[(first + i) * channels + c]!;
      sums[x * channels + c] = sum;
    }
  }
}
