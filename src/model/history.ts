/** The numbers that a training gives, in a row for every epoch. */
import type { MetricName, MetricValues } from "../metrics/index.ts";
import type { ValueOf } from "../metrics/metric.ts";

/** The means that every evaluation has, with any metrics. */
export interface Means {
  /** The mean of the samples' losses: with cross-entropy, in nats. */
  readonly loss: number;
  /** The loss and the penalties on the weights. */
  readonly cost: number;
}

/**
 * The means over a set of samples, in inference mode (but see {@link EpochRow.train}). `M` has the metrics that were asked
 * for: `Evaluation<{ accuracy: number }>`. If it is not known which those are, each of the library's metrics may be there.
 */
export type Evaluation<M = SomeMetrics> = Means & M;

/** The values of some of the library's metrics: those that a model was compiled with. */
export type SomeMetrics = { readonly [name in MetricName]?: MetricValues[name] };

/** The values of metrics of type `T`: `{ accuracy: number }` for AccuracyMetrics. */
export type MetricsOf<T extends { readonly name: string }> = string extends T["name"]
  ? { readonly [name: string]: ValueOf<T> | undefined }
  : { readonly [E in T as E["name"]]: ValueOf<E> };

/** The measures of an evaluation that are one number each, in its order: loss, cost, and metrics. */
export const scalars = (evaluation: object): [name: string, value: number][] =>
  Object.entries(evaluation).filter((entry): entry is [string, number] => typeof entry[1] === "number");

/** An epoch's numbers; `M` as in {@link Evaluation}. */
export interface EpochRow<M = SomeMetrics> {
  /** Counted from 1. */
  readonly epoch: number;
  /** The rate of the update *after* the epoch's last one, as in the paper that `nnwasm reproduce` repeats. */
  readonly learningRate: number;
  /** Measured after the epoch. If fit() was asked for running training metrics: during it, in training mode. */
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

/** What `fit` resolves with; `M` as in {@link Evaluation}. */
export interface History<M = SomeMetrics> {
  readonly rows: readonly EpochRow<M>[];
  /** Update steps in all. */
  readonly steps: number;
  readonly trainSeconds: number;
  readonly seconds: number;
  /** Whether its signal stopped it. */
  readonly interrupted: boolean;
  /** Why it ended: after its last epoch, by its signal, or because a callback asked for it. */
  readonly stopped: "epochs" | "signal" | "callback";
  /** The callback that asked for the end, by its name, and its reason. */
  readonly stoppedBy?: StoppedBy;
}

/** Which callback has ended a training, and why. */
export interface StoppedBy {
  readonly callback: string;
  readonly reason: string;
}
