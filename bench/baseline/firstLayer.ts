/**
 * The first layer on samples that are stored as bytes. Weights lie as in wasm's kernel, in pairs of units:
 * w[⌊u/2⌋][f][u mod 2]. Where all of them are read, they are row-major, as `matmul.multiply` takes them.
 */
import * as bias from "./bias.ts";
import * as gather from "./gather.ts";
import * as matmul from "./matmul.ts";

/** Some rows of samples, with the factors that standardise them. */
export interface Batch {
  readonly values: Uint8Array;
  readonly rows: Uint32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** Room for the standardised batch, of the last size: a training has only one size. */
let standardized = new Float32Array(0);

function standardize({ values, rows, scale, shift }: Batch, d: number): Float32Array {
  const n = rows.length;
  if (standardized.length !== n * d) standardized = new Float32Array(n * d);
  gather.bytes(standardized, values, rows, scale, shift, n, d);
  return standardized;
}

/** y = x · w + offset, w (d, units). */
export function forward(
  y: Float32Array,
  batch: Batch,
  w: Float32Array,
  offset: Float32Array,
  d: number,
  units: number,
): void {
  const n = batch.rows.length;
  matmul.multiply(y, standardize(batch, d), w, n, d, units);
  bias.add(y, y, offset, n, units);
}

/** With a smaller share of zeros in dY, tiles of the dense product are faster than lists; without zeros, by a quarter. */
const LEAST_ZEROS = 0.2;
/** Features that are summed at once. Of 4 to 16, eight are the fastest on Node 20. */
const FEATURES = 8;

let gradient = new Float32Array(0);
let lists: Lists | undefined;

/** The numbers of dY that are not 0, unit after unit, with the place of each one's sample in the block. */
interface Lists {
  readonly dy: Float64Array;
  readonly at: Int32Array;
  /** The end of each unit's list, which begins at u · n. */
  readonly ends: Int32Array;
  /** Eight features of all samples, [n][8]. */
  readonly block: Float64Array;
}

/**
 * w −= rate · (xᵀ · dy + lambda · w), w in pairs of units. If dy has many zeros, their products are left out.
 * @param d a multiple of 8
 */
export function update(
  w: Float32Array,
  dy: Float32Array,
  batch: Batch,
  lambda: number,
  rate: number,
  d: number,
  units: number,
): void {
  let zeros = 0;
  for (let i = 0; i < dy.length; i++) if (dy[i] === 0) zeros++;
  if (zeros < LEAST_ZEROS * dy.length) updateDense(w, dy, batch, lambda, rate, d, units);
  else updateSparse(w, dy, batch, lambda, rate, d, units);
}

/** The index of a unit's first weight. Its weight for the next feature is two further on. */
const startOf = (u: number, d: number) => (u - (u & 1)) * d + (u & 1);

function updateDense(
  w: Float32Array,
  dy: Float32Array,
  batch: Batch,
  lambda: number,
  rate: number,
  d: number,
  units: number,
): void {
  if (gradient.length !== d * units) gradient = new Float32Array(d * units);
  matmul.transposedA(gradient, standardize(batch, d), dy, batch.rows.length, d, units);
  const keep = 1 - rate * lambda;
  for (let u = 0; u < units; u++) {
    let to = startOf(u, d);
    for (let from = u; from < gradient.length; from += units) {
      w[to] = keep * w[to]! - rate * gradient[from]!;
      to += 2;
    }
  }
}

function updateSparse(
  w: Float32Array,
  dy: Float32Array,
  { values, rows, scale, shift }: Batch,
  lambda: number,
  rate: number,
  d: number,
  units: number,
): void {
  const n = rows.length;
  if (lists?.dy.length !== n * units || lists.ends.length !== units) {
    lists = {
      dy: new Float64Array(n * units),
      at: new Int32Array(n * units),
      ends: new Int32Array(units),
      block: new Float64Array(n * FEATURES),
    };
  }
  fillLists(lists, dy, n, units);
  const { block } = lists;
  for (let f = 0; f < d; f += FEATURES) {
    for (let j = 0; j < FEATURES; j++) {
      const s = scale[f + j]!;
      const t = shift[f + j]!;
      for (let i = 0; i < n; i++) block[i * FEATURES + j] = values[rows[i]! * d + f + j]! * s + t;
    }
    for (let u = 0; u < units; u++) updateEight(w, startOf(u, d) + 2 * f, lists, u, n, lambda, rate);
  }
}

function fillLists({ dy: listed, at, ends }: Lists, dy: Float32Array, n: number, units: number): void {
  for (let u = 0; u < units; u++) {
    let end = u * n;
    for (let i = 0; i < n; i++) {
      const value = dy[i * units + u]!;
      if (value === 0) continue;
      listed[end] = value;
      at[end] = i * FEATURES;
      end++;
    }
    ends[u] = end;
  }
}

/** The weights of a unit for the block's features, from `to` on. */
function updateEight(
  w: Float32Array,
  to: number,
  { dy, at, ends, block }: Lists,
  u: number,
  n: number,
  lambda: number,
  rate: number,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  const end = ends[u]!;
  for (let i = u * n; i < end; i++) {
    const factor = dy[i]!;
    const x = at[i]!;
    s0 += factor * block[x]!;
    s1 += factor * block[x + 1]!;
    s2 += factor * block[x + 2]!;
    s3 += factor * block[x + 3]!;
    s4 += factor * block[x + 4]!;
    s5 += factor * block[x + 5]!;
    s6 += factor * block[x + 6]!;
    s7 += factor * block[x + 7]!;
  }
  const keep = 1 - rate * lambda;
  w[to] = keep * w[to]! - rate * s0;
  w[to + 2] = keep * w[to + 2]! - rate * s1;
  w[to + 4] = keep * w[to + 4]! - rate * s2;
  w[to + 6] = keep * w[to + 6]! - rate * s3;
  w[to + 8] = keep * w[to + 8]! - rate * s4;
  w[to + 10] = keep * w[to + 10]! - rate * s5;
  w[to + 12] = keep * w[to + 12]! - rate * s6;
  w[to + 14] = keep * w[to + 14]! - rate * s7;
}
