/**
 * The first layer of a network: a Dense layer on samples that stay as they were stored, bytes or float32, and are
 * standardised on the way. Almost all of a training's arithmetic is here.
 *
 *   x[i,f]    = values[rows[i], f], standardised as gather.ts says
 *   forward   y[i,u]  = Σ_f x[i,f] · w[f,u] + bias[u], and if `rectify`, 0 for what is neither positive nor NaN
 *   update    w[f,u] −= rate · (Σ_i x[i,f] · dy[i,u] + lambda · w[f,u])
 *
 * n samples, d features, `units` units, float32; values (count, d), rows (n) u32 < count, scale, shift (d) for bytes
 * and (2, d) for floats, y and dy (n, units), bias (units). Sums begin at 0 and take one term after the other, from the first: the bits of gather.ts,
 * matmul.ts and sgd.ts one after the other. Nothing overlaps; scratch is aligned to 64.
 *
 * w is kept in pairs of units, [⌈units/2⌉][d][2], as matmul.ts packs its A; the unit that an odd number lacks is 0.
 * So Yᵀ = Wᵀ · Xᵀ takes matmul.ts's tiles with nothing to pack but the samples, and at 50 units and panels of 20
 * samples no lane is wasted. A panel is standardised, transposed and multiplied while it is in the second-level cache;
 * X as a whole stands nowhere.
 *
 * The update standardises the samples once more, 32 features at a time. It reads them as the forward pass has kept them for
 * it, in blocks of 64, a cache line of bytes: [⌈d/64⌉][n][64]. That is one stretch of memory for a block, not a line from
 * every sample.
 *
 * About half of dY behind a ReLU is exactly 0; those terms add nothing if x is finite (a sum that begins at 0 is never
 * −0), and are left out: the others stand in a list for every unit. From a quarter of zeros on that is faster than
 * matmul.ts's tiles, which are taken below it (BN between Dense and ReLU leaves no zeros). Where x is infinite or NaN the
 * two ways differ, and a training is lost in either.
 *
 * `part` of `parts` is the share of one thread: of the panels' pairs of units in the forward pass, panel by panel, of the
 * features in the update, strip by strip as each finds the time. Between the two, while the first thread computes the
 * layers behind, the others prepare the panels of their next share.
 *
 * Measured at 100 × 3072 × 50, Zen 4, Node 20, one thread, samples from all over 138 MB: forward 650 µs (gather, matmul
 * and bias one by one: 800); update at 50% zeros 510 µs (783), at 90% 208, at 0% by lists 862 and by tiles 690. Forward
 * with KC 256 or 512, whose panels would stay in the first-level cache: 5% slower, as rows are then read in pieces too
 * short for the prefetcher. Bytes widened by swizzles, panels written in blocks of 64 features: no more than 1%. Of the
 * sums in a list, 24 features at a time: 8% slower; 40: 1% faster, but 3072 is no multiple; touching the next weights
 * beforehand: 2% slower.
 * On Zen 5 (53 GFLOP/s, where that Zen 4 had 59) forward 700 and update 440. With lists a kilobyte apart, where they fall
 * into few sets of the first-level cache, the update took 22 more; reading the samples from where they are stored, 20, and
 * 40 beside a process that uses the same caches. In the forward pass 45 are waiting for bytes: touching those of the next
 * panel beforehand costs as much.
 * On a Zen 5 with 67 GFLOP/s forward 565, of which the products are 494 and waiting 23, and update 356, of which
 * standardising is 28 and writing the weights 28; in two threads 302 and 188, with prepared panels 286. Two cores that
 * share no third-level cache take 40 and 50 more, as each reads what the other has written. Each thread with half of the
 * units in both passes, so that its weights stay its own: 322 and 205, and as much more where the cores are apart. A pair's
 * weights updated as soon as its lists are summed up: 25 more. Panels from bytes that are transposed beforehand, from floats
 * transposed in registers, or five vectors of samples at a time: no less.
 * Samples as floats in [n/5][d/4][5][4] and weights in [units/2][d/4][2][4], with four partial sums to each, so that nothing
 * is transposed and the update finds standardised floats: 550 and 340 where this takes 568 and 360; at half of the features,
 * which is what each of two threads would have, 290 and 178 for 297 and 188, all in one thread. That is 4% of a step, for other
 * bits. In two threads, where prepared panels bring this one's forward pass to 280, it was not tried.
 */
