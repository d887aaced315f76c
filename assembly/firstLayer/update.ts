/**
 * The first layer's update: its gradient, with the L2 penalty's, and the step of gradient descent in one pass. Or the
 * gradient alone, laid out as the weight is, for other optimizers.
 *
 *   firstLayerUpdate     w[f,u] −= rate · (Σ_i x[i,f] · dy[i,u] + lambda · w[f,u])        x as in forward.ts
 *   firstLayerGradient  dw[f,u]  = Σ_i x[i,f] · dy[i,u]
 *
 * pairs: w, or dw, as weight.ts lays it out; gradient: dy (n, units) as gradient.ts packs it; kept: the samples as the forward pass
 * kept them. Sums begin at 0 and take one term after the other, from the first: the bits of gather.ts, matmul/ and sgd.ts
 * one after the other. Nothing overlaps; scratch is aligned to 64.
 *
 * The samples are standardised once more, 32 features at a time. A block of 64 features that were kept is one stretch of
 * memory, and saves 5% over a line from every sample.
 *
 * About half of dY behind a ReLU is exactly 0. Those terms add nothing if x is finite (a sum that begins at 0 is never −0),
 * and are left out: the others stand in a list for every unit. From a quarter of zeros on that is faster than matmul's tiles,
 * which are taken below it (batch normalisation between Dense and ReLU leaves no zeros). Where x is infinite or NaN the two
 * ways differ, and a training is lost in either.
 *
 * `part` of `parts` is the share of one thread, strip by strip as each finds the time.
 */
import { multiplyPanel, ZEROS } from "../inline/panels";
import { standardized } from "../inline/standardized";
import { STRIP, STRIP_BYTES, WHOLE_STRIP } from "../inline/strip";
import { sumLists, wideSumLists } from "../tiles.generated";
import { BLOCK, CHUNK, headerBytes, keptAt, LENGTHS, ownAt, TAKEN, TAKEN_LAST } from "./layout";

/** Features that the tiles take at once: four vectors. */
const SIDE: i32 = 16;

/** 16 features of n samples' bytes, kept from `from` on, standardised, `stride` bytes from one sample to the next. */
function standardizeSixteen(to: usize, stride: usize, from: usize, scale: usize, shift: usize, n: i32): void {
  const k0 = v128.load(scale);
  const k1 = v128.load(scale, 16);
  const k2 = v128.load(scale, 32);
  const k3 = v128.load(scale, 48);
  const s0 = v128.load(shift);
  const s1 = v128.load(shift, 16);
  const s2 = v128.load(shift, 32);
  const s3 = v128.load(shift, 48);
  const end = from + <usize>n * BLOCK;
  while (from != end) {
    const bytes = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(bytes);
    const high = i16x8.extend_high_i8x16_u(bytes);
    const v0 = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low));
    const v1 = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low));
    const v2 = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high));
    const v3 = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high));
    v128.store(to, f32x4.add(f32x4.mul(v0, k0), s0));
    v128.store(to, f32x4.add(f32x4.mul(v1, k1), s1), 16);
    v128.store(to, f32x4.add(f32x4.mul(v2, k2), s2), 32);
    v128.store(to, f32x4.add(f32x4.mul(v3, k3), s3), 48);
    to += stride;
    from += BLOCK;
  }
}

/** Eight features of n samples' floats, kept from `from` on. The factors of eight stay in registers. */
function standardizeEight(
  to: usize,
  stride: usize,
  from: usize,
  scale: usize,
  shift: usize,
  row: usize,
  n: i32,
): void {
  const k0 = v128.load(scale);
  const k1 = v128.load(scale, 16);
  const s0 = v128.load(shift);
  const s1 = v128.load(shift, 16);
  const rest0 = v128.load(shift + row);
  const rest1 = v128.load(shift + row, 16);
  const last0 = v128.load(scale + row);
  const last1 = v128.load(scale + row, 16);
  const end = from + <usize>n * (BLOCK << 2);
  while (from != end) {
    const v0 = f32x4.add(f32x4.mul(v128.load(from), k0), s0);
    const v1 = f32x4.add(f32x4.mul(v128.load(from, 16), k1), s1);
    v128.store(to, f32x4.mul(f32x4.add(v0, rest0), last0));
    v128.store(to, f32x4.mul(f32x4.add(v1, rest1), last1), 16);
    to += stride;
    from += BLOCK << 2;
  }
}

