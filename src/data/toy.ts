/**
 * What the two-dimensional toys share: few samples of two numbers and two classes, made from a seed, so that a network's decision
 * surface can be drawn. A toy says where a point of a class lies; noise is added here. A point depends on the seed, its split
 * and its number alone, and is the same on every machine.
 */
import { ConfigError } from "../errors.ts";
import { cosPi } from "../math.ts";
import { checkOptions, shown } from "../options.ts";
import { Random } from "../random.ts";
import { samplesFromArrays } from "./arrays.ts";
import type { Dataset, Samples } from "./dataset.ts";

export interface ToyOptions {
  /** An integer, 0 ≤ seed < 2^53: another seed, other points. Default: 1. */
  readonly seed?: number;
  /** Standard deviation of the normal noise that is added to both coordinates, ≥ 0. Default: the toy's own. */
  readonly noise?: number;
}

/** A toy, as its file tells it. */
export interface Toy {
  readonly name: string;
  /** Two. */
  readonly classNames: readonly [string, string];
  /** The standard deviation of the noise, if none is told. */
  readonly noise: number;
  /** A point of a class, 0 or 1, without noise. @param random draws where it lies */
  point(label: number, random: Random): readonly [x: number, y: number];
}

export const TOY_SAMPLES = { train: 2000, test: 1000 };
const FEATURES = 2;
const CLASSES = 2;

/** sin(π·x). */
export const sinPi = (x: number): number => cosPi(x - 0.5);

/** The points of a split: the two classes by turns. */
function toySamples(toy: Toy, seed: number, noise: number, split: string, count: number): Samples {
  const values = new Float32Array(count * FEATURES);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const random = new Random(seed, toy.name, split, i);
    const label = i % CLASSES;
    const [x, y] = toy.point(label, random);
    values[2 * i] = x + noise * random.normal();
    values[2 * i + 1] = y + noise * random.normal();
    labels[i] = label;
  }
  return samplesFromArrays({ values, labels, features: FEATURES, classNames: toy.classNames });
}

/** @throws ConfigError if the seed is not an integer from 0 to 2^53 − 1, or the noise not a number ≥ 0 */
export function toyDataset(toy: Toy, options: ToyOptions = {}): Dataset {
  const { name, classNames } = toy;
  checkOptions(name, options, ["seed", "noise"]);
  const { seed = 1, noise = toy.noise } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigError(`${name}: the seed is ${shown(seed)}, expected an integer from 0 to 2^53 − 1.`);
  }
  if (!Number.isFinite(noise) || noise < 0) {
    throw new ConfigError(`${name}: the noise is ${shown(noise)}, expected a number of at least 0.`);
  }
  return {
    ...{ name, origin: `seed ${seed}`, shape: [FEATURES], features: FEATURES, classes: CLASSES, classNames },
    training: toySamples(toy, seed, noise, "training", TOY_SAMPLES.train),
    test: toySamples(toy, seed, noise, "test", TOY_SAMPLES.test),
  };
}
