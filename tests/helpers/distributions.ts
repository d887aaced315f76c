/** Tests whether draws follow a distribution, at a level of 0.1%. With fixed seeds a test passes always or never. */

/** Kolmogorov and Smirnov: the largest distance of the draws' distribution from `cdf`, over its critical value. */
export function kolmogorovSmirnov(draws: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...draws].sort((a, b) => a - b);
  const n = sorted.length;
  const distances = sorted.map((x, i) => Math.max(cdf(x) - i / n, (i + 1) / n - cdf(x)));
  return (Math.max(...distances) * Math.sqrt(n)) / 1.95;
}

/** Pearson's χ² of the counts against the probabilities, over its critical value (Wilson and Hilferty). */
export function chiSquared(counts: readonly number[], probabilities: readonly number[]): number {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const statistic = counts.reduce((sum, count, i) => {
    const expected = n * probabilities[i]!;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  const k = counts.length - 1;
  return statistic / (k * (1 - 2 / (9 * k) + 3.09 * Math.sqrt(2 / (9 * k))) ** 3);
}
