/** What a metric is: a number, or several, that an evaluation measures beside the loss. */
import type { Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { TargetArray, TargetKind, TargetTensor } from "../targets.ts";
import type { FloatArray, Precision, Tensor } from "../tensor.ts";

/** A number, one for each class, or a matrix. */
export type MetricValue = number | readonly number[] | readonly (readonly number[])[];

/** What a metric is measured on. */
export interface MetricTask {
  readonly targets: TargetKind;
  /** Numbers that the model gives for a sample: classes, flags, or numbers. */
  readonly outputs: number;
  /** The type of the predictions. */
  readonly precision: Precision;
}

/** Some samples with what the model says of them. The arrays are valid only during the call. */
export interface MetricBatch {
  readonly count: number;
  /** (count, outputs), row-major: the last layer's output, such as probabilities. */
  readonly predictions: FloatArray;
  /** (count, 1) for classes, else (count, outputs), row-major. */
  readonly targets: TargetArray;
  /** (count), each ≥ 0; undefined: every sample counts once. */
  readonly weights?: FloatArray | undefined;
}

/** Measures one set of samples, a batch at a time. */
export interface Collector<Value = number> {
  add(batch: MetricBatch): void;
  /** The value over all batches so far. NaN where the samples do not define one. */
  result(): Value;
  /**
   * What it has measured so far, as JSON can hold it: a training that is resumed within an epoch gives it to `begin`. Default:
   * such a training cannot be saved within an epoch if it measures running training metrics.
   */
  save?(): unknown;
}

/**
 * A number (or several) that is watched beside the loss. It has one of the methods, or both: `forward` then measures
 * classes without weights, and `begin` all others.
 *
 *     // The largest error of a regression.
 *     const largest = {
 *       name: "largestError" as const,
 *       targets: ["numbers"] as const,
 *       better: "less" as const,
 *       begin() {
 *         let most = 0;
 *         return {
 *           add({ predictions, targets }: MetricBatch) {
 *             predictions.forEach((y, i) => { most = Math.max(most, Math.abs(y - targets[i]!)); });
 *           },
 *           result: () => most,
 *         };
 *       },
 *     };
 */
export interface Metric<Value = number> {
  /** The key in evaluations: "accuracy". Not "loss" or "cost", and no two of a model's metrics have the same. */
  readonly name: string;
  /** The kinds of targets that it can be measured on. Default: classes alone. */
  readonly targets?: readonly TargetKind[];
  /** Which of two values is better. Without it, the metric cannot be monitored or be a search's objective. */
  readonly better?: "more" | "less" | undefined;
  /** What an equal metric is made from. Default: a saved model has to be compiled anew. */
  describe?(): Description;
  /**
   * Writes down the metric's sum over a batch, whose mean over the samples is the value. Such a metric costs no output
   * layer and no work on the host. Sample weights are not for it.
   * @param sum (1, 1), written
   * @param scores (n, c): the outputs before the layer that the loss takes the place of
   * @param labels (n, 1)
   */
  forward?(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: TargetTensor): void;
  /**
   * Begins to measure a set of samples.
   * @param saved what `save` of an equal metric's collector gave, to go on from there. Default: nothing
   * @throws ConfigError if the metric is not for such a task
   */
  begin?(task: MetricTask, saved?: unknown): Collector<Value>;
}

/** The type of a metric's values: number for AccuracyMetrics. */
export type ValueOf<T> = T extends { begin?(...args: never): Collector<infer V> }
  ? unknown extends V
    ? number
    : V
  : number;

/** What the command line and the plots know of a metric of the library. */
export interface MetricKind extends Kind<Metric<MetricValue>> {
  /** "Accuracy". */
  readonly title: string;
  /** What it is, in a few words. */
  readonly inWords: string;
  /** The largest value that there can be, if it is good to draw the axis no further. */
  readonly most?: number;
  /** The kinds of targets on which `train` measures it without being asked. */
  readonly usualFor: readonly TargetKind[];
  /** Whether it has the unit of the targets, and takes the option `scale`. Default: no. */
  readonly inUnitOfTargets?: boolean;
}