/** 16 features of bytes or floats, of which only the first `count` exist; the others are 0. */
function standardizeFew<S>(
  to: usize,
  stride: usize,
  from: usize,
  scale: usize,
  shift: usize,
  row: usize,
  n: i32,
  count: i32,
): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < 16; j++) {
      store<f32>(to + ((<usize>j) << 2), j < count ? standardized<S>(from, scale, shift, row, j) : 0);
    }
    to += stride;
    from += BLOCK * sizeof<S>();
  }
}

/** A strip of n samples, kept from `from` on, in parts of `width` features, `height` rows each, from feature `f` on. */
function standardizeStrip<S>(
  to: usize,
  width: i32,
  height: i32,
  from: usize,
  scale: usize,
  shift: usize,
  n: i32,
  d: i32,
  f: i32,
): void {
  const stride = (<usize>width) << 2;
  const row = (<usize>d) << 2;
  for (let j = 0; j < STRIP; j += 16) {
    const side = j / width;
    const own = to + <usize>(side * height) * stride + ((<usize>(j - side * width)) << 2);
    const values = from + <usize>j * sizeof<S>();
    const at = (<usize>(f + j)) << 2;
    if (f + j + 16 > d) {
      standardizeFew<S>(own, stride, values, scale + at, shift + at, row, n, max(0, d - f - j));
    } else if (sizeof<S>() == 1) {
      standardizeSixteen(own, stride, values, scale + at, shift + at, n);
    } else {
      standardizeEight(own, stride, values, scale + at, shift + at, row, n);
      standardizeEight(own + 32, stride, values + 32, scale + at + 32, shift + at + 32, row, n);
    }
  }
}

/** pairs −= rate · (g + lambda · pairs), features from `f` on, `count` ≤ STRIP of them. g: [units][STRIP]. */
function updatePairs(
  pairs: usize,
  g: usize,
  units: i32,
  d: i32,
  f: i32,
  count: i32,
  lambda: f32,
  rate: f32,
): void {
  const factors = f32x4.splat(lambda);
  const rates = f32x4.splat(rate);
  const isPenalized = lambda != 0;
  for (let u = 0; u < units; u += 2) {
    let w = pairs + ((<usize>(u >> 1) * <usize>d + <usize>f) << 3);
    const g0 = g + <usize>u * STRIP_BYTES;
    // A unit that does not exist has weights of 0, which stay so.
    const g1 = u + 1 < units ? g0 + STRIP_BYTES : g + <usize>units * STRIP_BYTES;
    let j: usize = 0;
    const full = (<usize>(count & ~3)) << 2;
    for (; j < full; j += 16) {
      const a = v128.load(g0 + j);
      const b = v128.load(g1 + j);
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let dw0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      let dw1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      if (isPenalized) {
        dw0 = f32x4.add(dw0, f32x4.mul(factors, w0));
        dw1 = f32x4.add(dw1, f32x4.mul(factors, w1));
      }
      v128.store(w, f32x4.sub(w0, f32x4.mul(rates, dw0)));
      v128.store(w, f32x4.sub(w1, f32x4.mul(rates, dw1)), 16);
      w += 32;
    }
    for (; j < (<usize>count) << 2; j += 4) {
      const w0 = load<f32>(w);
      const w1 = load<f32>(w, 4);
      let dw0 = load<f32>(g0 + j);
      let dw1 = load<f32>(g1 + j);
      if (isPenalized) {
        dw0 += lambda * w0;
        dw1 += lambda * w1;
      }
      store<f32>(w, w0 - rate * dw0);
      store<f32>(w, w1 - rate * dw1, 4);
      w += 8;
    }
  }
}

