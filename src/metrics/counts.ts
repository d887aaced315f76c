/** Counts for each class (or flag), of which precision, recall and F1 are made. They take no memory for samples. */
import type { Collector, MetricBatch, MetricTask } from "./metric.ts";
import { isSet, largest, weightOf } from "./predicted.ts";
import { sums } from "./sums.ts";

/** The weights of samples, by class or flag. */
export class Counts {
  /** Those that have the class and are said to have it. */
  readonly right: Float64Array;
  /** Those that are said to have it. */
  readonly predicted: Float64Array;
  /** Those that have it. */
  readonly actual: Float64Array;
  /** Whether a sample has it, or is said to: 1 or 0. */
  readonly seen: Float64Array;
  readonly save: () => number[];
  readonly #task: MetricTask;

  constructor(task: MetricTask, saved: unknown) {
    const { outputs } = task;
    const { sums: all, save } = sums(4 * outputs, saved);
    const part = (i: number) => all.subarray(i * outputs, (i + 1) * outputs);
    this.#task = task;
    this.right = part(0);
    this.predicted = part(1);
    this.actual = part(2);
    this.seen = part(3);
    this.save = save;
    // A flag is there even if no sample has it.
    if (task.targets === "flags") this.seen.fill(1);
  }

  add(batch: MetricBatch): void {
    if (this.#task.targets === "flags") this.#addFlags(batch);
    else this.#addClasses(batch);
  }

  #addClasses(batch: MetricBatch): void {
    const { right, predicted, actual, seen } = this;
    for (let i = 0; i < batch.count; i++) {
      const label = batch.targets[i]!;
      const said = largest(batch.predictions, i, this.#task.outputs);
      const weight = weightOf(batch, i);
      actual[label]! += weight;
      predicted[said]! += weight;
      seen[label] = seen[said] = 1;
      if (label === said) right[label]! += weight;
    }
  }

  #addFlags(batch: MetricBatch): void {
    const { outputs } = this.#task;
    for (let i = 0; i < batch.count; i++) {
      const weight = weightOf(batch, i);
      for (let j = 0; j < outputs; j++) {
        const has = batch.targets[i * outputs + j] !== 0;
        const said = isSet(batch.predictions[i * outputs + j]!);
        if (has) this.actual[j]! += weight;
        if (said) this.predicted[j]! += weight;
        if (has && said) this.right[j]! += weight;
      }
    }
  }
}

/** A class's score from its counts; 0 where it would be 0 / 0. */
export type Score = (right: number, predicted: number, actual: number) => number;

/** a / b, or 0 if b is 0: scikit-learn's zero_division. */
export const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

const scores = ({ right, predicted, actual }: Counts, score: Score): number[] =>
  Array.from(right, (each, j) => score(each, predicted[j]!, actual[j]!));

/** A score for each class or flag. */
export function perClass(task: MetricTask, score: Score, saved: unknown): Collector<number[]> {
  const counts = new Counts(task, saved);
  return { add: (batch) => counts.add(batch), result: () => scores(counts, score), save: counts.save };
}

/** The mean of the scores, of the classes that a sample has or is said to have; of all flags. */
export function macro(task: MetricTask, score: Score, saved: unknown): Collector {
  const counts = new Counts(task, saved);
  return {
    add: (batch) => counts.add(batch),
    save: counts.save,
    result() {
      const seen = scores(counts, score).filter((_, j) => counts.seen[j] === 1);
      return seen.reduce((sum, each) => sum + each, 0) / seen.length;
    },
  };
}
