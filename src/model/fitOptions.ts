/** The options of `fit()`: what they are, their defaults, and their checks. */
import type { Samples } from "../data/dataset.ts";
import { ConfigError, choose } from "../errors.ts";
import { checkOptions, requireBoolean, requireInteger, requireMethods, shown } from "../options.ts";
import type { Signal } from "../platform.ts";
import type { EpochRow, SomeMetrics } from "./history.ts";
import type { PlanKind } from "./lowering.ts";

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

/** `M` as of {@link Evaluation}. */
export interface FitOptions<M = SomeMetrics> {
  /** Passes over the training samples, an integer ≥ 1. Default: 20. */
  readonly epochs?: number;
  /**
   * Epochs that are done already (default 0): a model that stopped after them, with the same weights, data and seed,
   * ends with the same bits as if it had not stopped.
   */
  readonly initialEpoch?: number;
  /** Samples in an update step, an integer ≥ 1; the last of an epoch may have fewer. Default: 100. */
  readonly batchSize?: number;
  /** Evaluated after every epoch. Default: none. */
  readonly validation?: Samples | undefined;
  /** A new order in every epoch (default), or the order in which the samples are given. */
  readonly shuffle?: boolean;
  /**
   * An epoch's training loss and metrics: "full" (default), an evaluation of all training samples after the epoch, in
   * inference mode; or "running", the means over the epoch's own batches, in training mode and each before its update,
   * as Keras has them (the cost with the penalty after the epoch). That saves a pass over the samples. The weights are
   * the same.
   */
  readonly trainingMetrics?: TrainingMetrics;
  /** Decides the order of the samples. Default: the model's seed. */
  readonly seed?: number;
  /** Per-feature standardisation by the training samples' mean and standard deviation (default), or none. */
  readonly standardize?: boolean;
  /** Ends the training after the step under way; `fit` then returns what there is. */
  readonly signal?: Signal | undefined;
  /** Called after every epoch and its evaluations; what it returns is awaited. */
  readonly onEpoch?: (row: EpochRow<M>) => void | Promise<void>;
  /** Called after every update step. */
  readonly onStep?: (report: StepReport) => void;
  /**
   * Called with the number of threads that train: before the first step, or, if they are chosen automatically, when it
   * has been found, which takes some hundred steps, of one fit() or of several, and whenever another turns out to be
   * faster. `notice` says why there are fewer than were asked for.
   */
  readonly onThreads?: (report: { readonly threads: number; readonly notice?: string }) => void;
  /** While samples are read into memory. */
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

/** With their defaults. */
export type ResolvedFitOptions = Omit<LoopOptions, "chooseThreads"> & { readonly standardize: boolean };

const OPTIONS = {
  epochs: true,
  initialEpoch: true,
  batchSize: true,
  validation: true,
  shuffle: true,
  trainingMetrics: true,
  seed: true,
  standardize: true,
  signal: true,
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
  for (const name of ["onEpoch", "onStep", "onThreads", "onRead"] as const) {
    const callback = options[name];
    if (callback !== undefined && typeof callback !== "function") {
      throw new ConfigError(`${name} is ${shown(callback)}, expected a function.`);
    }
  }
  return resolved;
}
