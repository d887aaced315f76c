/** Results of trainings that never took place: what each row's accuracies are is the test's to say. */

import type { TrainingResult } from "../../src/experiments/summary.ts";
import { EXPERIMENTS, type Experiment } from "../../src/experiments/table.ts";
import type { EpochRow, Evaluation } from "../../src/model/history.ts";

export interface MadeUp {
  readonly seeds?: number;
  readonly experiments?: readonly Experiment[];
  /**
   * The accuracy of an experiment's training; by default the published one, give or take 0.002 by the seed.
   */
  readonly value?: (experiment: Experiment, seed: number) => number;
  /** Of every training; by default those of its cycles. */
  readonly epochs?: number;
  /** The validation loss after an epoch. */
  readonly validationLoss?: (experiment: Experiment, seed: number, epoch: number) => number;
}

/** A deviation of seed 1, 2, 3, …: with mean 0 and standard deviation 1 over three of them. */
export const deviation = (seed: number): number => [0, 1, -1][(seed - 1) % 3]!;

const published = (experiment: Experiment, seed: number): number => {
  const value = experiment.published ?? 0.52;
  return value === 0.1 ? 0.1 : value + 0.002 * deviation(seed);
};

/** Losses that fall, accuracies that rise to what `value` says. */
export function madeUp({
  seeds = 3,
  experiments = EXPERIMENTS,
  value = published,
  epochs: asked,
  validationLoss = (_, seed, epoch) => 1.3 + 0.5 / epoch + 0.01 * deviation(seed),
}: MadeUp = {}): TrainingResult[] {
  return experiments.flatMap((experiment) =>
    Array.from({ length: seeds }, (_, i): TrainingResult => {
      const seed = i + 1;
      const epochs = asked ?? 10 * (experiment.settings.cycles ?? 2);
      const final = value(experiment, seed);
      const rows = Array.from({ length: epochs }, (_, e): EpochRow => {
        const epoch = e + 1;
        const share = 1 - 0.3 / epoch + 0.3 / epochs;
        const evaluation = (loss: number, accuracy: number): Evaluation => ({
          loss,
          cost: loss + 0.15,
          accuracy,
        });
        return {
          epoch,
          learningRate: 1e-5 + 0.02 * (epoch % 10 <= 5 ? epoch % 10 : 10 - (epoch % 10)),
          train: evaluation(1 + 0.7 / epoch + 0.01 * deviation(seed), Math.min(1, final * share * 1.2)),
          validation: evaluation(validationLoss(experiment, seed, epoch), final * share),
          steps: 450,
          seconds: epoch,
          trainSeconds: 0.8,
          stepsPerSecond: 560,
        };
      });
      const end: Evaluation = { ...rows.at(-1)!.validation!, accuracy: final };
      return {
        id: experiment.id,
        seed,
        test: end,
        validation: end,
        rows,
        epochs,
        seconds: 20.5 + seed,
        trainSeconds: 16,
        weightsSha256: `${seed}`.padStart(64, "0123456789abcdef"),
      };
    }),
  );
}

/** A curve with these validation losses, and an accuracy that follows `accuracy`. */
export const leapingCurve = (
  losses: readonly number[],
  accuracy: (epoch: number) => number = () => 0.5,
  seed = 1,
) => ({
  seed,
  rows: losses.map((loss, i) => ({
    epoch: i + 1,
    learningRate: 0.1,
    train: { loss: 1, cost: 1, accuracy: accuracy(i + 1) },
    validation: { loss, cost: loss, accuracy: accuracy(i + 1) },
    ...{ steps: 1, seconds: 1, trainSeconds: 1, stepsPerSecond: 1 },
  })),
});
