/**
 * Batch normalisation's forward pass in training (Ioffe and Szegedy 2015, algorithm 1), per feature over the batch.
 *
 *   mean[j]     = Σ_i x[i,j] / n
 *   variance[j] = Σ_i (x[i,j] − mean[j])² / n                            biased
 *   invStd[j]   = 1 / sqrt(variance[j] + epsilon)
 *   xHat[i,j]   = (x[i,j] − mean[j]) · invStd[j]
 *   y[i,j]      = gamma[j] · xHat[i,j] + beta[j]
 *   moving[j]   = momentum · moving[j] + (1 − momentum) · batch[j]       of the mean, and of the variance
 *
 * x, xHat, y: (n, d), row-major; all others: (d). n ≥ 1. y may be x; nothing else overlaps. Sums run from the first row to
 * the last, whatever the lane: a column's bits do not depend on d.
 *
 * Each addition waits for the one before, so four vectors of columns go side by side, which takes a quarter less time. A
 * row's last vector ends with the row, and may have columns in common with the vector before it. The two are always in one
 * group, in which all are read before any is written. Rows of less than a vector have loops of their own.
 */
import {
  lanes,
  load1,
  load2,
  load3,
  loadLanes,
  Part,
  store1,
  store2,
  store3,
  storeLanes,
  Whole,
} from "../inline/lanes";

/** How many vectors of the `left` remaining columns are in a group: four, or three where one would remain alone. */
function groupVectors<T>(left: i32): i32 {
  const vectors = (left + lanes<T>() - 1) / lanes<T>();
  return vectors == 5 ? 3 : min(vectors, 4);
}

/**
 * How many bytes behind a group's first vector its vector number `at` begins. The row's last vector ends with the row. Numbers
 * beyond the group's last vector repeat it.
 */
function groupOffset<T>(at: i32, left: i32): usize {
  return <usize>min(min(at, groupVectors<T>(left) - 1) * lanes<T>(), left - lanes<T>()) * sizeof<T>();
}

/**
 * A group of up to four vectors of columns, with `left` columns from its first to the row's end; d is the stride. W says whether they
 * are four, side by side.
 */
function batchNormForwardGroup<T, W>(
  y: usize,
  xHat: usize,
  invStd: usize,
  movingMean: usize,
  movingVariance: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  n: i32,
  d: i32,
  epsilon: f64,
  momentum: f64,
  left: i32,
): void {
  const o1 = groupOffset<T>(1, left);
  const o2 = groupOffset<T>(2, left);
  const o3 = groupOffset<T>(3, left);
  const stride = <usize>d * sizeof<T>();
  const count = v128.splat<T>(<T>n);
  const end = x + <usize>n * stride;
  let m0 = v128.splat<T>(<T>0);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  for (let p = x; p != end; p += stride) {
    m0 = v128.add<T>(m0, v128.load(p));
    m1 = v128.add<T>(m1, load1<W>(p, o1));
    m2 = v128.add<T>(m2, load2<W>(p, o2));
    m3 = v128.add<T>(m3, load3<W>(p, o3));
  }
  m0 = v128.div<T>(m0, count);
  m1 = v128.div<T>(m1, count);
  m2 = v128.div<T>(m2, count);
  m3 = v128.div<T>(m3, count);
  let v0 = v128.splat<T>(<T>0);
  let v1 = v0;
  let v2 = v0;
  let v3 = v0;
  for (let p = x; p != end; p += stride) {
    const a0 = v128.sub<T>(v128.load(p), m0);
    const a1 = v128.sub<T>(load1<W>(p, o1), m1);
    const a2 = v128.sub<T>(load2<W>(p, o2), m2);
    const a3 = v128.sub<T>(load3<W>(p, o3), m3);
    v0 = v128.add<T>(v0, v128.mul<T>(a0, a0));
    v1 = v128.add<T>(v1, v128.mul<T>(a1, a1));
    v2 = v128.add<T>(v2, v128.mul<T>(a2, a2));
    v3 = v128.add<T>(v3, v128.mul<T>(a3, a3));
  }
  v0 = v128.div<T>(v0, count);
  v1 = v128.div<T>(v1, count);
  v2 = v128.div<T>(v2, count);
  v3 = v128.div<T>(v3, count);
  const eps = v128.splat<T>(<T>epsilon);
  const one = v128.splat<T>(<T>1);
  const s0 = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(v0, eps)));
  const s1 = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(v1, eps)));
  const s2 = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(v2, eps)));
  const s3 = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(v3, eps)));
  moveGroup<T, W>(movingMean, o1, o2, o3, m0, m1, m2, m3, momentum);
  moveGroup<T, W>(movingVariance, o1, o2, o3, v0, v1, v2, v3, momentum);
  storeGroup<W>(invStd, o1, o2, o3, s0, s1, s2, s3);
  const g0 = v128.load(gamma);
  const g1 = load1<W>(gamma, o1);
  const g2 = load2<W>(gamma, o2);
  const g3 = load3<W>(gamma, o3);
  const b0 = v128.load(beta);
  const b1 = load1<W>(beta, o1);
  const b2 = load2<W>(beta, o2);
  const b3 = load3<W>(beta, o3);
  let h = xHat;
  let q = y;
  for (let p = x; p != end; p += stride) {
    const h0 = v128.mul<T>(v128.sub<T>(v128.load(p), m0), s0);
    const h1 = v128.mul<T>(v128.sub<T>(load1<W>(p, o1), m1), s1);
    const h2 = v128.mul<T>(v128.sub<T>(load2<W>(p, o2), m2), s2);
    const h3 = v128.mul<T>(v128.sub<T>(load3<W>(p, o3), m3), s3);
    storeGroup<W>(h, o1, o2, o3, h0, h1, h2, h3);
    v128.store(q, v128.add<T>(v128.mul<T>(g0, h0), b0));
    store1<W>(q, o1, v128.add<T>(v128.mul<T>(g1, h1), b1));
    store2<W>(q, o2, v128.add<T>(v128.mul<T>(g2, h2), b2));
    store3<W>(q, o3, v128.add<T>(v128.mul<T>(g3, h3), b3));
    h += stride;
    q += stride;
  }
}