import { multiplyPanel } from "./inline/panels";
import { rectified } from "./inline/rectified";
import { share } from "./inline/share";
import { standardizedFloat } from "./inline/standardized";
import { sumLists } from "./tiles.generated";

/** Features of a panel that are multiplied at a time: 240 KB, of which the second-level cache holds enough. */
const KC: i32 = 3072;
/** Vectors of samples in a panel, at most, and their bytes for one feature, or for one unit. */
const PANEL_VECTORS: i32 = 5;
const PANEL_ROW: usize = (<usize>PANEL_VECTORS) << 4;
const PANEL_BYTES: usize = PANEL_ROW * <usize>KC;

/** What gathering a panel takes, with waiting for its samples, and fetching a prepared one: as long as so many pairs. */
const GATHERING_PAIRS: f64 = 4.4;
const FETCHING_PAIRS: f64 = 0.5;

/** Panels that a thread prepares for the batch to come, at most. */
const PREPARED_PANELS: usize = 4;
/**
 * What stands before them, u32 each: the batch's ticket, of how many threads this one has prepared its share, how many
 * vectors of samples are ready and how many its share has, and which panel is the first.
 */
const PREPARED_HEADER: usize = 128;

/** Bytes that each of several threads needs besides, for what it prepares. */
export function firstLayerPreparedBytes(): usize {
  return PREPARED_HEADER + PREPARED_PANELS * PANEL_BYTES;
}

/** Where that begins; the thread's scratch is before it. One thread alone has no such room, and does not look there. */
function preparedOf(scratch: usize, units: i32, part: i32): usize {
  const own = firstLayerScratchBytes(units);
  return scratch + <usize>part * (own + firstLayerPreparedBytes()) + own;
}

/** Bytes of scratch that a thread needs: for a panel, or for a strip and its sums. */
export function firstLayerScratchBytes(units: i32): usize {
  const panel = PANEL_BYTES + <usize>units * PANEL_ROW;
  const strip = STRIP_ROWS * STRIP_BYTES + <usize>(units + 1) * STRIP_BYTES;
  return (max(panel, strip) + 127) & ~127;
}

/** Bytes that {@link firstLayerPackGradient} writes at most. */
export function firstLayerGradientBytes(n: i32, units: i32): usize {
  return headerBytes(n, units) + <usize>((n + CHUNK - 1) / CHUNK) * units * (CHUNK << 3);
}

/** Four samples' bytes of 16 features → [16][4] bytes, standardised and stored `stride` bytes apart. */
function storeTransposed(
  to: usize,
  stride: usize,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  scale: usize,
  shift: usize,
): void {
  const a = i8x16.shuffle(s0, s1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const b = i8x16.shuffle(s0, s1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const c = i8x16.shuffle(s2, s3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const e = i8x16.shuffle(s2, s3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  storeFour(to, stride, v128.shuffle<i16>(a, c, 0, 8, 1, 9, 2, 10, 3, 11), scale, shift);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(a, c, 4, 12, 5, 13, 6, 14, 7, 15), scale + 16, shift + 16);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(b, e, 0, 8, 1, 9, 2, 10, 3, 11), scale + 32, shift + 32);
  to += 4 * stride;
  storeFour(to, stride, v128.shuffle<i16>(b, e, 4, 12, 5, 13, 6, 14, 7, 15), scale + 48, shift + 48);
}

/** [4 features][4 samples] bytes, standardised. */
function storeFour(to: usize, stride: usize, bytes: v128, scale: usize, shift: usize): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  storeOne(to, i32x4.extend_low_i16x8_u(low), scale, shift);
  storeOne(to + stride, i32x4.extend_high_i16x8_u(low), scale + 4, shift + 4);
  to += 2 * stride;
  storeOne(to, i32x4.extend_low_i16x8_u(high), scale + 8, shift + 8);
  storeOne(to + stride, i32x4.extend_high_i16x8_u(high), scale + 12, shift + 12);
}

function storeOne(to: usize, v: v128, scale: usize, shift: usize): void {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(v), v128.load32_splat(scale));
  v128.store(to, f32x4.add(scaled, v128.load32_splat(shift)));
}

