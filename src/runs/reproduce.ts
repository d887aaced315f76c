/** Does the paper's trainings anew, side by side. A subscriber hears of them: there is no terminal and no folder here. */
import type { Dataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { TrainingError } from "../errors.ts";
import { accuracy, type RowSummary, summarize, type TrainingResult } from "../experiments/summary.ts";
import {
  appendixExperiments,
  type Experiment,
  freshExperiment,
  selectExperiments,
} from "../experiments/table.ts";
import { batchSizes } from "../model/batches.ts";
import type { TrainingMetrics } from "../model/fitOptions.ts";
import { now } from "../runtime.ts";
import {
  DEFAULTS,
  mergeSettings,
  PAPER_L2,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../settings/settings.ts";
import type { OpenPool, Pool } from "../training/job.ts";
import { CoarseToFineSampler } from "../tuner/samplers/index.ts";
import { float } from "../tuner/searchSpace.ts";
import { Study } from "../tuner/study.ts";
import type { FinishedTrial } from "../tuner/trial.ts";
import { Events, type Reading, type RunOptions } from "./events.ts";

/** What is to be reproduced. */
export interface Reproduction {
  /** As {@link selectExperiments} takes them. */
  readonly ids: readonly string[];
  /** The seeds, at least one. Every experiment is trained with each. */
  readonly seeds: readonly number[];
  /** The settings of every training that differ from the paper. */
  readonly changes: Partial<TrainSettings>;
  /** Whether to do what is beyond the paper, too. */
  readonly appendix: boolean;
  /** Whether to do the paper's search anew, too. */
  readonly freshSearch: boolean;
  /** The training metrics of trainings whose curves are not shown. */
  readonly trainingMetrics: TrainingMetrics;
}

/** The result of a training, with its λ if a search proposed it. */
export type RecordedTraining = TrainingResult & { readonly l2?: number };

/** A training that is to be done, unless an earlier run has done it. */
interface Job {
  readonly experiment: Experiment;
  readonly settings: TrainSettings;
  /** The λ that a search proposed. */
  readonly l2?: number;
}

/** A reproduction that can begin. */
export interface ReproductionPlan {
  readonly dataset: Dataset;
  /** Samples to train on. */
  readonly samples: number;
  readonly experiments: readonly Experiment[];
  readonly appendix: readonly Experiment[];
  readonly freshSearch: boolean;
  readonly seeds: readonly number[];
  /** The settings of all trainings, but for what an experiment changes. */
  readonly base: TrainSettings;
  /** The trainings, without those of the search. */
  readonly jobs: readonly Job[];
  /** How many trainings there are in all. */
  readonly trainings: number;
  /** Epochs of all trainings together. */
  readonly epochs: number;
}

/** All trainings have ended. */
export interface ReproductionComplete {
  readonly type: "result";
  /** The trainings in the order of the plan's jobs, whichever ended first, then those of the search. */
  readonly trainings: readonly RecordedTraining[];
  /** One for each experiment, those of the search last. */
  readonly rows: readonly RowSummary[];
  /** The experiments of the search. */
  readonly fresh: readonly Experiment[];
  /** Bytes of the pool's memory. */
  readonly memoryBytes: number;
}

/** It was stopped. */
export interface ReproductionInterrupted {
  readonly type: "interrupted";
  /** How many have ended, those of earlier runs included. */
  readonly trainings: number;
}

/** The last event of a run that ends without an error. */
export type ReproductionEnd = ReproductionComplete | ReproductionInterrupted;

/**
 * The events of a reproduction, in the order in which they come: `start`; `reading`; `found` for each training of an
 * earlier run, `epoch` and `training` for the others, and `experiment` as soon as a row has all its trainings; `trained`
 * after the last one; and an end. An error comes as `failed` before it is thrown.
 */
export type ReproductionEvent =
  | { readonly type: "start"; readonly plan: ReproductionPlan }
  | Reading
  | { readonly type: "found"; readonly training: RecordedTraining }
  | { readonly type: "epoch"; readonly id: string; readonly seed: number; readonly epoch: number }
  | { readonly type: "training"; readonly training: RecordedTraining }
  | { readonly type: "experiment"; readonly row: RowSummary }
  | { readonly type: "trained" }
  | ReproductionEnd
  | { readonly type: "failed"; readonly error: unknown };

/** How many trainings a run's own search has: as many as the paper's. */
export const FRESH_TRAININGS = new CoarseToFineSampler().limit();

/** The settings of all trainings, but for what an experiment changes. */
export const baseSettings = ({ changes, seeds, trainingMetrics }: Reproduction): TrainSettings =>
  mergeSettings({ l2: PAPER_L2 }, changes, { seed: seeds[0]!, trainingMetrics, threads: 1 });

/**
 * @param named how errors write the name of a setting
 * @throws ConfigError if an id stands for no experiment, or the changes do not fit the data set
 */
export function planReproduction(
  asked: Reproduction,
  dataset: Dataset,
  named?: (key: keyof TrainSettings) => string,
): ReproductionPlan {
  const { seeds, changes, freshSearch } = asked;
  const base = baseSettings(asked);
  const samples = splitDataset(dataset, splitOptions(base)).train.count;
  batchSizes(samples, base.batch, 2); // most of the networks normalise
  const experiments = selectExperiments(asked.ids);
  const appendix = asked.appendix ? appendixExperiments() : [];
  // The report shows the curves of these trainings, with measures taken after each epoch.
  const drawn = new Set([...experiments.filter(({ readings }) => readings !== undefined), ...appendix]);
  const jobs = seeds.flatMap((seed) =>
    [...experiments, ...appendix].map((experiment): Job => {
      const trainingMetrics = drawn.has(experiment) ? DEFAULTS.trainingMetrics : base.trainingMetrics;
      const own = { seed, trainingMetrics, threads: 1 };
      return { experiment, settings: mergeSettings({ l2: PAPER_L2 }, experiment.settings, changes, own) };
    }),
  );
  const epochsOf = (settings: TrainSettings) =>
    resolveSettings(settings, dataset.name, samples, named).epochs;
  const searches = freshSearch ? FRESH_TRAININGS : 0;
  return {
    ...{ dataset, samples, experiments, appendix, freshSearch, seeds, base, jobs },
    trainings: jobs.length + searches,
    epochs: jobs.reduce((sum, { settings }) => sum + epochsOf(settings), searches * epochsOf(base)),
  };
}

/**
 * Does the trainings that are missing.
 * @param before trainings that have ended in an earlier run
 * @returns its last event; a run that is stopped ends at once, without the trainings under way
 * @throws an error of a training, unless it diverges, which is a result; what the subscriber throws
 */
export async function reproduce(
  plan: ReproductionPlan,
  before: readonly RecordedTraining[],
  openPool: OpenPool,
  { subscriber, signal }: RunOptions<ReproductionEvent>,
): Promise<ReproductionEnd> {
  const events = new Events(subscriber);
  const trainings = new Trainings(plan, before, events);
  let end: ReproductionEnd;
  try {
    await events.emit({ type: "start", plan });
    const pool = await openPool((done, total) => events.post({ type: "reading", done, total }));
    let fresh: readonly Experiment[] = [];
    try {
      await trainings.doJobs(pool);
      if (plan.freshSearch) fresh = await trainings.search(pool, signal);
    } finally {
      await pool.close();
    }
    await events.emit({ type: "trained" });
    end = trainings.end(fresh, pool.memoryBytes);
  } catch (error) {
    if (!signal.aborted) {
      // The first error says more than a second one would.
      await events.emit({ type: "failed", error }).catch(() => {});
      throw error;
    }
    end = { type: "interrupted", trainings: trainings.count };
  }
  await events.emit(end);
  return end;
}

const keyOf = ({ id, seed }: { readonly id: string; readonly seed: number }) => `${id} ${seed}`;
const nameOf = ({ experiment: { id }, settings: { seed } }: Job) => ({ id, seed });

/** The trainings that have ended, to which it adds those that are missing. */
class Trainings {
  readonly #plan: ReproductionPlan;
  readonly #events: Events<ReproductionEvent>;
  /** The trainings by {@link keyOf}. */
  readonly #results: Map<string, RecordedTraining>;

  constructor(
    plan: ReproductionPlan,
    before: readonly RecordedTraining[],
    events: Events<ReproductionEvent>,
  ) {
    this.#plan = plan;
    this.#events = events;
    this.#results = new Map(before.map((training) => [keyOf(training), training]));
  }

  get count(): number {
    return this.#results.size;
  }

  /** Does the jobs that are not done; tells each row as soon as it has all its seeds. */
  async doJobs(pool: Pool): Promise<void> {
    const { jobs, seeds } = this.#plan;
    const told = new Set<string>();
    const tellRow = async ({ experiment }: Job) => {
      const trainings = seeds.map((seed) => this.#results.get(keyOf({ id: experiment.id, seed })));
      if (told.has(experiment.id) || trainings.includes(undefined)) return;
      told.add(experiment.id);
      const [row] = summarize([experiment], trainings as RecordedTraining[]);
      await this.#events.emit({ type: "experiment", row: row! });
    };
    const missing: Job[] = [];
    for (const job of jobs) {
      const training = this.#results.get(keyOf(nameOf(job)));
      if (training === undefined) missing.push(job);
      else await this.#events.emit({ type: "found", training });
      await tellRow(job);
    }
    let failure: { readonly reason: unknown } | undefined;
    await Promise.all(
      missing.map(async (job) => {
        try {
          await this.#train(pool, job);
          await tellRow(job);
        } catch (reason) {
          failure ??= { reason };
          // The other trainings end, too, but an event that is being told is told to the end.
          await pool.close();
        }
      }),
    );
    if (failure !== undefined) throw failure.reason;
  }

  /** One training. One that diverges is a result as well. */
  async #train(pool: Pool, job: Job): Promise<RecordedTraining> {
    const { settings, l2 } = job;
    const name = nameOf(job);
    const begin = now();
    const facts = { ...name, ...(l2 !== undefined && { l2 }) };
    const onEpoch = ({ epoch }: { epoch: number }) => this.#events.post({ type: "epoch", ...name, epoch });
    let training: RecordedTraining;
    try {
      const { rows, seconds, trainSeconds, end } = await pool.run(
        { name: `${name.id}, seed ${name.seed}`, settings },
        { onEpoch },
      );
      const { test, weightsSha256 } = end!;
      const validation = rows.at(-1)!.validation ?? null;
      training = {
        ...{
          ...facts,
          test: test ?? null,
          validation,
          epochs: rows.length,
          seconds,
          trainSeconds,
          weightsSha256,
          rows,
        },
      };
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error;
      const { epochs } = resolveSettings(settings, this.#plan.dataset.name, this.#plan.samples);
      const seconds = (now() - begin) / 1000;
      training = {
        ...{ ...facts, test: null, validation: null, epochs, seconds, trainSeconds: seconds },
        ...{ weightsSha256: "", error: error.message, rows: [] },
      };
    }
    await this.#events.emit({ type: "training", training });
    this.#results.set(keyOf(name), training);
    return training;
  }

  /** Does the paper's search anew. Its λ follow from the seed. */
  async search(pool: Pool, signal: AbortSignal): Promise<Experiment[]> {
    const { base } = this.#plan;
    const sampler = new CoarseToFineSampler();
    const space = { l2: float(1e-5, 1e-1, { log: true }) };
    const experiments: Experiment[] = [];
    const before: FinishedTrial[] = [];
    const probe = new Study({ sampler, space, seed: base.seed });
    for (let number = 0; number < sampler.limit(); number++) {
      const { round, first } = probe.roundOf(number);
      const id = freshExperiment(round + 1, number - first + 1, 1).id;
      const training = this.#results.get(keyOf({ id, seed: base.seed }));
      if (training?.l2 === undefined) continue;
      await this.#events.emit({ type: "found", training });
      experiments[number] = freshExperiment(round + 1, number - first + 1, training.l2);
      before.push(trialOf(training, training.l2, { number, round, distributions: space }));
    }
    const study = new Study({ sampler, space, seed: base.seed, trials: before });
    // A training that diverges is a failed trial. Any other error ends the search, and with it the reproduction.
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    const search = study.optimize(
      async (trial) => {
        const l2 = trial.params.l2 as number;
        const experiment = freshExperiment(trial.round + 1, trial.indexInRound + 1, l2);
        experiments[trial.number] = experiment;
        const job = { experiment, settings: mergeSettings(base, experiment.settings), l2 };
        const training = await this.#train(pool, job).catch((error: unknown) => {
          stop.abort(error);
          throw error;
        });
        const value = accuracy(training, "validation");
        if (value === undefined) throw new TrainingError(training.error ?? "It has no validation accuracy.");
        return value;
      },
      {
        ...{ trials: sampler.limit(), parallel: pool.workers, signal: stop.signal },
        maxConsecutiveFailures: Number.POSITIVE_INFINITY,
      },
    );
    await search.finally(() => signal.removeEventListener("abort", onAbort));
    for (const row of summarize(experiments, [...this.#results.values()])) {
      await this.#events.emit({ type: "experiment", row });
    }
    return experiments;
  }

  end(fresh: readonly Experiment[], memoryBytes: number): ReproductionComplete {
    const { jobs, experiments, appendix, base } = this.#plan;
    const names = [...jobs.map(nameOf), ...fresh.map(({ id }) => ({ id, seed: base.seed }))];
    const trainings = names.map((name) => this.#results.get(keyOf(name))!);
    const rows = summarize([...experiments, ...appendix, ...fresh], trainings);
    return { type: "result", trainings, rows, fresh, memoryBytes };
  }
}

/** The trial of a search that a training of an earlier run was. */
function trialOf(
  training: RecordedTraining,
  l2: number,
  place: Pick<FinishedTrial, "number" | "round" | "distributions">,
): FinishedTrial {
  const value = accuracy(training, "validation");
  return {
    ...{ ...place, params: { l2 }, reports: [], attributes: {} },
    ...(value === undefined ? { state: "failed" } : { state: "complete", value }),
    seconds: training.seconds,
  };
}
