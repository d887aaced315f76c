/** Counts the rows that have their largest value at their label. */
export function count(scores: Float32Array, labels: Uint8Array, n: number, classes: number): number {
  let right = 0;
  for (let i = 0; i < n; i++) {
    const row = i * classes;
    let best = 0;
    let largest = scores[row]!;
    for (let j = 1; j < classes; j++) {
      const score = scores[row + j]!;
      if (score > largest) {
        largest = score;
        best = j;
      }
    }
    if (best === labels[i]) right++;
  }
  return right;
}
