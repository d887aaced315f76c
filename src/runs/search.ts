/** Does the trials of a search, side by side. A subscriber hears of them: there is no terminal and no folder here. */
import type { UntestedDataset } from "../data/dataset.ts";
import type { HeldOutBy } from "../data/entries.ts";
import { splitDataset } from "../data/split.ts";
import { ensembleSize, isEnsemble } from "../ensemble/size.ts";
import { ConfigError, TrialPruned } from "../errors.ts";
import { batchSizes } from "../model/batches.ts";
import { checkTrials, prunerOf, type SearchMethod, samplerOf } from "../settings/method.ts";
import {
  type ResolvedSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../settings/settings.ts";
import { applyParams, checkSpaceFits, paramsOf, shownName } from "../settings/space.ts";
import { targetsOf } from "../targets.ts";
import { checkStandardize, trainedOn } from "../training/inputs.ts";
import type { OpenPool, Pool, TrainingJob } from "../training/job.ts";
import { lossFor } from "../training/loss.ts";
import { metricsFor } from "../training/metrics.ts";
import {
  metricsWith,
  OBJECTIVES,
  objectiveOf,
  requireFinite,
  requireObjective,
  requireOfFolds,
} from "../training/objective.ts";
import type { Trial } from "../tuner/runningTrial.ts";
import type { Params, SearchSpace } from "../tuner/searchSpace.ts";
import { Study } from "../tuner/study.ts";
import type { FinishedTrial, Pruner, Sampler } from "../tuner/trial.ts";
import { Events, type Reading, type RunOptions } from "./events.ts";
import { trainOverFolds } from "./trialOverFolds.ts";

/** What is to be searched, and how. */
export interface Search extends SearchMethod {
  /** The settings that a trial does not choose for itself. */
  readonly settings: TrainSettings;
  readonly space: SearchSpace;
  /** One of {@link OBJECTIVES}. */
  readonly objective: string;
  /** How many trials there are in the end, those of earlier runs included. */
  readonly trials: number;
  /** Default: the study's. */
  readonly roundSize?: number | undefined;
  /** So many failed trials in a row end the search. */
  readonly maxFailures: number;
  /** Whether the first trial is the settings themselves, of which the space has to have those that it searches. Default: no. */
  readonly start?: boolean | undefined;
  /** An entry for each row of the data set. Default: none. */
  readonly heldOutBy?: HeldOutBy | undefined;
}

/** A search that can begin. */
export interface SearchPlan
  extends Pick<
    Search,
    "settings" | "space" | "objective" | "trials" | "roundSize" | "maxFailures" | "heldOutBy"
  > {
  readonly dataset: UntestedDataset;
  /** How many samples each part of the data set has. */
  readonly samples: { readonly train: number; readonly validation: number; readonly test: number };
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  /** The parameters of the trials with which it starts: those of the settings themselves, or none. */
  readonly starts: readonly Params[];
  /** Folds over which a trial is measured, each with a network of its own. Undefined: a trial is one network. */
  readonly folds: number | undefined;
  /** Epochs of a trial that is not pruned and does not choose them for itself. */
  readonly epochs: number;
  /** How errors write the name of a setting. */
  readonly named: (name: string) => string;
}

/** The search has all its trials. */
export interface SearchComplete {
  readonly type: "result";
  /** The trials by number. */
  readonly trials: readonly FinishedTrial[];
  /** The trials from best to worst. */
  readonly ranked: readonly FinishedTrial[];
  /** Undefined if no trial is complete. */
  readonly best: FinishedTrial | undefined;
  /** Bytes of the pool's memory. */
  readonly memoryBytes: number;
}

/** The search was stopped. */
export interface SearchInterrupted {
  readonly type: "interrupted";
  /** How many have ended, those of earlier runs included. */
  readonly trials: number;
}

/** The last event of a run that ends without an error. */
export type SearchEnd = SearchComplete | SearchInterrupted;

/**
 * The events of a search, in the order in which they come: `start`, with the trials of earlier runs; `reading`; `ready`
 * before the first trial begins; `epoch` and `trial`, which is heard before any proposal that depends on it; `trained` after
 * the last trial; and an end. An error comes as `failed` before it is thrown.
 */
export type SearchEvent =
  | { readonly type: "start"; readonly plan: SearchPlan; readonly trials: readonly FinishedTrial[] }
  | Reading
  | {
      readonly type: "ready";
      readonly trials: readonly FinishedTrial[];
      readonly best: FinishedTrial | undefined;
    }
  | { readonly type: "epoch"; readonly trial: number; readonly epoch: number }
  | { readonly type: "trial"; readonly trial: FinishedTrial; readonly best: FinishedTrial | undefined }
  | { readonly type: "trained" }
  | SearchEnd
  | { readonly type: "failed"; readonly error: unknown };

/**
 * @param named how errors write the name of a setting; default: as it is
 * @throws ConfigError if something is wrong with the settings, so that this shows before the first trial
 */
export function planSearch(
  asked: Search,
  dataset: UntestedDataset,
  named: (name: string) => string = String,
): SearchPlan {
  const { space, objective, trials, roundSize, maxFailures, heldOutBy } = asked;
  const task = { name: dataset.name, targets: targetsOf(dataset).kind };
  checkSplit(space, dataset, named);
  checkStandardize(asked.settings, dataset, named);
  lossFor(asked.settings, dataset, named);
  metricsFor(asked.settings.metrics, task, named);
  const metrics = metricsWith(objective, asked.settings.metrics, task);
  const settings = metrics === undefined ? asked.settings : { ...asked.settings, metrics };
  const { train, validation, test } = splitDataset(dataset, splitOptions(settings));
  const folds = isEnsemble(settings) ? ensembleSize(settings, named).folds : undefined;
  const trained = folds === undefined ? train.count : Math.floor((train.count * (folds - 1)) / folds);
  const resolved = resolveSettings(settings, dataset.name, trained, named);
  const { epochs } = resolved;
  batchSizes(trained, settings.batch, settings.bn === false ? 1 : 2);
  if (folds === undefined) requireObjective(objective, validation !== undefined, named);
  else requireOfFolds(objective, named);
  if (settings.keep === "best") requireKept(validation !== undefined, named);
  checkSpaceFits(space, settings);
  const [sampler, pruner] = [samplerOf(asked), prunerOf(asked, epochs)];
  checkTrials(asked, sampler, space, named);
  return {
    ...{ settings, space, objective, trials, roundSize, maxFailures, heldOutBy, dataset, sampler, pruner },
    ...{ starts: asked.start ? [startOf(resolved, space, sampler, named)] : [], folds, epochs, named },
    samples: { train: train.count, validation: validation?.count ?? 0, test: test?.count ?? 0 },
  };
}

/**
 * Does the trials that are missing.
 * @param before trials that have ended in an earlier run
 * @returns its last event; a search that is stopped ends at once, without the trials under way
 * @throws StudyError if too many trials fail in a row; what the subscriber throws
 */
export async function search(
  plan: SearchPlan,
  before: readonly FinishedTrial[],
  openPool: OpenPool,
  { subscriber, signal }: RunOptions<SearchEvent>,
): Promise<SearchEnd> {
  const events = new Events(subscriber);
  const study = studyOf(plan, before, events);
  let end: SearchEnd;
  try {
    const { trials, best } = study;
    await events.emit({ type: "start", plan, trials });
    const pool = await openPool((done, total) => events.post({ type: "reading", done, total }));
    try {
      await events.emit({ type: "ready", trials, best });
      await study.optimize((trial) => runTrial(trial, study, pool, plan, events), {
        ...{ trials: plan.trials, parallel: pool.workers, signal },
        maxConsecutiveFailures: plan.maxFailures,
      });
    } finally {
      await pool.close();
    }
    await events.emit({ type: "trained" });
    end = {
      ...{ type: "result", trials: study.trials, ranked: study.ranked, best: study.best },
      memoryBytes: pool.memoryBytes,
    };
  } catch (error) {
    if (!signal.aborted) {
      // The first error says more than a second one would.
      await events.emit({ type: "failed", error }).catch(() => {});
      throw error;
    }
    end = { type: "interrupted", trials: study.trials.length };
  }
  await events.emit(end);
  return end;
}

function studyOf(plan: SearchPlan, before: readonly FinishedTrial[], events: Events<SearchEvent>): Study {
  const { sampler, pruner, settings, space, objective, roundSize, starts } = plan;
  const study = new Study({
    ...{ sampler, pruner, space, direction: OBJECTIVES[objective]!, seed: settings.seed, trials: before },
    starts,
    ...(roundSize !== undefined && { roundSize }),
    onFinished: async (trial) => {
      if (trial.state === "complete" && (best === undefined || study.isBetter(trial.value!, best.value!))) {
        best = trial;
      }
      await events.emit({ type: "trial", trial, best });
    },
  });
  let { best } = study;
  return study;
}

/** The settings that are decided before the first trial, where the data set has its split. */
const OF_SPLIT = ["validation", "limit", "standardize"];

/** @throws ConfigError if the space has what is the same for all trials on this data set */
function checkSplit(space: SearchSpace, dataset: UntestedDataset, named: (name: string) => string): void {
  const wrong = dataset.split && Object.keys(space).find((name) => OF_SPLIT.includes(name));
  if (wrong === undefined) return;
  throw new ConfigError(
    `--space ${wrong}: all trials on ${dataset.name} have the same rows, prepared alike. Give ${named(wrong)} as a flag.`,
  );
}

/** @throws ConfigError if the settings are no trial of the space, or the sampler leaves no room for one */
function startOf(
  settings: ResolvedSettings,
  space: SearchSpace,
  sampler: Sampler,
  named: (name: string) => string,
): Params {
  if (sampler.enumerates === true) {
    throw new ConfigError(
      `${named("start")}: ${sampler.name} goes through the whole space by itself. Leave it out, or take another ${named("sampler")}.`,
    );
  }
  const { params, outside } = paramsOf(settings, space);
  if (outside === undefined) return params;
  throw new ConfigError(
    `${named("start")}: ${named("space")} ${shownName(outside)} does not have the value of the settings. ` +
      `Widen it, or give ${named(outside)} a value of it.`,
  );
}

/** @throws ConfigError if there is nothing by which an epoch could be the best */
function requireKept(hasValidation: boolean, named: (name: string) => string): void {
  if (hasValidation) return;
  throw new ConfigError(
    `${named("keep")} best: there are no validation samples. Give ${named("validation")} more than 0, or ${named("keep")} last.`,
  );
}

/** Trains with the trial's parameters, in parts that end where the pruner decides. */
async function runTrial(
  trial: Trial,
  study: Study,
  pool: Pool,
  plan: SearchPlan,
  events: Events<SearchEvent>,
): Promise<number> {
  const { settings: base, objective, dataset, named } = plan;
  const group = study.pruner.group(trial.indexInRound);
  const stopAfter = (epoch: number, epochs: number) => {
    let next = epoch + 1;
    while (next < epochs && !study.pruner.decidesAt(next, group)) next++;
    return next;
  };
  const onEpoch = (epoch: number) => events.post({ type: "epoch", trial: trial.number, epoch });
  const checkPruned = async (epoch: number) => {
    if (!(await trial.shouldPrune())) return;
    throw new TrialPruned(`Trial ${trial.number} lags behind after epoch ${epoch}.`);
  };
  if (plan.folds !== undefined) {
    return await trainOverFolds(trial, pool, plan, { stopAfter, onEpoch, checkPruned });
  }
  const settings = applyParams(base, trial.params);
  const samples = trainedOn(dataset, settings);
  const { epochs } = resolveSettings(settings, dataset.name, samples, named);
  let seconds = 0;
  let from: TrainingJob["from"];
  let value = Number.NaN;
  for (let done = 0; done < epochs; ) {
    const to = stopAfter(done, epochs);
    const outcome = await pool.run(
      { name: `trial ${trial.number}`, settings, from, to },
      { onEpoch: ({ epoch }) => onEpoch(epoch) },
    );
    seconds += outcome.seconds;
    trial.seconds = seconds;
    requireFinite(outcome);
    for (const row of outcome.rows) {
      value = objectiveOf(row, objective);
      trial.report(value, row.epoch);
    }
    if (outcome.end !== undefined) {
      const { test, weightsSha256 } = outcome.end;
      if (test !== undefined) trial.setAttribute("test", test);
      trial.setAttribute("weightsSha256", weightsSha256);
    } else await checkPruned(to);
    from = { epoch: to, tensors: outcome.tensors, best: outcome.best };
    done = to;
  }
  const kept = from?.best?.epoch;
  return kept === undefined ? value : trial.reports.find(({ step }) => step === kept)!.value;
}
