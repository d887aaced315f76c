/**
 * Stochastic gradient descent without momentum.
 *
 *   sgd     w[i] −= learningRate · dw[i]
 *   sgdL2   w[i] −= learningRate · (dw[i] + lambda · w[i])
 *
 * w, dw: n elements, not overlapping. `part` of `parts` is the share of one thread.
 */
import { lanes, loadPartial, storePartial } from "./inline/lanes";
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
  const end = w + ((<usize>n * sizeof<T>()) & ~15);
  while (w < end) {
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
  const end = w + ((<usize>n * sizeof<T>()) & ~15);
  while (w < end) {
    v128.store(w, updatedL2<T>(v128.load(w), v128.load(dw), factor, rate));
    w += 16;
    dw += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (left) {
    storePartial<T>(w, updatedL2<T>(loadPartial<T>(w, left), loadPartial<T>(dw, left), factor, rate), left);
  }
}
