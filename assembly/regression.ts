/**
 * The losses of numbers, and their gradients, from r = z − t. Shapes: inline/elementwiseLoss.ts.
 *
 *   squaredError     l = r²                                                     l′ = 2r
 *   absoluteError    l = |r|                                                    l′ = sign(r), 0 at 0
 *   huberError       l = r² / 2 if |r| ≤ delta, else delta · (|r| − delta / 2)  l′ = r, at most delta in size
 */
import { Absolute, elementwiseLoss, Huber, Squared } from "./inline/elementwiseLoss";

export function squaredError<T>(
  loss: usize,
  dz: usize,
  z: usize,
  targets: usize,
  weights: usize,
  n: i32,
  c: i32,
): void {
  elementwiseLoss<T, Squared>(loss, dz, z, targets, weights, n, c, <T>0);
}

export function absoluteError<T>(
  loss: usize,
  dz: usize,
  z: usize,
  targets: usize,
  weights: usize,
  n: i32,
  c: i32,
): void {
  elementwiseLoss<T, Absolute>(loss, dz, z, targets, weights, n, c, <T>0);
}

export function huberError<T>(
  loss: usize,
  dz: usize,
  z: usize,
  targets: usize,
  weights: usize,
  n: i32,
  c: i32,
  delta: f64,
): void {
  elementwiseLoss<T, Huber>(loss, dz, z, targets, weights, n, c, <T>delta);
}
