/**
 * The first layer's forward pass: a Dense layer on samples that stay as they were stored, bytes or float32, and are
 * standardised on the way. Almost all of a training's arithmetic is here and in the update.
 *
 *   x[i,f]    = values[rows[i], f], standardised as gather.ts says
 *   y[i,u]    = Σ_f x[i,f] · w[f,u] + bias[u], and if `rectify`, 0 for what is neither positive nor NaN
 *
 * n samples, d features, `units` units, float32; values (count, d), rows (n) u32 < count, scale, shift (d) for bytes
 * and (2, d) for floats, y (n, units), bias (units). Sums begin at 0 and take one term after the other, from the first: the
 * bits of gather.ts and matmul/ one after the other. Nothing overlaps; scratch is aligned to 64.
 *
 * w is kept in pairs of units, as weight.ts says. So Yᵀ = Wᵀ · Xᵀ takes matmul's tiles with nothing to pack but the samples,
 * and at 50 units and panels of 20 samples no lane is wasted. A panel is standardised, transposed and multiplied while it is
 * in the second-level cache; X as a whole stands nowhere. Whole rows at a time are 5% faster than blocks of features, which
 * are too short for the prefetcher. More was tried: see bench/NOTES.md.
 *
 * `part` of `parts` is the share of one thread: of the panels' pairs of units, panel by panel. Between this pass and the
 * update, while the first thread computes the layers behind, the others prepare the panels of their next share.
 */
import { multiplyPanel, PANEL } from "../inline/panels";
import { rectified } from "../inline/rectified";
import { share } from "../inline/share";
import {
  KC,
  ownAt,
  ownBytes,
  PANEL_BYTES,
  PANEL_ROW,
  PREPARED_HEADER,
  PREPARED_VECTORS,
  preparedAt,
} from "./layout";
import { gatherPanel } from "./panels";

/**
 * The time to gather a panel, waiting for its samples included, and the time to fetch a prepared one: as long as so many pairs
 * of units take.
 */
const GATHERING_PAIRS: f64 = 4.4;
const FETCHING_PAIRS: f64 = 0.5;

/**
 * Terms of a sum that are added at a time. The wide tiles want their part of a panel in the first-level cache, 16 KB; for the others
 * blocks cost 5%.
 */
const BLOCK_TERMS: i32 = WIDE ? 256 : KC;

/** Bytes of a whole panel: in the wide binary fewer than there is room for. */
const WHOLE_PANEL: usize = <usize>PANEL * 16 * KC;

/** The output for a sum with its bias. */
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
      // A NaN stays.
      store<f32>(to, rectify && sum <= 0 ? 0 : sum);
      to += row;
    }
  }
}

/**
 * How many panels n samples make. They are as even as can be, so that none has a single vector where there are more. In the wide
 * binary all but the last are whole.
 */
function panelsOf(n: i32): i32 {
  return (((n + 3) >> 2) + PANEL - 1) / PANEL;
}

/** The vector of samples with which panel `p` begins. */
function panelStart(n: i32, p: i32): i32 {
  if (WIDE) return min(p * PANEL, (n + 3) >> 2);
  return <i32>((<i64>((n + 3) >> 2) * p) / panelsOf(n));
}

/**
 * How many vectors of samples are not prepared in the shares of all threads but the first, and must be gathered now. The batch
 * may have come too soon for them, or there was no room for more. −1 if not all of these threads have looked at this batch.
 */
function missingVectors(scratch: usize, units: i32, ticket: u32, parts: i32): i32 {
  let missing = 0;
  for (let part = 1; part < parts; part++) {
    const prepared = preparedAt(scratch, units, part);
    if (load<u32>(prepared) != ticket || load<i32>(prepared, 4) != parts) return -1;
    missing += load<i32>(prepared, 12) - load<i32>(prepared, 8);
  }
  return missing;
}

/**
 * The first pair of a thread's share of all panels' pairs of units, which are counted panel by panel. The first thread gets
 * fewer pairs where the others find their panels prepared. `missing` is how many vectors of samples are not: the more, the
 * later a share begins. It is −1 if nothing is prepared.
 */
function forwardShare(n: i32, units: i32, part: i32, parts: i32, missing: i32): i32 {
  const pairs = (units + 1) >> 1;
  const all = panelsOf(n) * pairs;
  if (missing < 0 || part == 0 || parts == 1) return share(all, 1, part, parts);
  const gathering = 1 + GATHERING_PAIRS / <f64>pairs;
  const fetching = 1 + FETCHING_PAIRS / <f64>pairs;
  const others = <f64>(parts - 1);
  const work = <f64>all * fetching + (GATHERING_PAIRS / <f64>PANEL) * <f64>missing;
  const first = min(all, <i32>(work / (gathering * others + fetching)));
  return first + share(all - first, 1, part - 1, parts - 1);
}

/**
 * y = x · w + bias, rectified if asked, for a share of the panels' pairs of units.
 * pairs: w as weight.ts lays it out. kept: room for what the update reads, or 0. ticket: the number by which a thread knows what
 * it has prepared for this batch, or 0.
 */
export function firstLayerForward<S>(
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
  const own = ownAt(scratch, units, part);
  const prepared = own + ownBytes(units);
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
    // So many samples of this panel are ready.
    const begin = min(ready - ((i >> 2) - panelStart(n, firstPrepared)), vectors) << 2;
    let panel = own;
    if (begin > 0) panel = prepared + PREPARED_HEADER + <usize>(p - firstPrepared) * WHOLE_PANEL;
    // Where two threads share a panel, the one with its first pair keeps the samples. The other has prepared them without
    // keeping them, and it never gets the first pair: if vectors are missing, its share begins later than planned.
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
      for (let lb = 0; lb < kc; lb += BLOCK_TERMS) {
        multiplyPanel<f32>(
          transposed,
          tStride,
          pairs + <usize>first * pair + ((<usize>(kb + lb)) << 3),
          pair,
          panel + <usize>lb * tStride,
          vectors,
          min(BLOCK_TERMS, kc - lb),
          kb + lb > 0,
          ownUnits,
          width,
        );
      }
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
 * Gathers what the forward pass of the batch to come will need in this thread's share, one vector of samples after another,
 * until the word at `hurry` is not 0, which says that somebody waits. The first thread has other work, and prepares nothing.
 */
export function firstLayerPrepare<S>(
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
  const prepared = preparedAt(scratch, units, part);
  store<u32>(prepared, 0);
  if (ticket == 0 || d > KC) return;
  const unitPairs = (units + 1) >> 1;
  const at = forwardShare(n, units, part, parts, 0);
  const end = forwardShare(n, units, part + 1, parts, 0);
  let panel = prepared + PREPARED_HEADER;
  let ready = 0;
  const first = at / unitPairs;
  const wanted = at < end ? (end + unitPairs - 1) / unitPairs : first;
  const last = min(wanted, first + PREPARED_VECTORS / PANEL);
  for (let p = first; p < last; p++) {
    const from = panelStart(n, p);
    const width = (panelStart(n, p + 1) - from) << 2;
    const room = p * unitPairs >= at ? kept : 0;
    let j = 0;
    while (j < width && !isSet(hurry)) {
      const end = min(j + 8, width);
      gatherPanel<S>(panel, room, values, rows, scale, shift, from << 2, width, n - 1, d, 0, d, j, end);
      ready += (end - j) >> 2;
      j = end;
    }
    if (j < width) break;
    panel += WHOLE_PANEL;
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
