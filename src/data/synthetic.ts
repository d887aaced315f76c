/**
 * The data set that is always at hand: images of ten shapes, made from a seed, of CIFAR-10's size and
 * split. It is what `train` runs on where CIFAR-10 is not to be found, and made so that the same things can
 * be seen on it: dense networks learn it, a linear model does not, and a deep network learns it sooner with
 * batch normalisation.
 *
 * An image depends on the seed, its split and its number alone: only the images that are asked for are made.
 */
import { ConfigError, ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { permutation, Random } from "../random.ts";
import { now, otherWork } from "../runtime.ts";
import type { TargetArray } from "../targets.ts";
import type { Dataset, ReadOptions, Samples, SampleTarget } from "./dataset.ts";
import { selectRows } from "./selection.ts";
import { CHANNELS, createPainter, type Painter, SIDE } from "./synthetic/painter.ts";
import { shapeNames } from "./synthetic/shapes.ts";

export interface SyntheticOptions {
  /** An integer, 0 ≤ seed < 2^53: another seed, other images. Default: 1. */
  readonly seed?: number;
}

const FEATURES = CHANNELS * SIDE * SIDE;
const CLASSES = shapeNames.length;
export const SYNTHETIC_SAMPLES = { train: 50_000, test: 10_000 };
/** How long `read` works before it lets others have the thread, in milliseconds. */
const SLICE = 30;

/**
 * 50,000 training and 10,000 test images of 3 × 32 × 32 bytes (all red ones, row by row, all green, all
 * blue), as many of each of the ten classes.
 * @throws ConfigError if seed is not an integer from 0 to 2^53 − 1
 */
export function synthetic(options: SyntheticOptions = {}): Dataset {
  checkOptions("synthetic", options, ["seed"]);
  const { seed = 1 } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new ConfigError(`synthetic: the seed is ${seed}, expected an integer from 0 to 2^53 − 1.`);
  }
  return {
    name: "synthetic",
    origin: `seed ${seed}`,
    shape: [CHANNELS, SIDE, SIDE],
    features: FEATURES,
    classes: CLASSES,
    classNames: shapeNames,
    training: new SyntheticSamples(seed, "training", SYNTHETIC_SAMPLES.train),
    test: new SyntheticSamples(seed, "test", SYNTHETIC_SAMPLES.test),
  };
}

/** Made when the first image is: its tables take some 20 ms, and are the same for every seed. */
let painter: Painter | undefined;

class SyntheticSamples implements Samples {
  readonly count: number;
  readonly features = FEATURES;
  readonly classes = CLASSES;
  readonly elementType = "uint8";
  readonly #seed: number;
  readonly #split: string;
  /** The numbers of the images in the split; absent: 0, 1, …, count − 1. */
  readonly #rows: Uint32Array | undefined;

  constructor(seed: number, split: string, count: number, rows?: Uint32Array) {
    this.count = count;
    this.#seed = seed;
    this.#split = split;
    this.#rows = rows;
  }

  async read(target: SampleTarget, { onProgress, signal }: ReadOptions = {}): Promise<void> {
    const { values, labels } = this.#checkTarget(target);
    signal?.throwIfAborted();
    painter ??= createPainter();
    let block = -1;
    let blockLabels: Uint32Array = new Uint32Array(0);
    let sliceEnd = now() + SLICE;
    for (let i = 0; i < this.count; i++) {
      const row = this.#rows?.[i] ?? i;
      // Ten images in a row are one of each class, in a random order: every split is balanced to the image.
      const rowBlock = Math.floor(row / CLASSES);
      if (rowBlock !== block) {
        block = rowBlock;
        blockLabels = permutation(CLASSES, new Random(this.#seed, "synthetic", this.#split, "labels", block));
      }
      const label = blockLabels[row % CLASSES];
      labels[i] = label;
      painter(values, i * FEATURES, label, new Random(this.#seed, "synthetic", this.#split, row));
      const done = i + 1;
      if (done < this.count && now() >= sliceEnd) {
        onProgress?.(done, this.count);
        await otherWork();
        signal?.throwIfAborted();
        sliceEnd = now() + SLICE;
      }
    }
    onProgress?.(this.count, this.count);
  }

  select(rows: Uint32Array): Samples {
    const own = selectRows(rows, this.#rows, this.count);
    return new SyntheticSamples(this.#seed, this.#split, own.length, own);
  }

  #checkTarget({ values, labels }: SampleTarget): { values: Uint8Array; labels: TargetArray } {
    const expected = this.count * FEATURES;
    if (!(values instanceof Uint8Array) || values.length !== expected || labels.length !== this.count) {
      throw new ShapeError(
        `read: the target is a ${values.constructor.name} of ${values.length} and ${labels.length} labels, ` +
          `expected a Uint8Array of ${expected} (${this.count} samples of ${FEATURES}) and ` +
          `${this.count} labels.`,
      );
    }
    return { values, labels };
  }
}
