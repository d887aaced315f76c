/** Does a training, from settings to result. A subscriber hears of it: there is no terminal and no folder here. */
import type { UntestedDataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { SamplesSplit } from "../data/splitSamples.ts";
import { CallbackError, ConfigError, DatasetError, FileError, TrainingError } from "../errors.ts";
import { batchSizes } from "../model/batches.ts";
import { BestWeights, type Callback, Checkpoint, EarlyStopping } from "../model/callbacks/index.ts";
import { resolveMonitor } from "../model/callbacks/monitor.ts";
import type { TrainingCheckpoint } from "../model/checkpoint.ts";
import type { StepReport } from "../model/fitOptions.ts";
import { measureIntervals } from "../model/heldOut.ts";
import type { EpochRow, Evaluation, History } from "../model/history.ts";
import type { Model } from "../model/model.ts";
import { requireSameData } from "../model/resume.ts";
import type { SummaryRow } from "../model/summary.ts";
import { DIVERGED_ADVICE } from "../model/totals.ts";
import { isInitialFile } from "../settings/parse.ts";
import { checkRateFactors } from "../settings/rateFactors.ts";
import {
  DEFAULTS,
  type ResolvedSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";
import { buildModel } from "../training/build.ts";
import { checkStandardize, standardizesInputs } from "../training/inputs.ts";
import { classWeightFor, lossFor } from "../training/loss.ts";
import { metricsFor } from "../training/metrics.ts";
import { Events, type Reading, type RunOptions } from "./events.ts";

/** A training that can begin. */
export interface TrainingPlan {
  readonly settings: ResolvedSettings;
  readonly dataset: UntestedDataset;
  readonly split: SamplesSplit;
  readonly model: Model;
  readonly summary: readonly SummaryRow[];
}

/** Where a training goes on. */
export interface Resumed {
  /** The epoch that is trained, counted from 1. */
  readonly epoch: number;
  /** Steps done in it. */
  readonly step: number;
  /** The epochs before. */
  readonly rows: readonly EpochRow[];
}

/** How a training is done, beside its plan. */
export interface TrainOptions extends RunOptions<TrainingEvent> {
  /** Goes on from a checkpoint; null: from the beginning, as there was none yet. Default: it is no resumption. */
  readonly from?: TrainingCheckpoint | null | undefined;
  /** Keeps a checkpoint. Default: none are made. */
  readonly saveCheckpoint?: (bytes: Uint8Array) => Promise<void>;
  /** Callbacks of whoever watches; they are called before those that the settings ask for. Default: none. */
  readonly callbacks?: readonly Callback[];
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
  /** The epoch whose weights are kept, where that is not the last one. */
  readonly keptEpoch?: number;
  /** Why it ended before its last epoch. */
  readonly stoppedEarly?: string;
  /** Seconds for which checkpoints held it up, over all sessions of a run that was interrupted. */
  readonly checkpointSeconds: number;
}

/** The training has come to its end. */
export interface TrainingComplete {
  readonly type: "result";
  readonly trained: Trained;
  /** Null if there are no test samples. */
  readonly test: Evaluation | null;
  /** After the epoch whose weights are kept; null if there are no validation samples. */
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
 * The events of a training, in the order in which they come: `start`; `resume`, if it goes on; `reading`, `threads`, `step` and `epoch`, several
 * times; `trained`, also if the training was stopped; and an end. An error comes as `failed` before it is thrown.
 */
export type TrainingEvent =
  | ({ readonly type: "start" } & TrainingPlan)
  | ({ readonly type: "resume" } & Resumed)
  | Reading
  | { readonly type: "threads"; readonly threads: number; readonly notice?: string }
  | ({ readonly type: "step" } & StepReport)
  | { readonly type: "epoch"; readonly row: EpochRow; readonly epochs: number }
  | { readonly type: "trained"; readonly model: Model; readonly trained: Trained }
  | TrainingEnd
  | { readonly type: "failed"; readonly error: unknown; readonly model: Model };

/**
 * Builds what is to be trained.
 * @param options.isResumed whether a checkpoint gives the weights, so that the file of `init` may be gone
 * @param named how errors write the name of a setting
 * @throws ConfigError if the settings contradict each other or the data; FileError if the file of `init` does not fit
 */
export async function planTraining(
  asked: TrainSettings,
  dataset: UntestedDataset,
  named: (key: keyof TrainSettings) => string = String,
  { isResumed = false } = {},
): Promise<TrainingPlan> {
  if (asked.candidates !== undefined) {
    throw new ConfigError(
      `${named("candidates")} are weighed by an ensemble, and this is the training of one network. Give ${named("members")} 5, or ` +
        "leave it out.",
    );
  }
  const split = splitDataset(dataset, splitOptions(asked));
  const settings = resolveSettings(asked, dataset.name, split.train.count, named);
  batchSizes(split.train.count, settings.batch, settings.bn === false ? 1 : 2);
  checkStandardize(settings, dataset, named);
  lossFor(settings, dataset, named);
  checkRateFactors(settings, () => false, named);
  metricsFor(settings.metrics, { name: dataset.name, targets: targetsOf(dataset).kind }, named);
  const ownWeights =
    isResumed && isInitialFile(settings.init) ? { ...settings, init: DEFAULTS.init } : settings;
  const model = await buildModel(ownWeights, dataset);
  checkStopping(settings, model.measures(split.validation !== undefined), named);
  return { settings, dataset, split, model, summary: model.summary(dataset.features) };
}

/** @throws ConfigError if there is no such measure to go by, or nothing goes by what is given */
function checkStopping(
  { patience, keep, monitor, minDelta }: ResolvedSettings,
  measures: ReturnType<Model["measures"]>,
  named: (key: keyof TrainSettings) => string,
): void {
  if (patience !== undefined || keep === "best") {
    resolveMonitor(named("monitor"), { monitor: monitor ?? "validation.loss" }, { measures });
  } else if (monitor !== undefined) {
    throw new ConfigError(
      `${named("monitor")} is what ${named("patience")} and ${named("keep")} best go by, and there is neither. ` +
        "Give one of them, or leave it out.",
    );
  }
  if (minDelta > 0 && patience === undefined) {
    throw new ConfigError(
      `${named("minDelta")} is of ${named("patience")}, which is not there. Give that, or leave it out.`,
    );
  }
}

/**
 * Trains and evaluates.
 * @returns its last event; a training that is stopped ends after the step under way
 * @throws TrainingError if it diverges; what the subscriber throws
 */
export async function train(plan: TrainingPlan, options: TrainOptions): Promise<TrainingEnd> {
  const { model, split } = plan;
  const { subscriber, signal, from } = options;
  const events = new Events(subscriber);
  await events.emit({ type: "start", ...plan });
  if (from !== undefined) await events.emit({ type: "resume", ...positionOf(from, plan.settings.epochs) });
  const training = new Parts(plan, options);
  let history: History;
  let test: Evaluation | null = null;
  try {
    history = await trainEpochs(plan, training, events, options);
    // Checked before `trained` is told: the weights of a training that diverged are not worth saving.
    if (!history.interrupted && split.test !== undefined) test = await model.evaluate(split.test);
    requireFinite(model);
    if (!history.interrupted) await measureIntervals(model, split.validation, plan.dataset.preprocessing);
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      // It was stopped while the samples were read.
      return await ended(events, { type: "interrupted", reason: error, trained: undefined });
    }
    // The first error says more than a second one would.
    const failure = causeOf(error);
    await events.emit({ type: "failed", error: failure, model }).catch(() => {});
    throw failure;
  }
  const { rows, steps, trainSeconds, stoppedBy } = history;
  const keptEpoch = training.best?.epoch;
  const trained: Trained = {
    ...{ epochs: rows.length, steps, trainSeconds, stepsPerSecond: steps / trainSeconds },
    ...{ threads: model.threads, weightsSha256: await model.weightsSha256() },
    ...(keptEpoch !== undefined && { keptEpoch }),
    ...(stoppedBy && { stoppedEarly: stoppedBy.reason }),
    checkpointSeconds: training.checkpointSeconds,
  };
  await events.emit({ type: "trained", model, trained });
  // What comes now (plots, summaries) shall not need memory beside that of the samples, nor have threads beside it.
  await model.close();
  const last = keptEpoch === undefined ? rows.at(-1) : rows.find(({ epoch }) => epoch === keptEpoch);
  const validation = last?.validation ?? null;
  return await ended(
    events,
    history.interrupted
      ? { type: "interrupted", reason: signal.reason, trained }
      : { type: "result", trained, test, validation },
  );
}

/** What is wrong: of a callback of this run, its own error. */
function causeOf(error: unknown): unknown {
  const cause = error instanceof CallbackError ? error.cause : undefined;
  return cause instanceof FileError || cause instanceof DatasetError ? cause : error;
}

/** Where a training goes on; the end of the last epoch if all are done. */
function positionOf(from: TrainingCheckpoint | null, epochs: number): Resumed {
  const { epoch, step, rows } = from ?? { epoch: 1, step: 0, rows: [] };
  return epoch > epochs ? { epoch: epochs, step: rows.at(-1)?.steps ?? 0, rows } : { epoch, step, rows };
}

/** What a checkpoint keeps beside the training. One of an older version keeps less. */
interface Notes {
  /** The fingerprint of the test samples, which the training itself does not see; "none" if there are none. */
  readonly testSamples?: string;
  /** Seconds for which checkpoints had held up the training. */
  readonly checkpointSeconds?: number;
}

/** The callbacks of a training that its settings, and its checkpoints, ask for. */
class Parts {
  readonly best: BestWeights | EarlyStopping | undefined;
  readonly #checkpoint: Checkpoint | undefined;
  readonly #plan: TrainingPlan;
  readonly #from: TrainingCheckpoint | undefined;
  readonly #before: Notes;
  #testSamples: string | undefined;

  constructor(plan: TrainingPlan, { saveCheckpoint, from }: TrainOptions) {
    const { patience, minDelta, monitor = "validation.loss", keep, checkpointEvery } = plan.settings;
    this.#plan = plan;
    this.#from = from ?? undefined;
    this.#before = (from?.notes ?? {}) as Notes;
    if (patience !== undefined) {
      this.best = new EarlyStopping({ monitor, patience, minDelta, restoreBest: keep === "best" });
    } else if (keep === "best") this.best = new BestWeights({ monitor });
    if (saveCheckpoint === undefined) return;
    const often = checkpointEvery === 0 ? { everyEpochs: 1 } : { everySeconds: checkpointEvery };
    this.#checkpoint = new Checkpoint({ save: saveCheckpoint, ...often, notes: () => this.#notes() });
  }

  get callbacks(): Callback[] {
    const compare = { name: "the test samples", onBegin: () => this.#compareTestSamples() };
    const isKept = this.#checkpoint !== undefined || this.#from !== undefined;
    return [this.best, isKept ? compare : undefined, this.#checkpoint].filter((each) => each !== undefined);
  }

  get checkpointSeconds(): number {
    return (this.#before.checkpointSeconds ?? 0) + (this.#checkpoint?.seconds ?? 0);
  }

  #notes(): Notes {
    return { testSamples: this.#testSamples!, checkpointSeconds: this.checkpointSeconds };
  }

  /** @throws DatasetError if the run goes on, and they are not those with which it was begun */
  async #compareTestSamples(): Promise<void> {
    const { model, split } = this.#plan;
    const now = split.test === undefined ? "none" : await model.fingerprint(split.test, "The test samples");
    const { testSamples = now } = this.#before;
    if (this.#from !== undefined) {
      const { from } = this.#from;
      requireSameData({ data: { "test samples": testSamples }, from }, { "test samples": now });
    }
    this.#testSamples = now;
  }
}

function trainEpochs(
  { model, settings, dataset, split }: TrainingPlan,
  { callbacks }: Parts,
  events: Events<TrainingEvent>,
  { signal, from, callbacks: watching = [] }: TrainOptions,
): Promise<History> {
  const { epochs, batch, shuffle, trainingMetrics } = settings;
  const post = (event: TrainingEvent) => {
    events.post(event);
    events.check();
  };
  return model.fit(split.train, {
    ...{
      epochs,
      batchSize: batch,
      validation: split.validation,
      shuffle,
      standardize: standardizesInputs(settings, dataset),
      trainingMetrics,
      signal,
      callbacks: [...watching, ...callbacks],
    },
    classWeight: classWeightFor(settings, dataset, split.train),
    ...(from && { resume: from }),
    onThreads: (report) => post({ type: "threads", ...report }),
    onRead: (done, total) => post({ type: "reading", done, total }),
    onStep: (report) => post({ type: "step", ...report }),
    onEpoch: (row) => events.emit({ type: "epoch", row, epochs }),
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
