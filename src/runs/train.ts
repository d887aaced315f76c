/** Does a training, from settings to result. A subscriber hears of it: there is no terminal and no folder here. */
import type { Dataset } from "../data/dataset.ts";
import { type Split, splitDataset } from "../data/split.ts";
import { TrainingError } from "../errors.ts";
import { batchSizes } from "../model/batches.ts";
import type { StepReport } from "../model/fitOptions.ts";
import type { EpochRow, Evaluation, History } from "../model/history.ts";
import type { Model } from "../model/model.ts";
import type { SummaryRow } from "../model/summary.ts";
import { DIVERGED_ADVICE } from "../model/totals.ts";
import {
  type ResolvedSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";
import { buildModel } from "../training/build.ts";
import { metricsFor } from "../training/metrics.ts";
import { Events, type Reading, type RunOptions } from "./events.ts";

/** A training that can begin. */
export interface TrainingPlan {
  readonly settings: ResolvedSettings;
  readonly dataset: Dataset;
  readonly split: Split;
  readonly model: Model;
  readonly summary: readonly SummaryRow[];
}

/** What a training has done when it ends, before its last epoch or after it. */
export interface Trained {
  /** Whole epochs. */
  readonly epochs: number;
  readonly steps: number;
  readonly trainSeconds: number;
  readonly stepsPerSecond: number;
  readonly threads: number;
  readonly weightsSha256: string;
}

/** The training has come to its end. */
export interface TrainingComplete {
  readonly type: "result";
  readonly trained: Trained;
  readonly test: Evaluation;
  /** After the last epoch; null if there are no validation samples. */
  readonly validation: Evaluation | null;
}

/** The training was stopped. */
export interface TrainingInterrupted {
  readonly type: "interrupted";
  /** The reason that the signal gives. */
  readonly reason: unknown;
  /** Undefined if it was stopped before its first step. */
  readonly trained: Trained | undefined;
}

/** The last event of a run that ends without an error. */
export type TrainingEnd = TrainingComplete | TrainingInterrupted;

/**
 * The events of a training, in the order in which they come: `start`; `reading`, `threads`, `step` and `epoch`, several
 * times; `trained`, also if the training was stopped; and an end. An error comes as `failed` before it is thrown.
 */
export type TrainingEvent =
  | ({ readonly type: "start" } & TrainingPlan)
  | Reading
  | { readonly type: "threads"; readonly threads: number; readonly notice?: string }
  | ({ readonly type: "step" } & StepReport)
  | { readonly type: "epoch"; readonly row: EpochRow; readonly epochs: number }
  | { readonly type: "trained"; readonly model: Model; readonly trained: Trained }
  | TrainingEnd
  | { readonly type: "failed"; readonly error: unknown; readonly model: Model };

/**
 * Builds what is to be trained.
 * @param named how errors write the name of a setting
 * @throws ConfigError if the settings contradict each other or the data; FileError if the file of `init` does not fit
 */
export async function planTraining(
  asked: TrainSettings,
  dataset: Dataset,
  named?: (key: keyof TrainSettings) => string,
): Promise<TrainingPlan> {
  const split = splitDataset(dataset, splitOptions(asked));
  const settings = resolveSettings(asked, dataset.name, split.train.count, named);
  batchSizes(split.train.count, settings.batch, settings.bn === false ? 1 : 2);
  metricsFor(settings.metrics, { name: dataset.name, targets: targetsOf(dataset).kind }, named);
  const model = await buildModel(settings, dataset);
  return { settings, dataset, split, model, summary: model.summary(dataset.features) };
}

/**
 * Trains and evaluates.
 * @returns its last event; a training that is stopped ends after the step under way
 * @throws TrainingError if it diverges; what the subscriber throws
 */
export async function train(
  plan: TrainingPlan,
  { subscriber, signal }: RunOptions<TrainingEvent>,
): Promise<TrainingEnd> {
  const { model, split } = plan;
  const events = new Events(subscriber);
  await events.emit({ type: "start", ...plan });
  const rows: EpochRow[] = [];
  let history: History;
  let test: Evaluation | undefined;
  try {
    history = await trainEpochs(plan, rows, events, signal);
    // Checked before `trained` is told: the weights of a training that diverged are not worth saving.
    if (!history.interrupted) test = await model.evaluate(split.test);
    requireFinite(model);
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      // It was stopped while the samples were read.
      return await ended(events, { type: "interrupted", reason: error, trained: undefined });
    }
    // The first error says more than a second one would.
    await events.emit({ type: "failed", error, model }).catch(() => {});
    throw error;
  }
  const { steps, trainSeconds } = history;
  const trained: Trained = {
    ...{ epochs: rows.length, steps, trainSeconds, stepsPerSecond: steps / trainSeconds },
    ...{ threads: model.threads, weightsSha256: await model.weightsSha256() },
  };
  await events.emit({ type: "trained", model, trained });
  const validation = rows.at(-1)?.validation ?? null;
  return await ended(
    events,
    test === undefined
      ? { type: "interrupted", reason: signal.reason, trained }
      : { type: "result", trained, test, validation },
  );
}

/** @param rows gets each epoch's before it is told */
function trainEpochs(
  { model, settings, split }: TrainingPlan,
  rows: EpochRow[],
  events: Events<TrainingEvent>,
  signal: AbortSignal,
): Promise<History> {
  const { epochs, batch, shuffle, trainingMetrics } = settings;
  const post = (event: TrainingEvent) => {
    events.post(event);
    events.check();
  };
  return model.fit(split.train, {
    ...{ epochs, batchSize: batch, validation: split.validation, shuffle, trainingMetrics, signal },
    onThreads: (report) => post({ type: "threads", ...report }),
    onRead: (done, total) => post({ type: "reading", done, total }),
    onStep: (report) => post({ type: "step", ...report }),
    onEpoch: async (row) => {
      rows.push(row);
      await events.emit({ type: "epoch", row, epochs });
    },
  });
}

async function ended(events: Events<TrainingEvent>, end: TrainingEnd): Promise<TrainingEnd> {
  await events.emit(end);
  return end;
}

/**
 * Checks the weights of a training that may have been stopped within an epoch: fit() checks them after whole epochs only.
 * @throws TrainingError if one is infinite or NaN
 */
function requireFinite(model: Model): void {
  const bad = model.tensors().find(({ data }) => !data.every(Number.isFinite));
  if (bad === undefined) return;
  throw new TrainingError(
    `After the last step ${bad.name} has values that are not finite. ${DIVERGED_ADVICE}`,
  );
}