/** Where feature `f` of the first of n samples is kept, in values. */
function keptAt(f: i32, n: i32): usize {
  return <usize>(f / BLOCK) * <usize>n * BLOCK + <usize>(f % BLOCK);
}

/** Four samples' floats of one feature, standardised; `row` bytes from the first factors to the second. */
function storeFloats(to: usize, v: v128, scale: usize, shift: usize, row: usize): void {
  const scaled = f32x4.mul(v, v128.load32_splat(scale));
  const centred = f32x4.add(f32x4.add(scaled, v128.load32_splat(shift)), v128.load32_splat(shift + row));
  v128.store(to, f32x4.mul(centred, v128.load32_splat(scale + row)));
}

/** One element, from bytes or float32 (`S`). */
function standardized<S>(from: usize, scale: usize, shift: usize, row: usize, f: usize): f32 {
  const v = <f32>load<S>(from + f * sizeof<S>());
  const at = f << 2;
  if (sizeof<S>() == 4) return standardizedFloat<f32>(v, scale + at, shift + at, row);
  return v * load<f32>(scale + at) + load<f32>(shift + at);
}

/**
 * A panel of samples, [count][width]: features from `f` on, `width` samples (a multiple of 4) from row number `i` on, of
 * which those from `begin` to `end`. Samples beyond the last repeat it. What was read is copied to `kept`, unless that is 0.
 */
function gatherPanel<S>(
  panel: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  i: i32,
  width: i32,
  last: i32,
  d: i32,
  f: i32,
  count: i32,
  begin: i32,
  end: i32,
): void {
  const row = <usize>d * sizeof<S>();
  const factors = (<usize>d) << 2;
  const stride = (<usize>width) << 2;
  values += <usize>f * sizeof<S>();
  scale += (<usize>f) << 2;
  shift += (<usize>f) << 2;
  for (let j = begin; j < end; j += 4) {
    const r0 = values + <usize>load<u32>(rows + ((<usize>min(i + j, last)) << 2)) * row;
    const r1 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 1, last)) << 2)) * row;
    const r2 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 2, last)) << 2)) * row;
    const r3 = values + <usize>load<u32>(rows + ((<usize>min(i + j + 3, last)) << 2)) * row;
    const k0 = kept + <usize>min(i + j, last) * BLOCK * sizeof<S>();
    const k1 = kept + <usize>min(i + j + 1, last) * BLOCK * sizeof<S>();
    const k2 = kept + <usize>min(i + j + 2, last) * BLOCK * sizeof<S>();
    const k3 = kept + <usize>min(i + j + 3, last) * BLOCK * sizeof<S>();
    let to = panel + ((<usize>j) << 2);
    let k: usize = 0;
    if (sizeof<S>() == 1) {
      for (; k + 16 <= <usize>count; k += 16) {
        const v0 = v128.load(r0 + k);
        const v1 = v128.load(r1 + k);
        const v2 = v128.load(r2 + k);
        const v3 = v128.load(r3 + k);
        if (kept) {
          const at = keptAt(f + <i32>k, last + 1);
          v128.store(k0 + at, v0);
          v128.store(k1 + at, v1);
          v128.store(k2 + at, v2);
          v128.store(k3 + at, v3);
        }
        storeTransposed(to, stride, v0, v1, v2, v3, scale + (k << 2), shift + (k << 2));
        to += 16 * stride;
      }
    }
    for (; k < <usize>count; k++) {
      if (kept) {
        const at = keptAt(f + <i32>k, last + 1) * sizeof<S>();
        const from = k * sizeof<S>();
        store<S>(k0 + at, load<S>(r0 + from));
        store<S>(k1 + at, load<S>(r1 + from));
        store<S>(k2 + at, load<S>(r2 + from));
        store<S>(k3 + at, load<S>(r3 + from));
      }
      if (sizeof<S>() == 4) {
        const at = k << 2;
        let v = v128.load32_zero(r0 + at);
        v = v128.load32_lane(r1 + at, v, 1);
        v = v128.load32_lane(r2 + at, v, 2);
        v = v128.load32_lane(r3 + at, v, 3);
        storeFloats(to, v, scale + at, shift + at, factors);
      } else {
        store<f32>(to, standardized<S>(r0, scale, shift, factors, k));
        store<f32>(to, standardized<S>(r1, scale, shift, factors, k), 4);
        store<f32>(to, standardized<S>(r2, scale, shift, factors, k), 8);
        store<f32>(to, standardized<S>(r3, scale, shift, factors, k), 12);
      }
      to += stride;
    }
  }
}

