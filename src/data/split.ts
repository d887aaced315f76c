/** Training and validation sets from a data set's training samples. */
import { ConfigError } from "../errors.ts";
import { checkOptions, shown } from "../options.ts";
import { permutation, Random } from "../random.ts";
import type { Dataset, Samples, UntestedDataset } from "./dataset.ts";
import { type SamplesSplit, type SamplesSplitOptions, splitSamples } from "./splitSamples.ts";

export interface SplitOptions {
  /**
   * Samples taken for validation, at random: an integer from 0 to one less than there are, or a share, 0 < share < 1, which is
   * rounded and at least one sample. Default: 5000.
   */
  readonly validation?: number;
  /** Keeps only the first so many training samples of the split, ≥ 1; validation and test stay. Default: all. */
  readonly limit?: number | undefined;
  /** Decides which samples are taken, and the order of all. Default: 1. */
  readonly seed?: number;
}

export interface Split {
  readonly train: Samples;
  /** Undefined if none were asked for. */
  readonly validation: Samples | undefined;
  readonly test: Samples;
}

/**
 * Splits the training samples of a data set at random (seeded, not stratified).
 * @throws ConfigError if validation leaves nothing to train on, or limit is not a positive integer
 */
export function splitDataset(dataset: Dataset, options?: SplitOptions): Split;
/** The same of a data set that may have no test set. */
export function splitDataset(dataset: UntestedDataset, options?: SplitOptions): SamplesSplit;
/**
 * Splits samples of one's own into training, validation and test sets, as {@link SamplesSplitOptions} says: at random,
 * stratified by class, by group, in the order of time, or as given.
 * @throws ConfigError if an option is out of its range, or nothing would be left to train on
 */
export function splitDataset(samples: Samples, options: SamplesSplitOptions): SamplesSplit;
export function splitDataset(
  dataset: UntestedDataset | Samples,
  options: SplitOptions & SamplesSplitOptions = {},
): SamplesSplit {
  const where = "splitDataset";
  if (isSamples(dataset)) return splitSamples(dataset, options);
  checkOptions(where, options, ["validation", "limit", "seed"]);
  if (typeof dataset !== "object" || dataset === null || typeof dataset.training?.select !== "function") {
    throw new ConfigError(
      `${where}: the data set is ${shown(dataset)}, expected cifar10(…), samplesFromArrays(…) or the like.`,
    );
  }
  if (dataset.split !== undefined) {
    const { train, validation } = dataset.split;
    return {
      train: dataset.training.select(train),
      validation: validation.length === 0 ? undefined : dataset.training.select(validation),
      test: dataset.test,
    };
  }
  const { validation: asked = 5000, limit, seed = 1 } = options;
  const count = dataset.training.count;
  const validation = validationCount(asked, count);
  if (!Number.isInteger(validation) || validation < 0 || validation >= count) {
    throw new ConfigError(
      `${shown(asked)} validation samples were asked for, expected an integer from 0 to ${count - 1}, or a share below 1: ` +
        `${dataset.name} has ${count} samples to train on.`,
    );
  }
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1)) {
    throw new ConfigError(`The limit is ${shown(limit)}, expected an integer ≥ 1.`);
  }
  const order = permutation(count, new Random(seed, "split"));
  const train = order.subarray(validation, limit === undefined ? count : Math.min(count, validation + limit));
  return {
    train: dataset.training.select(train),
    validation: validation === 0 ? undefined : dataset.training.select(order.subarray(0, validation)),
    test: dataset.test,
  };
}

const isSamples = (data: UntestedDataset | Samples): data is Samples =>
  typeof data === "object" && data !== null && typeof (data as Partial<Samples>).select === "function";

/** The number of validation samples that a share of `count` is; a number as it is. */
export const validationCount = (asked: number, count: number): number =>
  asked > 0 && asked < 1 ? Math.max(1, Math.round(asked * count)) : asked;
