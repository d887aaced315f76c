/** Arrays with an entry for each sample: what groups, classes or times the samples have. */
import { ConfigError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";

/** What samples have by which they are held out: an entry for each. At most one of them is given. */
export interface HeldOutBy {
  /** What stands for the group of each, such as a patient: a group is held out as a whole. */
  readonly groups?: ArrayLike<unknown> | undefined;
  /** The time of each, no NaN: a stretch of time is held out, samples of one time together. */
  readonly times?: ArrayLike<number> | undefined;
}

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

/**
 * The numbers of entries from the least to the largest, equal ones as they stand.
 * @param values none is NaN
 * @returns ends for each different value, the place in this order behind its last entry
 */
export function ascending(values: ArrayLike<number>): { order: Uint32Array; ends: number[] } {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i);
  // Infinities have no difference.
  order.sort((a, b) => {
    const [s, t] = [values[a]!, values[b]!];
    return s < t ? -1 : s > t ? 1 : a - b;
  });
  const ends: number[] = [];
  for (let place = 1; place <= order.length; place++) {
    if (place === order.length || values[order[place - 1]!] !== values[order[place]!]) ends.push(place);
  }
  return { order, ends };
}

/** The place of the number that is nearest to `wanted`, from `first` to `last`; of two that are as near, the former. */
export function nearest(ends: readonly number[], wanted: number, first: number, last: number): number {
  const distance = (place: number) => Math.abs(ends[place]! - wanted);
  let place = first;
  while (place < last && distance(place + 1) < distance(place)) place++;
  return place;
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
