/** The options of `fit()`, with their defaults and checks. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError, choose } from "../errors.ts";
import { checkOptions, requireBoolean, requireInteger, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import type { Callback } from "./callbacks/callback.ts";
import { type CheckpointOptions, checkCheckpoint } from "./callbacks/checkpoint.ts";
import { checkCallbacks } from "./callbacks/runner.ts";
import { type ClassWeight, checkClassWeight } from "./classWeights.ts";
import type { EpochRow, SomeMetrics } from "./history.ts";
import type { PlanKind } from "./lowering.ts";
import { checkResumable, type Resumable } from "./resume.ts";

/** The kinds of training metrics (see {@link FitOptions.trainingMetrics}), and the training step's plan for each. */
export const trainingMetrics = { full: "train", running: "trainMeasured" } as const satisfies Record<
  string,
  PlanKind
>;
export type TrainingMetrics = keyof typeof trainingMetrics;

/** Where a training stands after a step. */
export interface StepReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The mean loss of the step's batch. */
  readonly loss: number;
  readonly learningRate: number;
}

/** The options of `fit()`; `M` as in {@link Evaluation}. */
export interface FitOptions<M = SomeMetrics> {
  /** Passes over the training samples, an integer ≥ 1. Default: 20. */
  readonly epochs?: number;
  /**
   * Epochs that are done already (default 0). A model that stopped after them ends with the same bits as if it had not
   * stopped, if weights, data and seed are the same.
   */
  readonly initialEpoch?: number;
  /** Samples in an update step, an integer ≥ 1; the last of an epoch may have fewer. Default: 100. */
  readonly batchSize?: number;
  /** Samples that are evaluated after every epoch. Default: none. */
  readonly validation?: Samples | undefined;
  /** Whether every epoch has a new order (default), or that in which the samples are given. */
  readonly shuffle?: boolean;
  /**
   * How an epoch's training loss and metrics are measured. "full" (default) is an evaluation of all training samples after
   * the epoch, in inference mode. "running" is the mean over the epoch's own batches, in training mode and each before its
   * update, as in Keras; the cost has the penalty after the epoch. This saves a pass over the samples. The weights are the
   * same.
   */
  readonly trainingMetrics?: TrainingMetrics;
  /**
   * Weighs each sample in the training's loss by its class, on top of the weight that it has itself: Σ_i c_i·w_i·l_i /
   * Σ_i c_i·w_i over the batch, as in PyTorch's CrossEntropyLoss. A table has weights, finite and ≥ 0, by the names of the classes,
   * or by their numbers if the samples have no names: { cat: 2, dog: 0.5 }; a class that is not in it weighs 1. "balanced"
   * gives each class n / (C · n_c), as scikit-learn does: n training samples, C classes that have some, n_c of this one; each
   * counts once, whatever its own weight. Evaluations do not have these weights: neither `evaluate()`, nor the rows with
   * `trainingMetrics: "full"`; the loss of "running" has them. Default: none.
   */
  readonly classWeight?: ClassWeight | undefined;
  /** Decides the order of the samples. Default: the model's seed. */
  readonly seed?: number;
  /** Per-feature standardisation by the training samples' mean and standard deviation (default), or none. */
  readonly standardize?: boolean;
  /** Ends the training after the step under way; `fit` then returns what there is. */
  readonly signal?: Signal | undefined;
  /**
   * Objects that the training calls after every step, after every epoch and at its end, in this order: EarlyStopping,
   * BestWeights, Checkpoint, CsvLog, JsonLinesLog, or your own (see {@link Callback}). Default: none.
   */
  readonly callbacks?: readonly Callback<M>[];
  /** Saves a checkpoint every so often and at the end: short for a {@link Checkpoint} among the callbacks. Default: none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Goes on with a training from a checkpoint: its file (Node only), its bytes, or what {@link readCheckpoint} gives. The
   * training ends with the same bits and the same rows as if it had not been interrupted, whatever the number of threads
   * before and after. The model's weights are those of the checkpoint then; model, options and samples must be the same.
   * Default: none, a training begins.
   */
  readonly resume?: Resumable;
  /** Called after every epoch and its evaluations, before the callbacks; what it returns is awaited. */
  readonly onEpoch?: (row: EpochRow<M>) => void | Promise<void>;
  /** Called after every update step. */
  readonly onStep?: (report: StepReport) => void;
  /**
   * Called with the number of threads that train, before the first step. If the number is chosen automatically, it is
   * called when the number has been found, which takes some hundred steps of one fit() or of several, and whenever another
   * turns out to be faster. `notice` says why there are fewer than were asked for.
   */
  readonly onThreads?: (report: { readonly threads: number; readonly notice?: string }) => void;
  /** Called while samples are read into memory. */
  readonly onRead?: (done: number, total: number) => void;
}

export interface LoopOptions extends FitOptions {
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly trainingMetrics: TrainingMetrics;
  /** Whether to find out how many threads are fastest. */
  readonly chooseThreads: boolean;
}

/** The options with their defaults. */
export type ResolvedFitOptions = Omit<LoopOptions, "chooseThreads"> & { readonly standardize: boolean };

const OPTIONS = {
  epochs: true,
  initialEpoch: true,
  batchSize: true,
  validation: true,
  shuffle: true,
  trainingMetrics: true,
  classWeight: true,
  seed: true,
  standardize: true,
  signal: true,
  callbacks: true,
  checkpoint: true,
  resume: true,
  onEpoch: true,
  onStep: true,
  onThreads: true,
  onRead: true,
} satisfies Record<keyof FitOptions, true>;

/**
 * The options with their defaults.
 * @param seed the model's
 * @throws ConfigError if an option is unknown, or its value out of range
 */
export function resolveFitOptions(options: FitOptions, seed: number): ResolvedFitOptions {
  checkOptions("Model.fit", options, Object.keys(OPTIONS));
  const resolved = {
    ...options,
    epochs: options.epochs ?? 20,
    initialEpoch: options.initialEpoch ?? 0,
    batchSize: options.batchSize ?? 100,
    shuffle: options.shuffle ?? true,
    trainingMetrics: options.trainingMetrics ?? "full",
    seed: options.seed ?? seed,
    standardize: options.standardize ?? true,
  };
  const { epochs, initialEpoch, signal } = resolved;
  choose("trainingMetrics", trainingMetrics, resolved.trainingMetrics);
  requireInteger("epochs", epochs);
  if (!Number.isInteger(initialEpoch) || initialEpoch < 0 || initialEpoch >= epochs) {
    throw new ConfigError(
      `initialEpoch is ${shown(initialEpoch)}, expected an integer from 0 to ${epochs - 1}, one less than epochs.`,
    );
  }
  requireInteger("batchSize", resolved.batchSize);
  requireInteger("seed", resolved.seed, 0);
  requireBoolean("shuffle", resolved.shuffle);
  requireBoolean("standardize", resolved.standardize);
  if (signal !== undefined) {
    requireMethods(
      "signal",
      signal,
      ["addEventListener", "throwIfAborted"],
      "the signal of an AbortController",
    );
  }
  checkClassWeight(options.classWeight);
  checkCallbacks(options.callbacks);
  if (options.checkpoint !== undefined) checkCheckpoint("Model.fit: checkpoint", options.checkpoint);
  checkResumable(options.resume);
  for (const name of ["onEpoch", "onStep", "onThreads", "onRead"] as const) {
    const callback = options[name];
    if (callback !== undefined && typeof callback !== "function") {
      throw new ConfigError(`${name} is ${shown(callback)}, expected a function.`);
    }
  }
  return resolved;
}