/** pairs ← w (d, units), row-major. */
export function firstLayerPack(pairs: usize, w: usize, d: i32, units: i32): void {
  const row = (<usize>units) << 2;
  for (let u = 0; u < units; u += 2) {
    let from = w + ((<usize>u) << 2);
    const hasOther = u + 1 < units;
    for (let f = 0; f < d; f++) {
      store<f32>(pairs, load<f32>(from));
      store<f32>(pairs, hasOther ? load<f32>(from, 4) : 0, 4);
      pairs += 8;
      from += row;
    }
  }
}

/** w (d, units), row-major ← pairs. */
export function firstLayerUnpack(w: usize, pairs: usize, d: i32, units: i32): void {
  const row = (<usize>units) << 2;
  for (let u = 0; u < units; u += 2) {
    let to = w + ((<usize>u) << 2);
    const hasOther = u + 1 < units;
    for (let f = 0; f < d; f++) {
      store<f32>(to, load<f32>(pairs));
      if (hasOther) store<f32>(to, load<f32>(pairs, 4), 4);
      pairs += 8;
      to += row;
    }
  }
}

/** What becomes of a sum with its bias. */
function activated(sum: v128, rectify: bool): v128 {
  return rectify ? rectified<f32>(sum) : sum;
}

/** y (count, units), its rows `row` bytes apart, ← yᵀ, its rows `tStride` bytes apart, with bias, rectified if asked. */
function addBias(
  y: usize,
  row: usize,
  transposed: usize,
  tStride: usize,
  bias: usize,
  count: i32,
  units: i32,
  rectify: bool,
): void {
  let u = 0;
  for (; u + 4 <= units; u += 4) {
    const b = v128.load(bias + ((<usize>u) << 2));
    let from = transposed + <usize>u * tStride;
    let to = y + ((<usize>u) << 2);
    for (let i = 0; i < count; i += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + tStride);
      const r2 = v128.load(from + 2 * tStride);
      const r3 = v128.load(from + 3 * tStride);
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const c = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const e = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const g = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, activated(f32x4.add(v128.shuffle<i64>(a, c, 0, 2), b), rectify));
      if (i + 1 < count)
        v128.store(to + row, activated(f32x4.add(v128.shuffle<i64>(a, c, 1, 3), b), rectify));
      if (i + 2 < count)
        v128.store(to + 2 * row, activated(f32x4.add(v128.shuffle<i64>(e, g, 0, 2), b), rectify));
      if (i + 3 < count)
        v128.store(to + 3 * row, activated(f32x4.add(v128.shuffle<i64>(e, g, 1, 3), b), rectify));
      from += 16;
      to += 4 * row;
    }
  }
  for (; u < units; u++) {
    const b = load<f32>(bias + ((<usize>u) << 2));
    const from = transposed + <usize>u * tStride;
    let to = y + ((<usize>u) << 2);
    for (let i = 0; i < count; i++) {
      const sum = load<f32>(from + ((<usize>i) << 2)) + b;
      // What is not positive but NaN stays.
      store<f32>(to, rectify && sum <= 0 ? 0 : sum);
      to += row;
    }
  }
}

/** Panels of n samples, as even as can be, so that none has a single vector if there are more. */
function panelsOf(n: i32): i32 {
  return (((n + 3) >> 2) + PANEL_VECTORS - 1) / PANEL_VECTORS;
}