function storeGroup<W>(
  p: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
): void {
  v128.store(p, v0);
  store1<W>(p, o1, v1);
  store2<W>(p, o2, v2);
  store3<W>(p, o3, v3);
}

/** keep · moving + take · batch. */
function moved<T>(moving: v128, batch: v128, momentum: f64): v128 {
  const kept = v128.mul<T>(v128.splat<T>(<T>momentum), moving);
  return v128.add<T>(kept, v128.mul<T>(v128.splat<T>(<T>(1.0 - momentum)), batch));
}

/** Moves a group's averages. */
function moveGroup<T, W>(
  p: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  momentum: f64,
): void {
  const a0 = moved<T>(v128.load(p), v0, momentum);
  const a1 = moved<T>(load1<W>(p, o1), v1, momentum);
  const a2 = moved<T>(load2<W>(p, o2), v2, momentum);
  const a3 = moved<T>(load3<W>(p, o3), v3, momentum);
  storeGroup<W>(p, o1, o2, o3, a0, a1, a2, a3);
}

/** Fewer columns than a vector has. */
function batchNormForwardPart<T>(
  y: usize,
  xHat: usize,
  invStd: usize,
  movingMean: usize,
  movingVariance: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  n: i32,
  d: i32,
  epsilon: f64,
  momentum: f64,
): void {
  const stride = <usize>d * sizeof<T>();
  const count = v128.splat<T>(<T>n);
  const one = v128.splat<T>(<T>1);
  const eps = v128.splat<T>(<T>epsilon);
  let sum = v128.splat<T>(<T>0);
  let p = x;
  for (let i = 0; i < n; i++) {
    sum = v128.add<T>(sum, loadLanes<T, Part>(p, d));
    p += stride;
  }
  const m = v128.div<T>(sum, count);
  let squares = v128.splat<T>(<T>0);
  p = x;
  for (let i = 0; i < n; i++) {
    const deviation = v128.sub<T>(loadLanes<T, Part>(p, d), m);
    squares = v128.add<T>(squares, v128.mul<T>(deviation, deviation));
    p += stride;
  }
  const v = v128.div<T>(squares, count);
  const s = v128.div<T>(one, v128.sqrt<T>(v128.add<T>(v, eps)));
  const g = loadLanes<T, Part>(gamma, d);
  const b = loadLanes<T, Part>(beta, d);
  storeLanes<T, Part>(movingMean, moved<T>(loadLanes<T, Part>(movingMean, d), m, momentum), d);
  storeLanes<T, Part>(movingVariance, moved<T>(loadLanes<T, Part>(movingVariance, d), v, momentum), d);
  storeLanes<T, Part>(invStd, s, d);
  p = x;
  let h = xHat;
  let q = y;
  for (let i = 0; i < n; i++) {
    const normalised = v128.mul<T>(v128.sub<T>(loadLanes<T, Part>(p, d), m), s);
    storeLanes<T, Part>(h, normalised, d);
    storeLanes<T, Part>(q, v128.add<T>(v128.mul<T>(g, normalised), b), d);
    p += stride;
    h += stride;
    q += stride;
  }
}

export function batchNormForward<T>(
  y: usize,
  xHat: usize,
  invStd: usize,
  movingMean: usize,
  movingVariance: usize,
  x: usize,
  gamma: usize,
  beta: usize,
  n: i32,
  d: i32,
  epsilon: f64,
  momentum: f64,
): void {
  if (d < lanes<T>()) {
    if (d > 0)
      batchNormForwardPart<T>(
        y,
        xHat,
        invStd,
        movingMean,
        movingVariance,
        x,
        gamma,
        beta,
        n,
        d,
        epsilon,
        momentum,
      );
    return;
  }
  for (let left = d; left > 0; ) {
    const vectors = groupVectors<T>(left);
    if (WIDE && vectors == 4 && left >= 4 * lanes<T>())
      batchNormForwardGroup<T, Whole>(
        y,
        xHat,
        invStd,
        movingMean,
        movingVariance,
        x,
        gamma,
        beta,
        n,
        d,
        epsilon,
        momentum,
        left,
      );
    else
      batchNormForwardGroup<T, Part>(
        y,
        xHat,
        invStd,
        movingMean,
        movingVariance,
        x,
        gamma,
        beta,
        n,
        d,
        epsilon,
        momentum,
        left,
      );
    left -= vectors * lanes<T>();
    const step = (<usize>vectors) << 4;
    x += step;
    xHat += step;
    y += step;
    gamma += step;
    beta += step;
    invStd += step;
    movingMean += step;
    movingVariance += step;
  }
}
