/**
 * What a data set is to the rest of the library: how many samples of how many numbers, and a way to put them into
 * memory. Nothing is read before a training (or an evaluation) has planned its memory; the samples are then read
 * straight to where they stay, as bytes where they are bytes.
 */
import type { Signal, WasmMemory } from "../platform.ts";
import type { TargetArray, Targets, TargetTensor, WeightTensor } from "../targets.ts";
import type { Tensor } from "../tensor.ts";

/** How a sample's numbers are stored. A byte b stands for b / 255, all others for themselves. */
export type ElementType = "uint8" | "float32" | "float64";

/** Where `Samples.read` puts what it reads. */
export interface SampleTarget {
  /** (count, features), row-major; a Uint8Array, a Float32Array or a Float64Array as `elementType` says. */
  readonly values: Uint8Array | Float32Array | Float64Array;
  /**
   * (count × width), row-major, the targets: the class of each sample, 0 ≤ label < classes, in a Uint8Array up to 256 classes
   * and a Uint16Array above; numbers in a Float32Array or a Float64Array; flags, 0 or 1, in a Uint8Array.
   */
  readonly labels: TargetArray;
  /** (count), if the samples are weighted: the weight of each, ≥ 0. */
  readonly weights?: Float64Array | undefined;
}

export interface ReadOptions {
  /** Called now and then with the number of samples that are there. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends the reading, which then rejects with its reason. */
  readonly signal?: Signal;
}

/** Where samples lie that are in a memory already, which kernels see. */
export interface Residence {
  readonly memory: WasmMemory;
  /** All samples of the source, (all, features). */
  readonly values: Tensor<"uint8"> | Tensor<"float32"> | Tensor<"float64">;
  /** (all, 1) for classes, (all, width) for numbers and flags. */
  readonly labels: TargetTensor;
  /** (all, 1), of weighted samples. */
  readonly weights?: WeightTensor | undefined;
  /** Which of them these samples are, in this order; undefined: all. */
  readonly rows: Uint32Array | undefined;
}

/** A sequence of labelled samples that can be read, whole or in part. */
export interface Samples {
  /** A model that computes in this memory uses them where they are; others read them. */
  readonly residence?: Residence;
  /** Samples, from 0 to 2^32 − 1. */
  readonly count: number;
  /** Numbers in a sample, ≥ 1. */
  readonly features: number;
  /**
   * From 1 to 65,536: how many classes there are. A model needs at least as many outputs. Samples with numbers or flags have
   * their `width` here, and a model as many outputs.
   */
  readonly classes: number;
  readonly elementType: ElementType;
  /** The kind of the targets, and how many a sample has. Default: classes, and one. */
  readonly targets?: Targets | undefined;
  /** Whether each sample has a weight, by which losses and metrics count it. Default: no, and each counts once. */
  readonly weighted?: boolean | undefined;
  /** The names of the classes; of numbers or flags, the name of each. */
  readonly classNames?: readonly string[] | undefined;
  /**
   * Reads all samples into `target`, whose sizes are (count × features), (count × width) and, if they are weighted, (count).
   * What is read is checked afterwards: every label must be less than `classes`, every number finite, every flag 0 or 1,
   * every weight finite and not negative.
   * @throws DatasetError if what is read is damaged
   */
  read(target: SampleTarget, options?: ReadOptions): Promise<void>;
  /** The classes of the samples, if they are in memory: a stratified split needs them. Default: they must be read. */
  labels?(): ArrayLike<number>;
  /** The samples with these numbers, in this order; nothing is read. */
  select(rows: Uint32Array): Samples;
}

/** A named data set: samples to train on (a split takes the validation set from them) and samples to test on. */
export interface Dataset {
  /** The name in the registry: "cifar10". */
  readonly name: string;
  /** Where it came from, for people: a folder, or "seed 1". */
  readonly origin: string;
  /** The shape of a sample, [channels, height, width] for images; its product is the number of features. */
  readonly shape: readonly number[];
  readonly features: number;
  /** Classes; of numbers or flags, how many a sample has. */
  readonly classes: number;
  /** The names of the classes; of numbers or flags, the name of each. */
  readonly classNames: readonly string[];
  /** The kind of the targets, and how many a sample has. Default: classes, and one. */
  readonly targets?: Targets | undefined;
  readonly training: Samples;
  readonly test: Samples;
  /**
   * The numbers of the training samples that are trained on, and of those for validation, where that is decided already: what was
   * measured of the first is part of the samples. Default: a split decides.
   */
  readonly split?: { readonly train: Uint32Array; readonly validation: Uint32Array } | undefined;
  /** What its samples were made by, as the model's file is to have it. Default: nothing was done to them. */
  readonly preprocessing?: object | undefined;
}

/** A data set that may have nothing to test on, as a table whose rows are all for training and validation. */
export interface UntestedDataset extends Omit<Dataset, "test"> {
  readonly test?: Samples | undefined;
}
