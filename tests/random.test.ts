import { describe, expect, it } from "vitest";
import { ConfigError } from "../src/errors.ts";
import { permutation, Random } from "../src/random.ts";

const take = <T>(count: number, next: () => T) => Array.from({ length: count }, next);

/**
 * xoshiro128** 1.1 and the seeding, written anew in BigInt arithmetic modulo 2^32.
 */
const u32 = (x: bigint) => BigInt.asUintN(32, x);
const rotate = (x: bigint, by: bigint) => u32(x << by) | (x >> (32n - by));

function* xoshiro128starstar(state: readonly bigint[]): Generator<number> {
  let [a, b, c, d] = state as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number(u32(rotate(u32(b * 5n), 7n) * 9n));
    const t = u32(b << 9n);
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11n);
  }
}

function mix(h: bigint, value: bigint): bigint {
  let x = u32((h ^ u32(value)) * 0x85ebca6bn + 0x9e3779b9n);
  x = u32((x ^ (x >> 16n)) * 0x85ebca6bn);
  x = u32((x ^ (x >> 13n)) * 0xc2b2ae35n);
  return x ^ (x >> 16n);
}

function seeded(seed: bigint, path: readonly (string | number)[]): Generator<number> {
  let h = mix(mix(0x9e3779b9n, u32(seed)), seed >> 32n);
  for (const part of path) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) h = mix(h, BigInt(text.charCodeAt(i)));
    h = mix(h, (typeof part === "number" ? 0x20000n : 0x10000n) + BigInt(text.length));
  }
  return xoshiro128starstar([mix(h, 1n), mix(h, 2n), mix(h, 3n), mix(h, 4n) | 1n]);
}

