/**
 * Stochastic gradient descent.
 *
 *   sgd           w[i] −= learningRate · dw[i]
 *   sgdL2         w[i] −= learningRate · (dw[i] + lambda · w[i])
 *   sgdMomentum   g     = dw[i] + lambda · w[i]                       dw[i] if lambda is 0
 *                 v[i]  = momentum · v[i] + g
 *                 w[i] −= learningRate · v[i]                         or, if nesterov, · (g + momentum · v[i])
 *
 * v below the least normal number becomes 0: without gradients it would stay there for ever, where some processors take a
 * hundred times as long. w, dw, v: n elements, not overlapping. `part` of `parts` is the share of one thread. Two vectors go side
 * by side, which V8 can widen.
 */
import { lanes, loadPartial, storePartial, withoutDenormals } from "./inline/lanes";
import { share } from "./inline/share";

/** The least elements that one thread has: whole pages, so that no two threads write to the same cache line. */
const SHARE: i32 = 1024;

/** w − rate · dw. */
function updated<T>(w: v128, dw: v128, rate: v128): v128 {
  return v128.sub<T>(w, v128.mul<T>(rate, dw));
}

/** w − rate · (dw + factor · w). */
function updatedL2<T>(w: v128, dw: v128, factor: v128, rate: v128): v128 {
  return updated<T>(w, v128.add<T>(dw, v128.mul<T>(factor, w)), rate);
}

export function sgd<T>(w: usize, dw: usize, n: i32, learningRate: f64, part: i32, parts: i32): void {
  const first = share(n, SHARE, part, parts);
  w += <usize>first * sizeof<T>();
  dw += <usize>first * sizeof<T>();
  n = share(n, SHARE, part + 1, parts) - first;
  const rate = v128.splat<T>(<T>learningRate);
  const bytes = <usize>n * sizeof<T>();
  const pairs = w + (bytes & ~31);
  for (; w < pairs; w += 32) {
    const a = updated<T>(v128.load(w), v128.load(dw), rate);
    const b = updated<T>(v128.load(w, 16), v128.load(dw, 16), rate);
    v128.store(w, a);
    v128.store(w, b, 16);
    dw += 32;
  }
  if (bytes & 16) {
    v128.store(w, updated<T>(v128.load(w), v128.load(dw), rate));
    w += 16;
    dw += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) storePartial<T>(w, updated<T>(loadPartial<T>(w, left), loadPartial<T>(dw, left), rate), left);
}

export function sgdL2<T>(
  w: usize,
  dw: usize,
  n: i32,
  lambda: f64,
  learningRate: f64,
  part: i32,
  parts: i32,
): void {
  const first = share(n, SHARE, part, parts);
  w += <usize>first * sizeof<T>();
  dw += <usize>first * sizeof<T>();
  n = share(n, SHARE, part + 1, parts) - first;
  const rate = v128.splat<T>(<T>learningRate);
  const factor = v128.splat<T>(<T>lambda);
  const bytes = <usize>n * sizeof<T>();
  const pairs = w + (bytes & ~31);
  for (; w < pairs; w += 32) {
    const a = updatedL2<T>(v128.load(w), v128.load(dw), factor, rate);
    const b = updatedL2<T>(v128.load(w, 16), v128.load(dw, 16), factor, rate);
    v128.store(w, a);
    v128.store(w, b, 16);
    dw += 32;
  }
  if (bytes & 16) {
    v128.store(w, updatedL2<T>(v128.load(w), v128.load(dw), factor, rate));
    w += 16;
    dw += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) {
    storePartial<T>(w, updatedL2<T>(loadPartial<T>(w, left), loadPartial<T>(dw, left), factor, rate), left);
  }
}

export function sgdMomentum<T>(
  w: usize,
  dw: usize,
  v: usize,
  n: i32,
  lambda: f64,
  momentum: f64,
  nesterov: bool,
  learningRate: f64,
  part: i32,
  parts: i32,
): void {
  const first = share(n, SHARE, part, parts);
  w += <usize>first * sizeof<T>();
  dw += <usize>first * sizeof<T>();
  v += <usize>first * sizeof<T>();
  n = share(n, SHARE, part + 1, parts) - first;
  const rate = v128.splat<T>(<T>learningRate);
  const factor = v128.splat<T>(<T>lambda);
  const kept = v128.splat<T>(<T>momentum);
  const isPenalized = <T>lambda != 0;
  const end = w + ((<usize>n * sizeof<T>()) & ~15);
  while (w < end) {
    const value = v128.load(w);
    let g = v128.load(dw);
    if (isPenalized) g = v128.add<T>(g, v128.mul<T>(factor, value));
    const velocity = withoutDenormals<T>(v128.add<T>(v128.mul<T>(kept, v128.load(v)), g));
    v128.store(v, velocity);
    const step = nesterov ? v128.add<T>(g, v128.mul<T>(kept, velocity)) : velocity;
    v128.store(w, updated<T>(value, step, rate));
    w += 16;
    dw += 16;
    v += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (!left) return;
  const value = loadPartial<T>(w, left);
  let g = loadPartial<T>(dw, left);
  if (isPenalized) g = v128.add<T>(g, v128.mul<T>(factor, value));
  const velocity = withoutDenormals<T>(v128.add<T>(v128.mul<T>(kept, loadPartial<T>(v, left)), g));
  storePartial<T>(v, velocity, left);
  const step = nesterov ? v128.add<T>(g, v128.mul<T>(kept, velocity)) : velocity;
  storePartial<T>(w, updated<T>(value, step, rate), left);
}
