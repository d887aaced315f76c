/** What a training leaves behind: a row of numbers for every epoch. */
import type { Metric, MetricName } from "../metrics/index.ts";

/** What an evaluation holds whatever the metrics. */
export interface Means {
  /** Mean cross-entropy, in nats. */
  readonly loss: number;
  /** The loss and the penalties on the weights. */
  readonly cost: number;
}

/**
 * The means over a set of samples, in inference mode (but see {@link EpochRow.train}), and of the metrics `M` those that
 * were asked for: `Evaluation<{ accuracy: number }>`. Where it is not known which were, each of the library's may be
 * there.
 */
export type Evaluation<M = SomeMetrics> = Means & M;

/** Of the library's metrics those that a model was compiled with, whichever they are. */
export type SomeMetrics = { readonly [name in MetricName]?: number };

/** What metrics of type `T` give: `{ accuracy: number }` for AccuracyMetrics. */
export type MetricsOf<T extends Metric> = string extends T["name"]
  ? { readonly [name: string]: number | undefined }
  : { readonly [name in T["name"]]: number };

/** An epoch's numbers; `M` as of {@link Evaluation}. */
export interface EpochRow<M = SomeMetrics> {
  /** Counted from 1. */
  readonly epoch: number;
  /** The rate of the *next* update: it is read after the epoch's last one, as in the paper. */
  readonly learningRate: number;
  /** After the epoch; or, if fit() was asked for running training metrics, in the course of it, in training mode. */
  readonly train: Evaluation<M>;
  readonly validation?: Evaluation<M>;
  /** Update steps in this epoch. */
  readonly steps: number;
  /** Seconds since the training began, evaluations included. */
  readonly seconds: number;
  /** Seconds that this epoch's steps took: shuffle, gather, forward, backward and update. */
  readonly trainSeconds: number;
  readonly stepsPerSecond: number;
}

/** What `fit` resolves with; `M` as of {@link Evaluation}. */
export interface History<M = SomeMetrics> {
  readonly rows: readonly EpochRow<M>[];
  /** Update steps in all. */
  readonly steps: number;
  readonly trainSeconds: number;
  readonly seconds: number;
  /** Why it ended before its last epoch. */
  readonly interrupted: boolean;
}