describe("uint32", () => {
  it("is checked here against a generator that gives the published numbers", () => {
    // xoshiro128starstar.c 1.1 from the state 1, 2, 3, 4, as the tests of Rust's rand_xoshiro quote it.
    const published = xoshiro128starstar([1n, 2n, 3n, 4n]);
    expect(take(10, () => published.next().value)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it.each([
    [0, []],
    [1, []],
    [2 ** 32, []],
    [Number.MAX_SAFE_INTEGER, []],
    [1, ["shuffle", 3]],
    [12345, ["initialize", "dense1.weight"]],
    [7, ["", -1, 0]],
  ])("is xoshiro128** from seed %i, path %j", (seed, path) => {
    const random = new Random(seed, ...path);
    const expected = seeded(BigInt(seed), path);
    expect(take(1000, () => random.uint32())).toEqual(take(1000, () => expected.next().value));
  });

  it("never changes: these are the numbers of seed 1", () => {
    const random = new Random(1);
    expect(take(4, () => random.uint32())).toEqual([658584163, 3611043165, 1676529946, 1598486241]);
  });
});

it("gives every path its own numbers", () => {
  const first = (seed: number, ...path: (string | number)[]) => {
    const random = new Random(seed, ...path);
    return take(4, () => random.uint32()).join();
  };
  const streams = [
    first(1),
    first(2),
    first(1 + 2 ** 32),
    first(1, ""),
    first(1, "shuffle", 3),
    first(1, "shuffle", 4),
    first(1, "shuffle3"),
    first(1, "shuffle", "3"),
    first(1, "a", "b"),
    first(1, "ab"),
    first(1, 3),
    first(1, "3"),
    first(1, "#3"),
    first(1, "b", "a"),
    ...take(
      1000,
      (
        (epoch) => () =>
          first(1, "shuffle", 100 + epoch++)
      )(0),
    ),
  ];
  expect(new Set(streams).size).toBe(streams.length);
  expect(first(1, "a", "b")).toBe(first(1, "a", "b"));
});

it.each([
  [-1, "The seed is -1, expected an integer from 0 to 2^53 − 1."],
  [0.5, "The seed is 0.5, expected an integer from 0 to 2^53 − 1."],
  [2 ** 53, "The seed is 9007199254740992, expected an integer from 0 to 2^53 − 1."],
  [NaN, "The seed is NaN, expected an integer from 0 to 2^53 − 1."],
])("refuses the seed %d", (seed, message) => {
  expect(() => new Random(seed)).toThrow(new ConfigError(message));
});

describe("uniform", () => {
  it("takes 27 and 26 bits of two numbers", () => {
    const random = new Random(1);
    // ⌊658584163 / 2^5⌋ · 2^26 + ⌊3611043165 / 2^6⌋, over 2^53
    expect(random.uniform()).toBe((20580755 * 2 ** 26 + 56422549) / 2 ** 53);
  });

  it("never changes: these are the numbers of seed 1", () => {
    const random = new Random(1);
    expect(take(3, () => random.uniform())).toEqual([
      0.15333858013720436, 0.3903475431515021, 0.789216765675369,
    ]);
  });

  it("is a multiple of 2^-53 in [0, 1), with the mean and the spread of a uniform deviate", () => {
    const random = new Random(1, "uniform");
    const values = take(100_000, () => random.uniform());
    expect(values.every((u) => u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53))).toBe(true);
    const mean = values.reduce((sum, u) => sum + u, 0) / values.length;
    const variance = values.reduce((sum, u) => sum + (u - mean) ** 2, 0) / values.length;
    // Four standard errors.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / values.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / values.length));
  });
});

/** Pearson's χ² of counts that should be equal. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("below", () => {
  it("never changes: these are the numbers of seed 1", () => {
    const random = new Random(1);
    expect(take(8, () => random.below(10))).toEqual([1, 8, 3, 3, 7, 1, 1, 4]);
  });

  it("is 0 below 1, and all 32 bits below 2^32", () => {
    const random = new Random(1);
    expect(take(100, () => random.below(1))).toEqual(new Array(100).fill(0));
    const [some, all] = [new Random(1), new Random(1)];
    expect(take(100, () => some.below(2 ** 32))).toEqual(take(100, () => all.uint32()));
  });

  it("takes the high word of the product, and draws again where it would be biased", () => {
    const bound = 3 * 2 ** 30;
    const [random, bits] = [new Random(5), new Random(5)];
    const accepted = () => {
      for (;;) {
        const product = BigInt(bits.uint32()) * BigInt(bound);
        if ((product & 0xffffffffn) >= 2n ** 32n % BigInt(bound)) return Number(product >> 32n);
      }
    };
    expect(take(1000, () => random.below(bound))).toEqual(take(1000, accepted));
  });

  // The classes are remainders, which would be of unequal size without the second draws: below 3 · 2^30,
  // half of the numbers would be 3 q. The limits have p = 0.001 with a degree of freedom less than classes.
  it.each([
    [2, 2, 10.83],
    [3, 3, 13.82],
    [10, 10, 27.88],
    [97, 97, 144.6],
    [3 * 2 ** 30, 3, 13.82],
    [2 ** 32 - 1, 5, 18.47],
  ])("is in range and without bias below %d", (bound, classes, limit) => {
    const random = new Random(1, "below", bound);
    const counts = new Array<number>(classes).fill(0);
    for (let i = 0; i < 60_000; i++) {
      const value = random.below(bound);
      if (!(value >= 0 && value < bound)) expect.fail(`${value} is not below ${bound}.`);
      counts[value % classes]!++;
    }
    expect(chiSquared(counts)).toBeLessThan(limit);
  });

  it.each([
    [0, "Random.below: the bound is 0, expected an integer from 1 to 2^32."],
    [2.5, "Random.below: the bound is 2.5, expected an integer from 1 to 2^32."],
    [2 ** 32 + 1, "Random.below: the bound is 4294967297, expected an integer from 1 to 2^32."],
    [NaN, "Random.below: the bound is NaN, expected an integer from 1 to 2^32."],
  ])("refuses the bound %d", (bound, message) => {
    expect(() => new Random(1).below(bound)).toThrow(new ConfigError(message));
  });
});

/** The distribution function of N(0, 1): ½ + φ(x) · (x + x³/3 + x⁵/(3·5) + …), Marsaglia 2004. */
function normalCdf(x: number): number {
  let sum = 0;
  let term = x;
  for (let i = 3; sum + term !== sum; i += 2) {
    sum += term;
    term *= (x * x) / i;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

describe("normal", () => {
  it("never changes: these are the numbers of seed 1", () => {
    const random = new Random(1);
    expect(take(4, () => random.normal())).toEqual([
      -1.076299647069088, -0.34044428899243284, 0.40891302934728624, -0.49030517748027175,
    ]);
  });

  const count = 100_000;
  const random = new Random(1, "normal");
  const values = take(count, () => random.normal());
  const moment = (power: number) => values.reduce((sum, z) => sum + z ** power, 0) / count;

  it("has the moments of N(0, 1)", () => {
    // The variances of z, z², z³ and z⁴ are 1, 2, 15 and 96; four standard errors.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count));
  });

  it("has the distribution of N(0, 1)", () => {
    const sorted = Float64Array.from(values).sort();
    let distance = 0;
    sorted.forEach((z, i) => {
      const p = normalCdf(z);
      distance = Math.max(distance, Math.abs(p - i / count), Math.abs(p - (i + 1) / count));
    });
    // Kolmogorov and Smirnov: p = 0.01.
    expect(distance * Math.sqrt(count)).toBeLessThan(1.63);
  });

  it("does not correlate the two deviates of a round, nor rounds", () => {
    for (const lag of [1, 2]) {
      const sum = values.slice(lag).reduce((total, z, i) => total + z * values[i]!, 0);
      expect(Math.abs(sum / count)).toBeLessThan(4 / Math.sqrt(count));
    }
  });
});

describe("shuffle and permutation", () => {
  it("never change: these are the orders of seed 1, third and fourth epoch", () => {
    const order = (epoch: number) => [...permutation(10, new Random(1, "shuffle", epoch))];
    expect(order(3)).toEqual([6, 9, 5, 2, 3, 4, 1, 7, 0, 8]);
    expect(order(4)).toEqual([3, 8, 4, 7, 0, 2, 5, 9, 6, 1]);
  });

  it("puts the same values, in place, into another order", () => {
    const values = ["a", "b", "c", "d", "e", "f", "g"];
    const shuffled = new Random(2).shuffle(values);
    expect(shuffled).toBe(values);
    expect(shuffled.join("")).not.toBe("abcdefg");
    expect([...shuffled].sort().join("")).toBe("abcdefg");
  });

  it.each([0, 1, 2, 50_000])("has every number below %i once", (n) => {
    expect([...permutation(n, new Random(1)).sort()]).toEqual(Array.from({ length: n }, (_, i) => i));
  });

  it("finds every order of four equally likely", () => {
    const random = new Random(1, "orders");
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(4, random).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // p = 0.001 with 23 degrees of freedom.
    expect(chiSquared([...counts.values()])).toBeLessThan(49.7);
  });
});
