/** The two-dimensional toys: their sizes, their bits, where their points lie, and what they refuse. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { circles } from "../../src/data/circles.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { datasets, defaultL2, defaultValidation } from "../../src/data/index.ts";
import { moons } from "../../src/data/moons.ts";
import { spirals } from "../../src/data/spirals.ts";
import { sinPi, type ToyOptions } from "../../src/data/toy.ts";
import { ConfigError } from "../../src/errors.ts";

const toys: Readonly<Record<string, (options?: ToyOptions) => Dataset>> = { spirals, moons, circles };

interface Points {
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

async function pointsOf(samples: Samples): Promise<Points> {
  const values = new Float32Array(samples.count * 2);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return { values, labels };
}

const sha256 = ({ values, labels }: Points) =>
  createHash("sha256").update(values).update(labels).digest("hex");

describe.each(Object.keys(toys))("%s()", (name) => {
  const toy = toys[name]!;

  it("has 2,000 points to train on and 1,000 to test on, of two numbers and two classes", () => {
    const { training, test, ...others } = toy();
    expect(others).toEqual({
      ...{ name, origin: "seed 1", shape: [2], features: 2, classes: 2 },
      classNames: [expect.any(String), expect.any(String)],
    });
    for (const [samples, count] of [
      [training, 2000],
      [test, 1000],
    ] as const) {
      expect(samples).toMatchObject({ count, features: 2, classes: 2, elementType: "float32" });
      expect(samples.classNames).toEqual(others.classNames);
    }
  });

  it("has as many points of either class, by turns", async () => {
    const { labels } = await pointsOf(toy().training);
    expect([...labels.subarray(0, 4)]).toEqual([0, 1, 0, 1]);
    expect(labels.reduce((sum, label) => sum + label, 0)).toBe(1000);
  });

  it("lies about the origin, within reach of a plot", async () => {
    const { values } = await pointsOf(toy({ seed: 3 }).training);
    for (const axis of [0, 1]) {
      const all = values.filter((_, i) => i % 2 === axis);
      expect(Math.abs(all.reduce((sum, value) => sum + value, 0) / all.length)).toBeLessThan(0.05);
      expect(Math.max(...all.map(Math.abs))).toBeLessThan(2.2);
    }
  });

  it("has other points by another seed, and in the test", async () => {
    const all = await Promise.all(
      [toy().training.select(range(1000)), toy().test, toy({ seed: 2 }).test].map(pointsOf),
    );
    expect(new Set(all.map(sha256)).size).toBe(3);
  });

  it("refuses other options, seeds that are no whole numbers, and noise below 0", () => {
    expect(() => toy({ sigma: 1 } as ToyOptions)).toThrow(ConfigError);
    expect(() => toy({ seed: 1.5 })).toThrow(
      new ConfigError(`${name}: the seed is 1.5, expected an integer from 0 to 2^53 − 1.`),
    );
    for (const noise of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => toy({ noise })).toThrow(
        new ConfigError(`${name}: the noise is ${noise}, expected a number of at least 0.`),
      );
    }
  });

  it("is in the registry, without a penalty, with a tenth for validation", async () => {
    expect(await datasets[name]!.find({ folders: [], seed: 5 })).toMatchObject({ name, origin: "seed 5" });
    expect(datasets[name]!.samples).toEqual({ train: 2000, test: 1000 });
    expect([defaultL2(name), defaultValidation(name)]).toEqual([0, 0.1]);
  });
});

const range = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

// Whatever changes these bytes changes every result that was published for these data.
it.each([
  ["spirals", "training", {}, "68796320c62f9d34c4cd58ec8ebd5bbf01d7e71346b66c74b59e80785617ab9f"],
  ["spirals", "test", {}, "376ac4e27965a65f7a27fcc83a682ecf38756d2669d885b40629ddeeb026babd"],
  ["moons", "training", {}, "1e27774953576db5d820800ea1d8eb5b99008d7b259ea701b11c2593c901ecf6"],
  ["moons", "test", {}, "52ce2fb13f966d402155a3ee9b66dc8bd8b31c71e7b15fa39a7e505ec777ea30"],
  ["circles", "training", {}, "badc8f4f1aabc637bd4a010fc95eaf540dcb78dee5740265d28a247af711cdf1"],
  ["circles", "test", {}, "cdd474b90b61aec5d03f692bdf5461fcb16adf5359fe6723cc1a1d767bc30bc9"],
  [
    "spirals",
    "training",
    { seed: 2, noise: 0.1 },
    "d0aa011361c66e654871b532335538ea93738b5eca4b96dbf0fb76c26deec6e4",
  ],
] as const)("%s are the same everywhere: %s %j", async (name, split, options, hash) => {
  expect(sha256(await pointsOf(toys[name]!(options)[split]))).toBe(hash);
});

describe("without noise", () => {
  const pointsOfClass = ({ values, labels }: Points, label: number): (readonly [number, number])[] =>
    [...labels.entries()]
      .filter(([, its]) => its === label)
      .map(([i]) => [values[2 * i]!, values[2 * i + 1]!] as const);

  it("the circles have radii of 1 and ½", async () => {
    const points = await pointsOf(circles({ noise: 0 }).training);
    for (const [label, radius] of [
      [0, 1],
      [1, 0.5],
    ] as const) {
      for (const [x, y] of pointsOfClass(points, label)) expect(Math.hypot(x, y)).toBeCloseTo(radius, 6);
    }
  });

  it("the moons are half circles of radius 1, and the lower one is the upper one turned by half a turn", async () => {
    const points = await pointsOf(moons({ noise: 0 }).training);
    for (const [label, sign] of [
      [0, 1],
      [1, -1],
    ] as const) {
      for (const [x, y] of pointsOfClass(points, label)) {
        expect(Math.hypot(sign * x + 0.5, sign * y + 0.25)).toBeCloseTo(1, 6);
        expect(sign * y + 0.25).toBeGreaterThanOrEqual(-1e-6);
      }
    }
  });

  it("the spirals' angle grows by three half turns of π with the radius, and half a turn is between them", async () => {
    const points = await pointsOf(spirals({ noise: 0 }).training);
    for (const label of [0, 1]) {
      for (const [x, y] of pointsOfClass(points, label)) {
        const radius = Math.hypot(x, y);
        const angle = Math.PI * (3 * radius + label);
        expect(x).toBeCloseTo(radius * Math.cos(angle), 5);
        expect(y).toBeCloseTo(radius * Math.sin(angle), 5);
      }
    }
  });
});

it("sinPi is the sine of π·x, and exact at multiples of ½", () => {
  expect([0, 0.5, 1, 1.5, 2].map(sinPi).map((y) => y + 0)).toEqual([0, 1, 0, -1, 0]);
  for (const x of [0.1, 0.7, 1.3, 1.9]) expect(sinPi(x)).toBeCloseTo(Math.sin(Math.PI * x), 14);
});