/** The vector of samples with which panel `p` begins. */
function panelStart(n: i32, p: i32): i32 {
  return <i32>((<i64>((n + 3) >> 2) * p) / panelsOf(n));
}

/**
 * How many vectors of samples the threads but the first have not prepared of their shares, and must gather now: the batch
 * came sooner, or there is no room for more. −1 if not all of them have looked at this batch.
 */
function missingVectors(scratch: usize, units: i32, ticket: u32, parts: i32): i32 {
  let missing = 0;
  for (let part = 1; part < parts; part++) {
    const prepared = preparedOf(scratch, units, part);
    if (load<u32>(prepared) != ticket || load<i32>(prepared, 4) != parts) return -1;
    missing += load<i32>(prepared, 12) - load<i32>(prepared, 8);
  }
  return missing;
}

/**
 * The first pair of a thread's share of all panels' pairs of units, which are counted panel by panel. Where all threads but
 * the first find their panels prepared, but for so many `missing` vectors of samples, it gets fewer.
 * missing: −1 if nothing is prepared. The more are missing, the later a share begins.
 */
function forwardShare(n: i32, units: i32, part: i32, parts: i32, missing: i32): i32 {
  const pairs = (units + 1) >> 1;
  const all = panelsOf(n) * pairs;
  if (missing < 0 || part == 0 || parts == 1) return share(all, 1, part, parts);
  const gathering = 1 + GATHERING_PAIRS / <f64>pairs;
  const fetching = 1 + FETCHING_PAIRS / <f64>pairs;
  const others = <f64>(parts - 1);
  const work = <f64>all * fetching + (GATHERING_PAIRS / <f64>PANEL_VECTORS) * <f64>missing;
  const first = min(all, <i32>(work / (gathering * others + fetching)));
  return first + share(all - first, 1, part - 1, parts - 1);
}

/**
 * y = x · w + bias, rectified if asked, for a share of the panels' pairs of units. kept: room for what the update reads, or
 * 0. ticket: the batch's, by which a thread knows what it has prepared, or 0.
 */
function forward<S>(
  y: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  pairs: usize,
  bias: usize,
  n: i32,
  units: i32,
  d: i32,
  rectify: bool,
  scratch: usize,
  ticket: u32,
  part: i32,
  parts: i32,
): void {
  const row = (<usize>units) << 2;
  const pair = (<usize>d) << 3;
  const unitPairs = (units + 1) >> 1;
  const prepared = preparedOf(scratch, units, part);
  const own = prepared - firstLayerScratchBytes(units);
  const transposed = own + PANEL_BYTES;
  if (d == 0) memory.fill(transposed, 0, <usize>units * PANEL_ROW);
  let missing = -1;
  if (ticket != 0 && parts > 1 && d <= KC) missing = missingVectors(scratch, units, ticket, parts);
  let ready = 0;
  let firstPrepared = 0;
  if (missing >= 0 && part > 0) {
    ready = load<i32>(prepared, 8);
    firstPrepared = load<i32>(prepared, 16);
  }
  const end = forwardShare(n, units, part + 1, parts, missing);
  for (let at = forwardShare(n, units, part, parts, missing); at < end; ) {
    const p = at / unitPairs;
    const first = at - p * unitPairs;
    const count = min(unitPairs - first, end - at);
    at += count;
    const i = panelStart(n, p) << 2;
    const vectors = panelStart(n, p + 1) - (i >> 2);
    const width = vectors << 2;
    const u = first << 1;
    const ownUnits = min(units - u, count << 1);
    const tStride = (<usize>width) << 2;
    // Of this panel, what is ready.
    const begin = min(ready - ((i >> 2) - panelStart(n, firstPrepared)), vectors) << 2;
    let panel = own;
    if (begin > 0) panel = prepared + PREPARED_HEADER + <usize>(p - firstPrepared) * PANEL_BYTES;
    // Where two threads share a panel, one of them keeps it. The other has not kept what it prepared of it: with vectors
    // missing its share begins later than it was to, never earlier.
    const room = first == 0 ? kept : 0;
    for (let kb = 0; kb < d; kb += KC) {
      const kc = min(KC, d - kb);
      gatherPanel<S>(
        panel,
        room,
        values,
        rows,
        scale,
        shift,
        i,
        width,
        n - 1,
        d,
        kb,
        kc,
        max(0, begin),
        width,
      );
      multiplyPanel<f32>(
        transposed,
        tStride,
        pairs + <usize>first * pair + ((<usize>kb) << 3),
        pair,
        panel,
        vectors,
        kc,
        kb > 0,
        ownUnits,
        width,
      );
    }
    addBias(
      y + <usize>i * row + ((<usize>u) << 2),
      row,
      transposed,
      tStride,
      bias + ((<usize>u) << 2),
      min(width, n - i),
      ownUnits,
      rectify,
    );
  }
}

