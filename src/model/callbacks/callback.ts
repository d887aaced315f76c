/** What a training calls as it goes on: objects of the user's own, and those of this folder. */
import type { Bytes } from "../../platform.ts";
import type { StepReport } from "../fitOptions.ts";
import type { EpochRow, History, SomeMetrics } from "../history.ts";
import type { NamedTensor } from "../safetensors.ts";

/** What a callback keeps over an interruption: a checkpoint saves it. */
export interface CallbackState {
  /** Anything that JSON can hold; NaN, infinities and −0 are kept as well. */
  readonly values?: unknown;
  /** Tensors with names of the callback's own. They are not copied: put new ones in their place, and do not change them. */
  readonly tensors?: readonly NamedTensor[];
}

/** A number that a training measures after every epoch. */
export interface Measure {
  /** "validation.loss", as in History's rows. */
  readonly name: string;
  /** Which is better; undefined if its metric does not say. */
  readonly better: "less" | "more" | undefined;
}

/** The training, as its callbacks see it. */
export interface TrainingContext {
  /** Epochs that were asked for. */
  readonly epochs: number;
  /** Update steps in an epoch. */
  readonly steps: number;
  /** The epochs that are done, those before an interruption included. */
  readonly rows: readonly EpochRow[];
  /** The measures that every row will have. */
  readonly measures: readonly Measure[];
  /**
   * Ends the training after the step or the epoch at hand. {@link History.stopped} is then "callback", and
   * {@link History.stoppedBy} says which, and this reason.
   */
  stop(reason?: string): void;
  /** Copies of the layers' tensors as they stand: parameters and statistics, without the optimizer's. */
  tensors(): NamedTensor[];
  /** Has the model hold these {@link tensors} when the training has ended, in place of its last ones. */
  leave(tensors: readonly NamedTensor[]): void;
  /**
   * All that the training needs to go on from where it stands, as the bytes of a file: see {@link FitOptions.resume}. At
   * the end it is that of the last step, whatever {@link leave} has been given.
   * @param notes anything that JSON can hold: {@link readCheckpoint} gives it back. Default: none
   */
  checkpoint(notes?: unknown): Bytes;
}

/**
 * An object that a training calls. Every method may be absent, and may return a promise, which the training awaits. They
 * are called one after another in the order of `callbacks`. If one throws, the training ends with a {@link CallbackError},
 * and the model holds the weights of the last step. `M` as in {@link Evaluation}.
 *
 *     const patience = { onEpoch: ({ train }, training) => { if (train.loss < 0.1) training.stop("good enough"); } };
 *     await model.fit(samples, { callbacks: [patience] });
 */
export interface Callback<M = SomeMetrics> {
  /** How errors and {@link History.stoppedBy} call it. Default: the name of its class. */
  readonly name?: string;
  /** Whether it is called after all others, wherever it stands. Default: false. */
  readonly runsLast?: boolean;
  /** Before the first step, or the first one after an interruption. */
  onBegin?(training: TrainingContext): void | Promise<void>;
  /** After every update step. */
  onStep?(report: StepReport, training: TrainingContext): void | Promise<void>;
  /** After every epoch and its evaluations. */
  onEpoch?(row: EpochRow<M>, training: TrainingContext): void | Promise<void>;
  /** After the last epoch, or when the training was stopped; not if it ends with an error. */
  onEnd?(history: History<M>, training: TrainingContext): void | Promise<void>;
  /** What it needs to go on after an interruption; undefined: nothing yet. The training does not wait for a promise here. */
  state?(): CallbackState | undefined;
  /** Takes over what {@link state} gave; called before {@link onBegin}. */
  restore?(state: CallbackState): void | Promise<void>;
}
