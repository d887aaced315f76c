/** The best answer that is the same for all rows. */
import { log } from "../math.ts";
import type { CombineOptions } from "./members.ts";

/**
 * The outputs, before a softmax or a sigmoid, of which the answers are those of the rows on average: of classes the logarithms of
 * their shares, of flags the log odds, of numbers their means.
 *
 * A class without a row has a share, too, as the rows that are held out may have it: one more row is divided among all classes,
 * or the two values of a flag (Laplace's rule, with a row in all).
 * @param rows the numbers of the rows
 * @returns (outputs)
 */
export function constantBiases(
  rows: ArrayLike<number>,
  { targets, weights, kind, width }: CombineOptions,
): Float64Array {
  const sums = new Float64Array(width);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const weight = weights === undefined ? 1 : weights[row]!;
    total += weight;
    if (kind === "classes") sums[targets[row]!]! += weight;
    else for (let j = 0; j < width; j++) sums[j]! += weight * targets[row * width + j]!;
  }
  if (kind === "numbers") return sums.map((sum) => (total > 0 ? sum / total : 0));
  if (kind === "classes") return sums.map((sum) => log((sum + 1 / width) / (total + 1)));
  return sums.map((sum) => log((sum + 0.5) / (total - sum + 0.5)));
}
