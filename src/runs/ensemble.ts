/**
 * Trains the members of an ensemble over the folds of a cross-validation, side by side, and makes one model of them. A subscriber
 * hears of it: there is no terminal and no folder here.
 */
import { type CandidateName, candidates as candidateKinds } from "../candidates.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import type { HeldOutBy } from "../data/entries.ts";
import { constantBiases } from "../ensemble/constant.ts";
import { labelsOf, weighClasses } from "../ensemble/labels.ts";
import {
  type Candidate as AnyCandidate,
  type Combination,
  type CombineOptions,
  combine,
  labelsOfRows,
  type Member,
  membersOf,
  ofRows,
  sharesOf,
  whyNoMembers,
} from "../ensemble/members.ts";
import { lossOf } from "../ensemble/scores.ts";
import { ensembleSize } from "../ensemble/size.ts";
import { ConfigError } from "../errors.ts";
import { batchSizes } from "../model/batches.ts";
import { biasOutputs } from "../model/biasOutputs.ts";
import { ensembleOf } from "../model/ensemble.ts";
import { keepIntervals } from "../model/heldOut.ts";
import type { EpochRow, Evaluation, SomeMetrics } from "../model/history.ts";
import type { Model } from "../model/model.ts";
import type { SummaryRow } from "../model/summary.ts";
import { checkRateFactors } from "../settings/rateFactors.ts";
import { type ResolvedSettings, resolveSettings, type TrainSettings } from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";
import { buildModel } from "../training/build.ts";
import { checkStandardize, standardizesInputs } from "../training/inputs.ts";
import type { OpenPool, Pool } from "../training/job.ts";
import { lossFor } from "../training/loss.ts";
import type { TrainedMember } from "../training/memberFile.ts";
import { metricsFor } from "../training/metrics.ts";
import { requireFinite } from "../training/objective.ts";
import { Events, type Reading, type RunOptions } from "./events.ts";

/** A way to train, by settings with nothing left to decide. */
export interface Candidate extends AnyCandidate {
  readonly name: CandidateName;
  readonly settings: ResolvedSettings;
  /** Whether it is not trained, but answers the same for all rows. */
  readonly isConstant: boolean;
}

/** An ensemble that can be trained. */
export interface EnsemblePlan {
  readonly settings: ResolvedSettings;
  readonly dataset: UntestedDataset;
  /** The rows of the data set that are trained on and held out by turns. */
  readonly rows: Uint32Array;
  /** The ways to train, each of which has a member for every fold. */
  readonly candidates: readonly Candidate[];
  readonly members: readonly Member[];
  /** Folds of each cross-validation, and how many of these there are. */
  readonly folds: number;
  readonly rounds: number;
  /** Of the first candidate's network. */
  readonly summary: readonly SummaryRow[];
  /** Numbers that a network answers for a row. */
  readonly outputs: number;
  /** Of the data, by which a training that goes on knows them. */
  readonly fingerprint: string;
}

/** The loss of classes and flags is log loss, that of numbers the mean square of their standardised errors. */
export type CrossValidation = { readonly loss: number } & SomeMetrics;

/** What an ensemble has become. */
export interface TrainedEnsemble {
  readonly members: number;
  readonly combination: Combination;
  /** Of the ensemble, on rows that the members that answer were not trained on. */
  readonly crossValidation: CrossValidation;
  readonly steps: number;
  readonly trainSeconds: number;
  readonly weightsSha256: string;
}

/** The members are one model. */
export interface EnsembleTrained {
  readonly type: "trained";
  readonly model: Model;
  readonly trained: TrainedEnsemble;
  /** All of them, those of earlier sessions and those that are left out of the model included, in their order. */
  readonly members: readonly TrainedMember[];
  readonly labels: CombineOptions;
}

export interface EnsembleComplete {
  readonly type: "result";
  readonly trained: TrainedEnsemble;
  /** Null if there are no test samples. */
  readonly test: Evaluation | null;
}

export interface EnsembleInterrupted {
  readonly type: "interrupted";
  readonly reason: unknown;
  /** Members that are trained, those of earlier sessions included. */
  readonly members: number;
}

