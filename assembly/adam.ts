/**
 * Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015), and with a decay AdamW (Loshchilov and Hutter,
 * "Decoupled weight decay regularization", 2019).
 *
 *   g      = dw[i] + lambda · w[i]                          dw[i] if lambda is 0
 *   m[i]   = beta1 · m[i] + (1 − beta1) · g
 *   v[i]   = beta2 · v[i] + (1 − beta2) · g · g
 *   w[i]  −= decay · w[i]                                   as it is if decay is 0
 *   w[i]  −= rate · m[i] / (√v[i] · root + epsilon)
 *
 * m and v below the least normal number become 0: without gradients they would stay there for ever, where some processors take
 * a hundred times as long. With a penalty, so does a weight nearer to 0 than 2^−63 (f64: 2^−511): the penalty takes those that no
 * sample needs ever nearer, and their products with one another would be below the least normal number. w, dw, m, v: n elements, not overlapping. rate and root hold the corrections of the moments' bias, which are the host's:
 * learningRate / (1 − beta1ᵗ) and 1 / √(1 − beta2ᵗ). `part` of `parts` is the share of one thread.
 */
import { lanes, loadPartial, storePartial, withoutDenormals } from "./inline/lanes";
import { share } from "./inline/share";

/** The least elements that one thread has: whole pages, so that no two threads write to the same cache line. */
const SHARE: i32 = 1024;

/** kept · old + fresh. */
function mean<T>(old: v128, kept: v128, fresh: v128): v128 {
  return withoutDenormals<T>(v128.add<T>(v128.mul<T>(kept, old), fresh));
}

/** w − rate · m / (√v · root + epsilon). */
function moved<T>(w: v128, m: v128, v: v128, rate: v128, root: v128, epsilon: v128): v128 {
  const divisor = v128.add<T>(v128.mul<T>(v128.sqrt<T>(v), root), epsilon);
  return v128.sub<T>(w, v128.mul<T>(rate, v128.div<T>(m, divisor)));
}

/** 2^−63 and 2^−511: the least numbers whose squares are not below the least normal one. */
const TINY_F32: f64 = 1.0842021724855044e-19;
const TINY_F64: f64 = 1.4916681462400413e-154;

/** w, 0 in place of numbers nearer to 0 than `tiny`. */
function withoutTiny<T>(w: v128, tiny: v128): v128 {
  return v128.andnot(w, v128.lt<T>(v128.abs<T>(w), tiny));
}

export function adam<T>(
  w: usize,
  dw: usize,
  m: usize,
  v: usize,
  n: i32,
  lambda: f64,
  decay: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  rate: f64,
  root: f64,
  part: i32,
  parts: i32,
): void {
  const first = share(n, SHARE, part, parts);
  const offset = <usize>first * sizeof<T>();
  w += offset;
  dw += offset;
  m += offset;
  v += offset;
  n = share(n, SHARE, part + 1, parts) - first;
  const penalty = v128.splat<T>(<T>lambda);
  const decays = v128.splat<T>(<T>decay);
  const kept1 = v128.splat<T>(<T>beta1);
  const fresh1 = v128.splat<T>(<T>(1 - beta1));
  const kept2 = v128.splat<T>(<T>beta2);
  const fresh2 = v128.splat<T>(<T>(1 - beta2));
  const epsilons = v128.splat<T>(<T>epsilon);
  const rates = v128.splat<T>(<T>rate);
  const roots = v128.splat<T>(<T>root);
  const isPenalized = <T>lambda != 0;
  const decaying = <T>decay != 0;
  // Nothing is below 0.
  const tiny = v128.splat<T>(isPenalized ? (sizeof<T>() == 4 ? <T>TINY_F32 : <T>TINY_F64) : <T>0);
  const end = w + ((<usize>n * sizeof<T>()) & ~15);
  while (w < end) {
    let value = v128.load(w);
    let g = v128.load(dw);
    if (isPenalized) g = v128.add<T>(g, v128.mul<T>(penalty, value));
    if (decaying) value = v128.sub<T>(value, v128.mul<T>(decays, value));
    const m1 = mean<T>(v128.load(m), kept1, v128.mul<T>(fresh1, g));
    const v1 = mean<T>(v128.load(v), kept2, v128.mul<T>(v128.mul<T>(fresh2, g), g));
    v128.store(m, m1);
    v128.store(v, v1);
    v128.store(w, withoutTiny<T>(moved<T>(value, m1, v1, rates, roots, epsilons), tiny));
    w += 16;
    dw += 16;
    m += 16;
    v += 16;
  }
  const left = n & (lanes<T>() - 1);
  if (!left) return;
  let value = loadPartial<T>(w, left);
  let g = loadPartial<T>(dw, left);
  if (isPenalized) g = v128.add<T>(g, v128.mul<T>(penalty, value));
  if (decaying) value = v128.sub<T>(value, v128.mul<T>(decays, value));
  const m1 = mean<T>(loadPartial<T>(m, left), kept1, v128.mul<T>(fresh1, g));
  const v1 = mean<T>(loadPartial<T>(v, left), kept2, v128.mul<T>(v128.mul<T>(fresh2, g), g));
  storePartial<T>(m, m1, left);
  storePartial<T>(v, v1, left);
  storePartial<T>(w, withoutTiny<T>(moved<T>(value, m1, v1, rates, roots, epsilons), tiny), left);
}