/** pairs = g. All else is as in updatePairs. */
function writePairs(pairs: usize, g: usize, units: i32, d: i32, f: i32, count: i32): void {
  for (let u = 0; u < units; u += 2) {
    let to = pairs + ((<usize>(u >> 1) * <usize>d + <usize>f) << 3);
    const g0 = g + <usize>u * STRIP_BYTES;
    const g1 = u + 1 < units ? g0 + STRIP_BYTES : g + <usize>units * STRIP_BYTES;
    let j: usize = 0;
    const full = (<usize>(count & ~3)) << 2;
    for (; j < full; j += 16) {
      const a = v128.load(g0 + j);
      const b = v128.load(g1 + j);
      v128.store(to, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
      v128.store(to, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
      to += 32;
    }
    for (; j < (<usize>count) << 2; j += 4) {
      store<f32>(to, load<f32>(g0 + j));
      store<f32>(to, load<f32>(g1 + j), 4);
      to += 8;
    }
  }
}

/** g ← the sums of a strip over a chunk of samples, plus g if `add`, by tiles: the strip by sides, dY in pairs. */
function sumDense(g: usize, strip: usize, pairs: usize, units: i32, count: i32, add: bool): void {
  for (let side: usize = 0; side < <usize>(STRIP / SIDE); side++) {
    multiplyPanel<f32>(
      g + side * (SIDE * 4),
      STRIP_BYTES,
      pairs,
      (<usize>count) << 3,
      strip + side * (CHUNK * SIDE * 4),
      SIDE / 4,
      count,
      add,
      units,
      SIDE,
    );
  }
}

/** Adds to a word that other threads may add to as well; returns what was there. */
function addTo(at: usize, count: i32): i32 {
  if (ASC_FEATURE_THREADS) return atomic.add<i32>(at, count);
  const before = load<i32>(at);
  store<i32>(at, before + count);
  return before;
}

export function firstLayerUpdate<S>(
  pairs: usize,
  gradient: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  lambda: f64,
  rate: f64,
  scratch: usize,
  part: i32,
  parts: i32,
): void {
  takeStrips<S>(
    pairs,
    gradient,
    kept,
    scale,
    shift,
    n,
    units,
    d,
    true,
    <f32>lambda,
    <f32>rate,
    scratch,
    part,
    parts,
  );
}

export function firstLayerGradient<S>(
  pairs: usize,
  gradient: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  scratch: usize,
  part: i32,
  parts: i32,
): void {
  takeStrips<S>(pairs, gradient, kept, scale, shift, n, units, d, false, 0, 0, scratch, part, parts);
}

/** A thread's share of the strips: it updates the weight, or else writes the gradient. */
function takeStrips<S>(
  pairs: usize,
  gradient: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  update: bool,
  lambda: f32,
  rate: f32,
  scratch: usize,
  part: i32,
  parts: i32,
): void {
  const strips = (d + STRIP - 1) / STRIP;
  const sums = ownAt(scratch, units, part) + WHOLE_STRIP;
  // Threads take two strips at a time, and single strips at the end, so that they wait less for each other.
  const doubles = max(0, (strips - parts) >> 1);
  const takes = strips - doubles;
  let first = 0;
  for (let own = 0; ; own++) {
    const number = parts == 1 ? own : addTo(gradient + TAKEN, 1);
    if (number >= takes) break;
    const size = number < doubles ? 2 : 1;
    // The first thread takes strips from the front and the others from the end. A thread that comes late has less to do, and
    // most weights stay with one core from step to step.
    const strip = part == 0 ? first : strips - size - addTo(gradient + TAKEN_LAST, size);
    first += size;
    for (let i = strip; i < strip + size; i++) {
      const f = i * STRIP;
      const count = min(STRIP, d - f);
      sumStrip<S>(gradient, kept, scale, shift, n, units, d, scratch, part, f);
      if (update) updatePairs(pairs, sums, units, d, f, count, lambda, rate);
      else writePairs(pairs, sums, units, d, f, count);
    }
  }
}

/** The gradient of a strip's weights, from feature f on: [units][STRIP] behind the strip. */
function sumStrip<S>(
  gradient: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  scratch: usize,
  part: i32,
  f: i32,
): void {
  const strip = ownAt(scratch, units, part);
  const g = strip + WHOLE_STRIP;
  if (n == 0) memory.fill(g, 0, <usize>units * STRIP_BYTES);
  // One unit more than there is, with sums of 0: the other unit of the last pair where their number is odd.
  memory.fill(g + <usize>units * STRIP_BYTES, 0, STRIP_BYTES);
  const isSparse = load<u32>(gradient) != 0;
  let lists = gradient + headerBytes(n, units);
  for (let first = 0; first < n; first += CHUNK) {
    const count = min(CHUNK, n - first);
    const own = kept + (keptAt(f, n) + <usize>first * BLOCK) * sizeof<S>();
    const add = first > 0;
    if (isSparse) {
      standardizeStrip<S>(strip, STRIP, CHUNK + 1, own, scale, shift, count, d, f);
      memory.fill(strip + <usize>CHUNK * STRIP_BYTES, 0, STRIP_BYTES);
      const lengths = gradient + LENGTHS + ((<usize>((first / CHUNK) * units)) << 2);
      lists = WIDE
        ? wideSumLists(g, add ? g : ZEROS, add ? STRIP_BYTES : 0, strip, lists, lengths, units)
        : sumLists(g, strip, lists, lengths, units, add);
    } else {
      standardizeStrip<S>(strip, SIDE, CHUNK, own, scale, shift, count, d, f);
      const even = (units + 1) & ~1;
      sumDense(g, strip, lists + ((<usize>first * <usize>even) << 2), units, count, add);
    }
  }
}