export type EnsembleEnd = EnsembleComplete | EnsembleInterrupted;

/**
 * The events of an ensemble's training, in the order in which they come: `start`; `reading`, several times; `epoch` and `member` of
 * each member; `trained`; and an end. An error comes as `failed` before it is thrown.
 */
export type EnsembleEvent =
  | { readonly type: "start"; readonly plan: EnsemblePlan; readonly done: readonly number[] }
  | Reading
  | { readonly type: "epoch"; readonly member: Member; readonly row: EpochRow; readonly epochs: number }
  | { readonly type: "member"; readonly member: Member; readonly trained: TrainedMember }
  | EnsembleTrained
  | EnsembleEnd
  | { readonly type: "failed"; readonly error: unknown };

export interface EnsembleOptions extends RunOptions<EnsembleEvent> {
  readonly openPool: OpenPool;
  /** Members that an earlier session has trained. Default: none. */
  readonly done?: readonly TrainedMember[] | undefined;
}

/**
 * @param heldOutBy an entry for each row of the data set. Default: none
 * @param named how errors write the name of a setting
 * @throws ConfigError if the settings contradict each other or the data, or there are too few rows to hold some out
 */
export async function planEnsemble(
  asked: TrainSettings,
  dataset: UntestedDataset,
  heldOutBy: HeldOutBy = {},
  named: (key: keyof TrainSettings) => string = String,
): Promise<EnsemblePlan> {
  const { training, split, name } = dataset;
  const rows = split?.train ?? Uint32Array.from({ length: training.count }, (_, i) => i);
  const { kind } = targetsOf(dataset);
  refuseStopping(asked, named);
  checkStandardize(asked, dataset, named);
  if (standardizesInputs(asked, dataset)) {
    throw new ConfigError(
      `${named("members")}: each network would bring the inputs of ${name} to scale by its own rows, and they are to answer as ` +
        `one. Give ${named("standardize")} none.`,
    );
  }
  lossFor(asked, dataset, named);
  metricsFor(asked.metrics, { name, targets: kind }, named);
  const size = ensembleSize(asked, named);
  const { seed } = asked;
  const samples = Math.floor((rows.length * (size.folds - 1)) / size.folds);
  const settings = resolveSettings(asked, name, samples, named);
  // As they are resolved, which a run that goes on reads in its config.json: the members' schedules are then the same.
  const candidates = (asked.candidates ?? (["network"] as const)).map((each) =>
    candidateOf(each, settings, samples),
  );
  const labels = kind === "classes" ? (training.labels?.() ?? (await labelsOf(training)).targets) : undefined;
  const classes = labels && Array.from(rows, (row) => labels[row]);
  const members = membersOf({ candidates, rows, ...size, seed, classes, ...ofRows(rows, heldOutBy) });
  checkRateFactors(settings, () => false, named);
  if (members.length === 0) {
    throw new ConfigError(`${name} has ${whyNoMembers(rows.length, heldOutBy)}. Give ${named("members")} 1.`);
  }
  const fewest = Math.min(...members.map((member) => member.rows.train.length));
  batchSizes(fewest, settings.batch, settings.bn === false ? 1 : 2);
  const model = await buildModel(candidates[0]!.settings, dataset);
  const folds = 1 + Math.max(...members.map(({ fold }) => fold));
  const rounds = 1 + Math.max(...members.map(({ round }) => round));
  const summary = model.summary(dataset.features);
  const { outputs } = summary.at(-1)!;
  const fingerprint = await fingerprintOf(model, dataset);
  await model.close();
  return { settings, dataset, rows, candidates, members, folds, rounds, summary, outputs, fingerprint };
}

/** @param samples that one of its networks is trained on */
function candidateOf(name: CandidateName, settings: ResolvedSettings, samples: number): Candidate {
  const { changes, isConstant = false } = candidateKinds[name];
  const its = { ...settings, ...changes(settings, samples) } as ResolvedSettings;
  const steps = Math.max(1, Math.round((settings.steps * its.epochs) / settings.epochs));
  return { name, settings: { ...its, steps }, epochs: isConstant ? 0 : its.epochs, isConstant };
}

