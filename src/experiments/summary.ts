/** Makes the rows of a table from trainings: an experiment, its trainings, and their mean and spread over seeds. */
import type { EpochRow, Evaluation } from "../model/history.ts";
import { isNumber, isOutside, statistics } from "./statistics.ts";
import type { Experiment } from "./table.ts";

/** A training of an experiment. */
export interface TrainingResult {
  /** The experiment's id. */
  readonly id: string;
  readonly seed: number;
  /** Measured after the last epoch; null if the training failed. */
  readonly test: Evaluation | null;
  /** Measured after the last epoch; null if the training failed, or if there is no validation set. */
  readonly validation: Evaluation | null;
  readonly rows: readonly EpochRow[];
  readonly epochs: number;
  /** Seconds in all, evaluations included. */
  readonly seconds: number;
  /** Seconds of the update steps alone. */
  readonly trainSeconds: number;
  readonly weightsSha256: string;
  /** Why a training that diverged has no result. */
  readonly error?: string;
}

/** An experiment, its trainings, and their statistics. */
export interface RowSummary {
  readonly experiment: Experiment;
  /** The trainings in the order of their seeds. */
  readonly trainings: readonly TrainingResult[];
  /** The accuracies of the trainings that have one, in the order of their seeds. */
  readonly values: readonly number[];
  /** The trainings that have none. */
  readonly diverged: readonly TrainingResult[];
  /** The mean of the values; undefined if there are none. */
  readonly mean: number | undefined;
  /** Sample standard deviation of the values, n − 1; undefined for fewer than two. */
  readonly sd: number | undefined;
  /** The mean less the published value. */
  readonly difference: number | undefined;
  /**
   * Whether the published value lies more than three standard deviations from the mean; see {@link
   * isOutside}.
   */
  readonly outside: boolean;
}

/** A row for every experiment, in their order. Of two trainings with one seed, the later counts. */
export function summarize(
  experiments: readonly Experiment[],
  results: readonly TrainingResult[],
): RowSummary[] {
  return experiments.map((experiment) => {
    const bySeed = new Map(results.filter(({ id }) => id === experiment.id).map((r) => [r.seed, r]));
    const trainings = [...bySeed.values()].sort((a, b) => a.seed - b.seed);
    const values = trainings.map((training) => accuracy(training, experiment.metric)).filter(isNumber);
    const { mean, sd } = statistics(values);
    const { published } = experiment;
    const difference = mean === undefined || published === undefined ? undefined : mean - published;
    return {
      experiment,
      trainings,
      values,
      diverged: trainings.filter((training) => accuracy(training, experiment.metric) === undefined),
      mean,
      sd,
      difference,
      outside: isOutside(difference, sd),
    };
  });
}

/** The accuracy after the last epoch; undefined if the training failed. */
export function accuracy(training: TrainingResult, set: "test" | "validation"): number | undefined {
  if (training.error !== undefined) return undefined;
  const value = training[set]?.accuracy;
  return isNumber(value) ? value : undefined;
}

/** How many epochs a row's trainings have; undefined if there are no trainings. */
export function lastEpochOf({ trainings }: RowSummary): number | undefined {
  return trainings.length === 0 ? undefined : Math.max(...trainings.map(({ epochs }) => epochs));
}
