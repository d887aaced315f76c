/**
 * The cross-entropy of sigmoid with flags, and its gradient by the scores: from the margin u, so that no exponential
 * overflows and nothing cancels. Shapes: inline/elementwiseLoss.ts.
 *
 *   u = flag ? −z : z        l = max(u, 0) + log(1 + exp(−|u|))        l′ = flag ? −σ(u) : σ(u)
 */
import { elementwiseLoss, Logistic } from "./inline/elementwiseLoss";

export function binaryCrossEntropy<T>(
  loss: usize,
  dz: usize,
  z: usize,
  flags: usize,
  weights: usize,
  n: i32,
  c: i32,
): void {
  elementwiseLoss<T, Logistic>(loss, dz, z, flags, weights, n, c, <T>0);
}
