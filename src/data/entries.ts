/** Arrays with an entry for each sample: what groups, classes or times the samples have. */
import { ConfigError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";

/**
 * An array with an entry for each of `count` samples.
 * @param name "splitDataset: group"
 * @throws ConfigError unless it is such an array
 */
export function requireEntries<T>(name: string, values: ArrayLike<T>, count: number): ArrayLike<T> {
  if (typeof values === "object" && values !== null && values.length === count) return values;
  const length = (values as Partial<ArrayLike<T>> | null | undefined)?.length;
  const given =
    typeof values === "object" && isNumber(length) ? `has ${length} entries` : `is ${shown(values)}`;
  throw new ConfigError(`${name} ${given}, expected an array of ${count}, an entry for each sample.`);
}

/** What stands for each entry: 0 for the first that occurs and all equal ones, 1 for the next, … */
export function numbered(values: ArrayLike<unknown>): { numbers: Uint32Array; counts: number[] } {
  const known = new Map<unknown, number>();
  const numbers = new Uint32Array(values.length);
  const counts: number[] = [];
  for (let row = 0; row < values.length; row++) {
    let number = known.get(values[row]);
    if (number === undefined) {
      number = known.size;
      known.set(values[row], number);
      counts.push(0);
    }
    numbers[row] = number;
    counts[number]!++;
  }
  return { numbers, counts };
}
