import { ConfigError } from "../errors.ts";

/** The sums of a collector, which a checkpoint can keep. */
export interface Sums {
  readonly sums: Float64Array;
  readonly save: () => number[];
}

/**
 * So many sums: zeros, or what `save` gave.
 * @throws ConfigError if what was saved are not so many numbers
 */
export function sums(count: number, saved: unknown): Sums {
  const found = new Float64Array(count);
  if (saved !== undefined) {
    if (!Array.isArray(saved) || saved.length !== count || !saved.every(Number.isFinite)) {
      throw new ConfigError(
        `A metric's sums are to be ${count} numbers. Is this another model's checkpoint?`,
      );
    }
    found.set(saved);
  }
  return { sums: found, save: () => Array.from(found) };
}