/** @throws ConfigError if a setting is given that ends a training, or chooses its epoch, by validation rows of its own */
function refuseStopping(asked: TrainSettings, named: (key: keyof TrainSettings) => string): void {
  const { patience, monitor, keep, minDelta } = asked;
  const given = Object.entries({
    ...{ patience, monitor, keep: keep === "best" ? keep : undefined },
    minDelta: minDelta > 0 ? minDelta : undefined,
  });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new ConfigError(
    `${named(name as keyof TrainSettings)} is for a training of one network: of an ensemble, the rows that are held out choose the ` +
      "epoch. Leave it out.",
  );
}

/** Of all samples, of the test too, as these are told to the user beside the others. */
async function fingerprintOf(model: Model, { training, test }: UntestedDataset): Promise<string> {
  const ofTraining = await model.fingerprint(training, "The training samples");
  return `${ofTraining} ${test === undefined ? "none" : await model.fingerprint(test, "The test samples")}`;
}

/**
 * Trains the members that are missing, and makes the model.
 * @returns its last event; one that is stopped ends at once, without the members under way
 * @throws TrainingError if a member diverges; what the subscriber throws
 */
export async function trainEnsemble(
  plan: EnsemblePlan,
  { subscriber, signal, openPool, done = [] }: EnsembleOptions,
): Promise<EnsembleEnd> {
  const { dataset, members } = plan;
  const events = new Events(subscriber);
  const trained = new Map(done.map((each) => [each.number, each]));
  await events.emit({ type: "start", plan, done: [...trained.keys()] });
  let end: EnsembleEnd;
  try {
    if (trained.size < members.length) {
      const pool = await openPool((count, total) => events.post({ type: "reading", done: count, total }));
      try {
        await trainMembers(plan, trained, pool, events);
      } finally {
        await pool.close();
      }
    }
    signal.throwIfAborted();
    const { model, facts, labels } = await assemble(plan, trained);
    const all = members.map(({ number }) => trained.get(number)!);
    await events.emit({ type: "trained", model, trained: facts, members: all, labels });
    const test = dataset.test === undefined ? null : await model.evaluate(dataset.test);
    end = { type: "result", trained: facts, test };
  } catch (error) {
    if (!signal.aborted) {
      // The first error says more than a second one would.
      await events.emit({ type: "failed", error }).catch(() => {});
      throw error;
    }
    end = { type: "interrupted", reason: signal.reason, members: trained.size };
  }
  await events.emit(end);
  return end;
}

/** Trains the members that are missing, as many at once as the pool has workers. */
async function trainMembers(
  plan: EnsemblePlan,
  trained: Map<number, TrainedMember>,
  pool: Pool,
  events: Events<EnsembleEvent>,
): Promise<void> {
  const { members, candidates, dataset } = plan;
  const missing = members.filter(({ number }) => !trained.has(number));
  const hasConstant = candidates.some(({ isConstant }) => isConstant);
  const labels = hasConstant ? weighed(plan, await labelsOf(dataset.training)) : undefined;
  const outcomeOf = async (member: Member): Promise<Omit<TrainedMember, "number">> => {
    const { epochs, isConstant } = candidates[member.candidate]!;
    const settings = settingsOf(member, candidates);
    if (isConstant) return await constantMember(member, settings, dataset, labels!);
    const { rows: own, snapshots } = member;
    const outcome = await pool.run(
      // Its thread is one of those that train side by side.
      { settings: { ...settings, threads: 1 }, rows: own, snapshots },
      { onEpoch: (row) => events.post({ type: "epoch", member, row, epochs }) },
    );
    requireFinite(outcome);
    return outcome;
  };
  const one = async (member: Member): Promise<void> => {
    const { rows, snapshots, steps, trainSeconds } = await outcomeOf(member);
    const facts = { number: member.number, rows, snapshots, steps, trainSeconds };
    await events.emit({ type: "member", member, trained: facts });
    trained.set(member.number, facts);
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < missing.length) await one(missing[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(pool.workers, missing.length) }, worker));
}

