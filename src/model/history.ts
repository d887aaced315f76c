/** What a training leaves behind: a row of numbers for every epoch. */

/** The means over a set of samples, in inference mode (but see {@link EpochRow.train}). */
export interface Evaluation {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** The loss and the penalties on the weights. */
  readonly cost: number;
  /** The metrics that the model was compiled with: `accuracy`, 0 to 1. */
  readonly [metric: string]: number;
}

export interface EpochRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** The rate of the *next* update: it is read after the epoch's last, as in the report. */
  readonly learningRate: number;
  /** After the epoch; or, if fit() was asked for running training metrics, in the course of it, in training mode. */
  readonly train: Evaluation;
  readonly validation?: Evaluation;
  /** Update steps in this epoch. */
  readonly steps: number;
  /** Seconds since the training began, evaluations included. */
  readonly seconds: number;
  /** Seconds that this epoch's steps took: shuffle, gather, forward, backward and update. */
  readonly trainSeconds: number;
  readonly stepsPerSecond: number;
}

export interface History {
  readonly rows: readonly EpochRow[];
  /** Update steps in all. */
  readonly steps: number;
  readonly trainSeconds: number;
  readonly seconds: number;
  /** Why it ended before its last epoch. */
  readonly interrupted: boolean;
}