/**
 * What `forward` will gather for a thread's share of the batch to come, vector by vector of samples, until the word at
 * `hurry` is not 0: somebody waits. The first thread, which has other work meanwhile, has nothing prepared.
 */
function prepare<S>(
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  scratch: usize,
  ticket: u32,
  hurry: usize,
  part: i32,
  parts: i32,
): void {
  if (part == 0) return;
  const prepared = preparedOf(scratch, units, part);
  store<u32>(prepared, 0);
  if (ticket == 0 || d > KC) return;
  const unitPairs = (units + 1) >> 1;
  const at = forwardShare(n, units, part, parts, 0);
  const end = forwardShare(n, units, part + 1, parts, 0);
  let panel = prepared + PREPARED_HEADER;
  let ready = 0;
  const first = at / unitPairs;
  const wanted = at < end ? (end + unitPairs - 1) / unitPairs : first;
  const last = min(wanted, first + <i32>PREPARED_PANELS);
  for (let p = first; p < last; p++) {
    const from = panelStart(n, p);
    const width = (panelStart(n, p + 1) - from) << 2;
    const room = p * unitPairs >= at ? kept : 0;
    let j = 0;
    for (; j < width && !isSet(hurry); j += 4) {
      gatherPanel<S>(panel, room, values, rows, scale, shift, from << 2, width, n - 1, d, 0, d, j, j + 4);
      ready++;
    }
    if (j < width) break;
    panel += PANEL_BYTES;
  }
  store<u32>(prepared, ticket);
  store<u32>(prepared, parts, 4);
  store<u32>(prepared, ready, 8);
  store<u32>(prepared, panelStart(n, wanted) - panelStart(n, first), 12);
  store<u32>(prepared, first, 16);
}

/** Whether a word that another thread may write is not 0. */
function isSet(at: usize): bool {
  if (ASC_FEATURE_THREADS) return atomic.load<u32>(at) != 0;
  return load<u32>(at) != 0;
}

export function firstLayerPrepareBytes(
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  scratch: usize,
  ticket: u32,
  hurry: usize,
  part: i32,
  parts: i32,
): void {
  prepare<u8>(kept, values, rows, scale, shift, n, units, d, scratch, ticket, hurry, part, parts);
}

export function firstLayerPrepareFloats(
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  scratch: usize,
  ticket: u32,
  hurry: usize,
  part: i32,
  parts: i32,
): void {
  prepare<f32>(kept, values, rows, scale, shift, n, units, d, scratch, ticket, hurry, part, parts);
}

export function firstLayerForwardBytes(
  y: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  pairs: usize,
  bias: usize,
  n: i32,
  units: i32,
  d: i32,
  rectify: bool,
  scratch: usize,
  ticket: u32,
  part: i32,
  parts: i32,
): void {
  forward<u8>(
    y,
    kept,
    values,
    rows,
    scale,
    shift,
    pairs,
    bias,
    n,
    units,
    d,
    rectify,
    scratch,
    ticket,
    part,
    parts,
  );
}

export function firstLayerForwardFloats(
  y: usize,
  kept: usize,
  values: usize,
  rows: usize,
  scale: usize,
  shift: usize,
  pairs: usize,
  bias: usize,
  n: i32,
  units: i32,
  d: i32,
  rectify: bool,
  scratch: usize,
  ticket: u32,
  part: i32,
  parts: i32,
): void {
  forward<f32>(
    y,
    kept,
    values,
    rows,
    scale,
    shift,
    pairs,
    bias,
    n,
    units,
    d,
    rectify,
    scratch,
    ticket,
    part,
    parts,
  );
}

