/**
 * Stochastic gradient descent without momentum.
 *
 *   sgd     w[i] −= learningRate · dw[i]
 *   sgdL2   w[i] −= learningRate · (dw[i] + lambda · w[i])
 *
 * w, dw: n elements, not overlapping.
 */
import { lanes, loadUpTo, storeUpTo } from "./inline/lanes";

function sgd<T>(w: usize, dw: usize, n: i32, learningRate: f64): void {
  const rate = v128.splat<T>(<T>learningRate);
  for (let left = n; left > 0; left -= lanes<T>()) {
    storeUpTo<T>(w, v128.sub<T>(loadUpTo<T>(w, left), v128.mul<T>(rate, loadUpTo<T>(dw, left))), left);
    w += 16;
    dw += 16;
  }
}

function sgdL2<T>(w: usize, dw: usize, n: i32, lambda: f64, learningRate: f64): void {
  const rate = v128.splat<T>(<T>learningRate);
  const factor = v128.splat<T>(<T>lambda);
  for (let left = n; left > 0; left -= lanes<T>()) {
    const value = loadUpTo<T>(w, left);
    const gradient = v128.add<T>(loadUpTo<T>(dw, left), v128.mul<T>(factor, value));
    storeUpTo<T>(w, v128.sub<T>(value, v128.mul<T>(rate, gradient)), left);
    w += 16;
    dw += 16;
  }
}

export function sgdF32(w: usize, dw: usize, n: i32, learningRate: f64): void {
  sgd<f32>(w, dw, n, learningRate);
}
export function sgdF64(w: usize, dw: usize, n: i32, learningRate: f64): void {
  sgd<f64>(w, dw, n, learningRate);
}
export function sgdL2F32(w: usize, dw: usize, n: i32, lambda: f64, learningRate: f64): void {
  sgdL2<f32>(w, dw, n, lambda, learningRate);
}
export function sgdL2F64(w: usize, dw: usize, n: i32, lambda: f64, learningRate: f64): void {
  sgdL2<f64>(w, dw, n, lambda, learningRate);
}
