/**
 * How many rows have their largest value at their label; of equal values the first counts, and a row that begins
 * with NaN counts as class 0.
 *
 * scores: (n, c), row-major, c ≥ 1; labels: (n) of type L; correct: one f64. Softmax keeps the order of the scores, so that they may be logits.
 */

export function accuracy<T, L>(correct: usize, scores: usize, labels: usize, n: i32, c: i32): void {
  let count = 0;
  for (let i = 0; i < n; i++) {
    let best = load<T>(scores);
    let at = 0;
    for (let j = 1; j < c; j++) {
      const v = load<T>(scores + <usize>j * sizeof<T>());
      if (v > best) {
        best = v;
        at = j;
      }
    }
    if (at == <i32>load<L>(labels + <usize>i * sizeof<L>())) count++;
    scores += <usize>c * sizeof<T>();
  }
  store<f64>(correct, <f64>count);
}