/** Samples whose strip of features stands in the first-level cache at once. */
const CHUNK: i32 = 128;
/** Features that are kept together: a cache line of bytes, two strips. */
const BLOCK: i32 = 64;
/** Features that are summed at once: eight vectors. */
const STRIP: i32 = 32;
const STRIP_BYTES: usize = (<usize>STRIP) << 2;
/** The rows of a strip: the samples of a chunk, and zeros for what fills a list up. */
const STRIP_ROWS: usize = <usize>CHUNK + 1;

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

/** Eight features of n samples' floats, kept from `from` on: so many that their factors stay in registers. */
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

/** The same for `count` features, fewer than 16; the others are 0. */
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

/** Bytes before the lists: whether there are lists (u32), then their lengths in bytes, [chunk][unit] u32. */
function headerBytes(n: i32, units: i32): usize {
  return (64 + ((<usize>((n + CHUNK - 1) / CHUNK) * units) << 2) + 63) & ~63;
}

/**
 * The lists of what is not 0, [chunk][unit] and no gap between them: (value f32, offset of the sample in a strip u32),
 * each filled up to an even number with zeros times the strip's zeros. Returns how many are not 0.
 */
function listActive(packed: usize, dy: usize, n: i32, units: i32): i32 {
  let lengths = packed + 64;
  let list = packed + headerBytes(n, units);
  let active = 0;
  const row = (<usize>units) << 2;
  for (let first = 0; first < n; first += CHUNK) {
    const end = <u32>min(CHUNK, n - first) * <u32>STRIP_BYTES;
    for (let u = 0; u < units; u++) {
      let from = dy + <usize>first * row + ((<usize>u) << 2);
      let to = list;
      for (let offset: u32 = 0; offset < end; offset += <u32>STRIP_BYTES) {
        const value = load<f32>(from);
        store<f32>(to, value);
        store<u32>(to, offset, 4);
        to += (<usize>(value != 0)) << 3;
        from += row;
      }
      active += <i32>(to - list) >> 3;
      if ((to - list) & 8) {
        store<f32>(to, 0);
        store<u32>(to, CHUNK * <u32>STRIP_BYTES, 4);
        to += 8;
      }
      store<u32>(lengths, <u32>(to - list));
      lengths += 4;
      list = to;
    }
  }
  return active;
}

/** dY as A of a matrix product, in the lists' place: [chunk][pair of units][samples][2]. */
function packDense(packed: usize, dy: usize, n: i32, units: i32): void {
  let to = packed + headerBytes(n, units);
  const row = (<usize>units) << 2;
  for (let first = 0; first < n; first += CHUNK) {
    const count = min(CHUNK, n - first);
    for (let u = 0; u < units; u += 2) {
      let from = dy + <usize>first * row + ((<usize>u) << 2);
      const hasOther = u + 1 < units;
      for (let i = 0; i < count; i++) {
        store<f32>(to, load<f32>(from));
        store<f32>(to, hasOther ? load<f32>(from, 4) : 0, 4);
        to += 8;
        from += row;
      }
    }
  }
}

