/**
 * The weights of samples by their classes: y[i] = table[labels[i]] · weights[i].
 *
 * labels: (n) of type L; table: a f64 for each class; weights: (n) f64, or 0: all are 1; y: (n) f64. y may be weights.
 */
import { weightOf } from "./inline/sampleWeights";

export function classWeights<L>(y: usize, table: usize, labels: usize, weights: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const label = <usize>load<L>(labels + <usize>i * sizeof<L>());
    store<f64>(y + ((<usize>i) << 3), load<f64>(table + (label << 3)) * weightOf(weights, i));
  }
}