/** A member that answers the same for all rows. */
async function constantMember(
  { rows }: Member,
  settings: ResolvedSettings,
  dataset: UntestedDataset,
  labels: CombineOptions,
): Promise<Omit<TrainedMember, "number">> {
  const { training, features } = dataset;
  const model = await buildModel(settings, dataset);
  await model.build(features, training.elementType);
  const tensors = await biasOutputs(model, constantBiases(rows.train, labels));
  const outputs = await model.predict(training.select(rows.validation));
  await model.close();
  return { rows: [], snapshots: [{ epoch: 0, tensors, outputs }], steps: 0, trainSeconds: 0 };
}

/** The labels by which the members are put together: rows count as they do in the training. */
const weighed = ({ settings, rows, dataset }: EnsemblePlan, labels: CombineOptions): CombineOptions =>
  weighClasses(labels, settings.classWeight, { rows, classNames: dataset.classNames });

/** The settings of a member. */
export const settingsOf = (
  { candidate, seed }: Member,
  candidates: readonly Candidate[],
): ResolvedSettings => ({
  ...candidates[candidate]!.settings,
  seed,
});

/** Makes the model of the members, and measures it on the rows that were held out. */
export async function assemble(
  plan: EnsemblePlan,
  trained: ReadonlyMap<number, TrainedMember>,
): Promise<{ model: Model; facts: TrainedEnsemble; labels: CombineOptions }> {
  const { dataset, members, candidates, settings } = plan;
  const all = members.map(({ number }) => trained.get(number)!);
  const labels = await labelsOf(dataset.training);
  const combination = combine(
    members,
    all.map(({ snapshots }) => snapshots),
    weighed(plan, labels),
  );
  const shares = sharesOf(members, combination);
  const models: Model[] = [];
  for (const member of members.filter((_, k) => shares[k]! > 0)) {
    const { epoch } = combination.candidates[member.candidate]!;
    // It computes nothing, and needs no memory of WebAssembly: of a hundred members that would be a gigabyte.
    const model = await buildModel({ ...settingsOf(member, candidates), threads: 1 }, dataset, "js");
    await model.build(dataset.features, dataset.training.elementType);
    await model.load(
      trained.get(member.number)!.snapshots.find((snapshot) => snapshot.epoch === epoch)!.tensors,
      `member ${member.number}`,
    );
    models.push(model);
  }
  const { engine, threads } = settings;
  const { kind } = labels;
  const ofKind = kind === "numbers" ? {} : { temperature: combination.temperature };
  const model = await ensembleOf(models, {
    weights: shares.filter((share) => share > 0),
    ...{ ...ofKind, engine, threads },
  });
  for (const each of models) await each.close();
  keepIntervals(model, combination, labels, dataset.preprocessing);
  const sum = (of: (member: TrainedMember) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    ...{ model, labels },
    facts: {
      ...{ members: models.length, combination },
      crossValidation: measured(combination, labels, settings, dataset),
      steps: sum(({ steps }) => steps),
      trainSeconds: sum(({ trainSeconds }) => trainSeconds),
      weightsSha256: await model.weightsSha256(),
    },
  };
}

/** What the combination would have answered, measured by the metrics of the training. */
function measured(
  { rows, predictions }: Combination,
  labels: CombineOptions,
  settings: ResolvedSettings,
  dataset: UntestedDataset,
): CrossValidation {
  const { kind, width } = labels;
  const { targets, weights } = labelsOfRows(rows, labels);
  const batch = { count: rows.length, predictions, targets, weights };
  const values = metricsFor(settings.metrics, { ...dataset, targets: kind }).map((metric) => {
    const collector = metric.begin!({ targets: kind, outputs: width, precision: "float64" });
    collector.add(batch);
    return [metric.name, collector.result()] as const;
  });
  return { loss: lossOf(predictions, targets, { kind, width, weights }), ...Object.fromEntries(values) };
}
