/**
 * Seeded random numbers from 32-bit integer operations alone: the same on every engine.
 *
 * A `Random` is named by a seed and a path, `new Random(1, "shuffle", 3)`. What it draws does not depend on any other
 * draws, so parts of a run can be repeated, resumed or done in another order.
 */
import { ConfigError } from "./errors.ts";
import { log } from "./math.ts";

/** xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare = NaN;

  /**
   * @param seed an integer, 0 ≤ seed < 2^53
   * @param path what the numbers are for: strings and integers; another path, another stream
   * @throws ConfigError if seed is not such an integer
   */
  constructor(seed: number, ...path: (string | number)[]) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ConfigError(`The seed is ${seed}, expected an integer from 0 to 2^53 − 1.`);
    }
    let h = mix(mix(0x9e3779b9, seed >>> 0), Math.floor(seed / 4294967296));
    for (const part of path) {
      const text = String(part);
      for (let i = 0; i < text.length; i++) h = mix(h, text.charCodeAt(i));
      // Closed by the kind and the length: 3 is not "3", and "a", "b" not "ab".
      h = mix(h, (typeof part === "number" ? 0x20000 : 0x10000) + text.length);
    }
    this.#a = mix(h, 1);
    this.#b = mix(h, 2);
    this.#c = mix(h, 3);
    this.#d = mix(h, 4) | 1; // never all zero
  }

  /** The next 32 random bits, 0 ≤ integer < 2^32. */
  uint32(): number {
    const b = this.#b;
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /**
   * A uniform integer, 0 ≤ integer < bound, without bias (Lemire, "Fast random integer generation in an
   * interval", 2019, with the rejection done on the low product).
   * @param bound an integer, 1 ≤ bound ≤ 2^32
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 4294967296) {
      throw new ConfigError(`Random.below: the bound is ${bound}, expected an integer from 1 to 2^32.`);
    }
    // 2^32 mod bound products per residue class would be over-represented: draw those again.
    const threshold = 4294967296 % bound;
    for (;;) {
      const x = this.uint32();
      // x · bound < 2^64 in two halves, as doubles hold only 53 bits.
      const low = (x & 0xffff) * bound;
      const middle = (x >>> 16) * bound + Math.floor(low / 65536);
      const high = Math.floor(middle / 65536);
      const rest = (middle % 65536) * 65536 + (low % 65536);
      if (rest >= threshold) return high;
    }
  }

  /** A standard normal deviate, N(0, 1): Marsaglia's polar method (1964), two deviates a round. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = NaN;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s < 1 && s > 0) {
        const factor = Math.sqrt((-2 * log(s)) / s);
        this.#spare = v * factor;
        return u * factor;
      }
    }
  }

  /** Puts `values` into a random order, in place: Fisher and Yates, every order equally likely. */
  shuffle<T extends Uint32Array | unknown[]>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
    return values;
  }
}

/** One round of MurmurHash3's finaliser over `h` and `value`: every bit of either reaches every bit of the result. */
function mix(h: number, value: number): number {
  let x = Math.imul(h ^ value, 0x85ebca6b) + 0x9e3779b9;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** 0, 1, …, n − 1 in a random order. */
export function permutation(n: number, random: Random): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return random.shuffle(order);
}

/**
 * A seed for the random numbers that a layer draws in a step, 64 bits in two integers from 0 to 2³² − 1. It follows from
 * the training's seed, the epoch, the step and the layer's name, so that a kernel which counts its numbers from here draws
 * the same in any number of threads. Kernels read it when they run: its numbers change before every step.
 */
export interface StepSeed {
  high: number;
  low: number;
}