/** Packs dY (n, units) for the update: lists where more than a quarter is 0, else pairs. */
export function firstLayerPackGradient(packed: usize, dy: usize, n: i32, units: i32): void {
  const isSparse = <i64>listActive(packed, dy, n, units) * 4 < <i64>n * units * 3;
  store<u32>(packed, <u32>isSparse);
  store<u32>(packed, 0, TAKEN);
  store<u32>(packed, 0, TAKEN_LAST);
  if (!isSparse) packDense(packed, dy, n, units);
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
    // A unit that does not exist: its weights are 0 and stay so.
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

/** g ← the sums of a strip over a chunk of samples, plus g if `add`, by tiles: the strip in halves, dY in pairs. */
function sumDense(g: usize, strip: usize, pairs: usize, units: i32, count: i32, add: bool): void {
  for (let half: usize = 0; half < 2; half++) {
    multiplyPanel<f32>(
      g + half * (STRIP_BYTES / 2),
      STRIP_BYTES,
      pairs,
      (<usize>count) << 3,
      strip + half * CHUNK * (STRIP_BYTES / 2),
      STRIP / 8,
      count,
      add,
      units,
      STRIP / 2,
    );
  }
}

/** Where, behind a packed gradient's first word, threads count what they take, and how many strips from the end. */
const TAKEN: usize = 16;
const TAKEN_LAST: usize = 32;

/** Adds to a word that other threads may add to as well; returns what was there. */
function addTo(at: usize, count: i32): i32 {
  if (ASC_FEATURE_THREADS) return atomic.add<i32>(at, count);
  const before = load<i32>(at);
  store<i32>(at, before + count);
  return before;
}

function update<S>(
  pairs: usize,
  packed: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  lambda: f32,
  rate: f32,
  scratch: usize,
  part: i32,
  parts: i32,
): void {
  const strips = (d + STRIP - 1) / STRIP;
  // Both strips of a block at a time, but at last, when the threads are about to wait for each other, single ones.
  const doubles = max(0, (strips - parts) >> 1);
  const takes = strips - doubles;
  let first = 0;
  for (let own = 0; ; own++) {
    const number = parts == 1 ? own : addTo(packed + TAKEN, 1);
    if (number >= takes) break;
    const size = number < doubles ? 2 : 1;
    // The first thread takes them from the front and the others from the end: whoever comes late has less to do, and most
    // weights stay with one core from step to step.
    const strip = part == 0 ? first : strips - size - addTo(packed + TAKEN_LAST, size);
    first += size;
    for (let i = strip; i < strip + size; i++) {
      updateStrip<S>(pairs, packed, kept, scale, shift, n, units, d, lambda, rate, scratch, part, i * STRIP);
    }
  }
}

/** The update of a strip's weights, from feature f on. */
function updateStrip<S>(
  pairs: usize,
  packed: usize,
  kept: usize,
  scale: usize,
  shift: usize,
  n: i32,
  units: i32,
  d: i32,
  lambda: f32,
  rate: f32,
  scratch: usize,
  part: i32,
  f: i32,
): void {
  const strip = preparedOf(scratch, units, part) - firstLayerScratchBytes(units);
  const g = strip + STRIP_ROWS * STRIP_BYTES;
  if (n == 0) memory.fill(g, 0, <usize>units * STRIP_BYTES);
  // A unit more than there is, whose sums are 0: the other one of an odd number's last pair.
  memory.fill(g + <usize>units * STRIP_BYTES, 0, STRIP_BYTES);
  const isSparse = load<u32>(packed) != 0;
  let lists = packed + headerBytes(n, units);
  for (let first = 0; first < n; first += CHUNK) {
    const count = min(CHUNK, n - first);
    const own = kept + (keptAt(f, n) + <usize>first * BLOCK) * sizeof<S>();
    const add = first > 0;
    if (isSparse) {
      standardizeStrip<S>(strip, STRIP, <i32>STRIP_ROWS, own, scale, shift, count, d, f);
      memory.fill(strip + <usize>CHUNK * STRIP_BYTES, 0, STRIP_BYTES);
      const lengths = packed + 64 + ((<usize>((first / CHUNK) * units)) << 2);
      lists = sumLists(g, strip, lists, lengths, units, add);
    } else {
      standardizeStrip<S>(strip, STRIP / 2, CHUNK, own, scale, shift, count, d, f);
      const even = (units + 1) & ~1;
      sumDense(g, strip, lists + ((<usize>first * <usize>even) << 2), units, count, add);
    }
  }
  updatePairs(pairs, g, units, d, f, min(STRIP, d - f), lambda, rate);
}

export function firstLayerUpdateBytes(
  pairs: usize,
  packed: usize,
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
  update<u8>(pairs, packed, kept, scale, shift, n, units, d, <f32>lambda, <f32>rate, scratch, part, parts);
}
export function firstLayerUpdateFloats(
  pairs: usize,
  packed: usize,
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
  update<f32>(pairs, packed, kept, scale, shift, n, units, d, <f32>lambda, <f32>rate, scratch, part, parts);
}
