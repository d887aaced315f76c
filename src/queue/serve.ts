/**
 * A worker's loop: takes jobs off a queue, trains in threads of this process, and answers. The thread that talks to the queue never
 * trains, so that a lease is renewed whatever a training does.
 */

import type { UntestedDataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { QueueError, TrainingError } from "../errors.ts";
import type { EpochRow } from "../model/history.ts";
import { now } from "../runtime.ts";
import { resolveSettings, splitOptions } from "../settings/settings.ts";
import type { Pool, TrainingJob, TrainingOutcome } from "../training/job.ts";
import { requireFinite } from "../training/objective.ts";
import { type PlacedDataset, placeDataset } from "../training/placedDataset.ts";
import { JobError, TrainingPool } from "../training/pool.ts";
import { type Checkpoint, Checkpoints, NOTHING } from "./checkpoints.ts";
import { encode } from "./codec.ts";
import {
  type AnswerMessage,
  bytesIn,
  fingerprintOf,
  type JobMessage,
  MOST_CARRIED,
  type ProgressMessage,
  type QueueStudy,
  readJob,
} from "./messages.ts";
import { GiveBack, type QueueConsumer, type TakenJob } from "./queue.ts";

/** Seconds of training between two checkpoints, about: what is lost with a worker. */
const CHECKPOINT_SECONDS = 10;
/** Epochs that a message of progress tells of. */
const TOLD_EPOCHS = 30;
/** Studies whose data are kept open. */
const MOST_OPEN = 2;

export type ServeEvent =
  /** Its data are open. */
  | { readonly type: "study"; readonly study: QueueStudy }
  | {
      readonly type: "begin";
      /** Its id. */
      readonly job: string;
      /** "trial 7". */
      readonly name: string;
      /** Epochs: those that are done, and the last one. */
      readonly from: number;
      readonly to: number;
      /** How often it was lost by other workers. */
      readonly retries: number;
    }
  | {
      readonly type: "epoch";
      readonly job: string;
      readonly name: string;
      readonly epoch: number;
      readonly epochs: number;
      readonly stepsPerSecond: number;
    }
  | {
      readonly type: "end";
      readonly job: string;
      readonly name: string;
      readonly end: "answered" | "lost" | "back";
      readonly seconds: number;
      /** Why the training failed, which is an answer, too. */
      readonly error?: string | undefined;
    }
  /** Something to be known, in a sentence. */
  | { readonly type: "notice"; readonly text: string }
  /** Nothing is under way. */
  | { readonly type: "idle"; readonly since: number };

export interface ServeOptions {
  /** Trainings at once, ≥ 1. */
  readonly concurrency: number;
  /** No more jobs are taken after it. Those under way end, or with `checkpoints` are given back after the epoch under way. */
  readonly stop: AbortSignal;
  /** Gives jobs under way back at once. */
  readonly abort: AbortSignal;
  /** A folder that all workers reach, for checkpoints. Default: none; a training that is handed on begins anew. */
  readonly checkpoints?: string | undefined;
  /** Opens the data as a study says. Called once for each study, but for one that was put aside for others. */
  readonly openData: (study: QueueStudy) => Promise<UntestedDataset>;
  readonly onEvent: (event: ServeEvent) => void;
  /** Opens the threads that train. Default: a TrainingPool; a test has its own. */
  readonly openPool?: (data: PlacedDataset, workers: number) => Pool;
}

/**
 * Serves until `stop`, or an error.
 * @throws QueueError if a job is of another version, or the data here are other ones: the job has been given back; what openData throws
 */
export async function serveQueue(consumer: QueueConsumer, options: ServeOptions): Promise<void> {
  const server = new Server(options);
  try {
    await server.serve(consumer);
  } finally {
    await server.close();
  }
}

const trainingPool = (data: PlacedDataset, workers: number): Pool => new TrainingPool({ data, workers });

/** A study's data and the threads that train on them. */
interface OpenStudy {
  readonly dataset: UntestedDataset;
  readonly fingerprint: string;
  readonly pool: Pool;
}

interface Running {
  readonly name: string;
  readonly begin: number;
  error?: string;
}

class Server {
  readonly #options: ServeOptions;
  readonly #checkpoints: Checkpoints | undefined;
  readonly #studies = new Map<string, Promise<OpenStudy>>();
  readonly #running = new Map<string, Running>();
  /** Whether it has been told that checkpoints cannot be written. */
  #hasTold = false;
  /** By study. */
  readonly #users = new Map<string, number>();

  constructor(options: ServeOptions) {
    this.#options = options;
    const { checkpoints } = options;
    this.#checkpoints = checkpoints === undefined ? undefined : new Checkpoints(checkpoints);
  }

  async serve(consumer: QueueConsumer): Promise<void> {
    const { concurrency, stop, onEvent } = this.#options;
    onEvent({ type: "idle", since: Date.now() });
    await consumer.consume((job) => this.#answer(job), {
      ...{ concurrency, stop },
      onEnd: ({ id }, end) => {
        const running = this.#running.get(id);
        if (running === undefined) return;
        this.#running.delete(id);
        const { name, begin, error } = running;
        const seconds = (now() - begin) / 1000;
        onEvent({ ...{ type: "end", job: id, name, end, seconds }, ...(error !== undefined && { error }) });
        if (this.#running.size === 0) onEvent({ type: "idle", since: Date.now() });
      },
    });
  }

  async close(): Promise<void> {
    for (const study of this.#studies.values()) await study.then(({ pool }) => pool.close()).catch(() => {});
  }

  async #answer(taken: TakenJob): Promise<string> {
    const { abort, stop } = this.#options;
    if (abort.aborted || stop.aborted) throw new GiveBack();
    const message = readJob(taken);
    const { study } = message;
    this.#users.set(study.id, (this.#users.get(study.id) ?? 0) + 1);
    try {
      const open = await this.#open(study);
      requireSameData(taken, message, open);
      return encode(await this.#orGiveBack(taken, this.#train(taken, message, open)));
    } finally {
      this.#users.set(study.id, this.#users.get(study.id)! - 1);
    }
  }

  /** The study's data, open. */
  #open(study: QueueStudy): Promise<OpenStudy> {
    // The one that was used last is the last one of the map.
    const known = this.#studies.get(study.id) ?? this.#openAnew(study);
    this.#studies.delete(study.id);
    this.#studies.set(study.id, known);
    return known;
  }

  #openAnew(study: QueueStudy): Promise<OpenStudy> {
    const { openData, concurrency, onEvent, openPool = trainingPool } = this.#options;
    this.#closeUnused();
    return (async () => {
      const dataset = await openData(study);
      const data = await placeDataset(dataset);
      const fingerprint = fingerprintOf(data);
      onEvent({ type: "study", study });
      return { dataset, fingerprint, pool: openPool(data, concurrency) };
    })();
  }

  /** Data take memory: those that have not been used for longest make room. */
  #closeUnused(): void {
    for (const [id, study] of this.#studies) {
      if (this.#studies.size < MOST_OPEN) return;
      if ((this.#users.get(id) ?? 0) > 0) continue;
      this.#studies.delete(id);
      void study.then(({ pool }) => pool.close()).catch(() => {});
    }
  }

  /** The work's result, unless the job is to be given back before. */
  async #orGiveBack<T>({ lost }: TakenJob, work: Promise<T>): Promise<T> {
    const { abort } = this.#options;
    let onAbort = () => {};
    const back = new Promise<never>((_, reject) => {
      onAbort = () => reject(new GiveBack());
      if (abort.aborted || lost.aborted) onAbort();
      abort.addEventListener("abort", onAbort);
      lost.addEventListener("abort", onAbort);
    });
    // What the work throws later on is of no interest to anybody.
    work.catch(() => {});
    try {
      return await Promise.race([work, back]);
    } finally {
      abort.removeEventListener("abort", onAbort);
      lost.removeEventListener("abort", onAbort);
    }
  }

  async #train(taken: TakenJob, message: JobMessage, open: OpenStudy): Promise<AnswerMessage> {
    const { id, retries, lost } = taken;
    const { job, name, training } = message;
    const { onEvent, stop } = this.#options;
    const running: Running = { name, begin: now() };
    this.#running.set(id, running);
    const epochs = epochsOf(job, open.dataset);
    const to = Math.min(job.to ?? epochs, epochs);
    const kept = await this.#checkpoints?.read(training, job);
    let state: Checkpoint = kept ?? beginning(job);
    onEvent({ ...{ type: "begin", job: id, name, from: state.epoch, to, retries } });
    const first = job.from?.epoch ?? 0;
    const told: EpochRow[] = state.outcome.rows.filter(({ epoch }) => epoch > first);
    const onEpoch = (row: EpochRow) => {
      const { epoch, stepsPerSecond } = row;
      onEvent({ type: "epoch", job: id, name, epoch, epochs: to, stepsPerSecond });
      if (epoch <= first) return;
      told.push(row);
      taken.progress(encode({ rows: told.slice(-TOLD_EPOCHS) } satisfies ProgressMessage));
    };
    try {
      let secondsOfEpoch: number | undefined;
      while (state.epoch < to) {
        const end = this.#checkpoints === undefined ? to : nextStop(state.epoch, to, secondsOfEpoch);
        const [begin, before] = [now(), state.epoch];
        state = joined(state, end, await open.pool.run(partOf(job, state, end), { onEpoch }));
        secondsOfEpoch = (now() - begin) / 1000 / (end - before);
        if (state.epoch >= to || this.#checkpoints === undefined) continue;
        requireFinite(state.outcome);
        if (lost.aborted) throw new GiveBack();
        await this.#keep(training, state);
        if (stop.aborted) throw new GiveBack();
      }
      return { outcome: await this.#handedOver(training, since(first, state), lost) };
    } catch (error) {
      // A lack of memory or of threads is this machine's, and says nothing of the training.
      if (!(error instanceof TrainingError || error instanceof JobError)) throw error;
      const { name, message } = error;
      running.error = message;
      return { error: { name, message } };
    }
  }

  /** Writes a checkpoint. A training goes on without one: only the time would be lost. */
  async #keep(training: string, state: Checkpoint): Promise<void> {
    try {
      await this.#checkpoints?.write(training, state);
    } catch (error) {
      if (!this.#hasTold) this.#options.onEvent({ type: "notice", text: (error as Error).message });
      this.#hasTold = true;
    }
  }

  /** The outcome as it is carried: what is too large stays in the checkpoint, if there is one. */
  async #handedOver(training: string, state: Checkpoint, lost: AbortSignal): Promise<TrainingOutcome> {
    const { outcome } = state;
    const isCarried = bytesIn(outcome) <= MOST_CARRIED;
    if (isCarried || outcome.end !== undefined) await this.#checkpoints?.forget(training);
    else if (!lost.aborted) await this.#keep(training, state);
    if (isCarried) return outcome;
    // The coordinator looks through the tensors, which it does not get.
    requireFinite(outcome);
    return { ...outcome, tensors: [], best: outcome.best && { ...outcome.best, tensors: [] } };
  }
}

/** @throws QueueError if the data at hand are not the coordinator's */
function requireSameData({ id }: TakenJob, { study, fingerprint }: JobMessage, open: OpenStudy): void {
  if (open.fingerprint === fingerprint) return;
  const { name, training, test } = open.dataset;
  const words = (facts: QueueStudy["data"]) =>
    `${facts.name} (${facts.training} training, ${facts.test} test samples)`;
  const here = words({ name, training: training.count, test: test?.count ?? 0 });
  throw new QueueError(
    `The data here are ${here} with the fingerprint ${open.fingerprint}, those of the job ${id} are ` +
      `${words(study.data)} with ${fingerprint}. The job was given back. Give this worker the coordinator's data: --data PATH.`,
  );
}

/** Epochs of the whole training. */
function epochsOf({ settings, rows }: TrainingJob, dataset: UntestedDataset): number {
  const count = rows?.train.length ?? splitDataset(dataset, splitOptions(settings)).train.count;
  return resolveSettings(settings, dataset.name, count).epochs;
}

/** Where a job begins: after the part before, or, if its tensors did not come along, with the first epoch. */
function beginning({ from }: TrainingJob): Checkpoint {
  const isCarried = from !== undefined && from.tensors.length > 0;
  const first = isCarried ? from.epoch : 0;
  const { tensors = [], best } = isCarried ? from : {};
  return { first, epoch: first, outcome: { ...NOTHING, tensors, best, end: undefined } };
}

/** The job's next epochs. */
function partOf(job: TrainingJob, { epoch, outcome }: Checkpoint, end: number): TrainingJob {
  const { tensors, best } = outcome;
  const from = epoch === 0 ? undefined : { epoch, tensors, best };
  return { ...job, from, to: end, snapshots: job.snapshots?.filter((at) => at > epoch && at <= end) };
}

function joined({ first, outcome }: Checkpoint, epoch: number, next: TrainingOutcome): Checkpoint {
  const rows = next.rows.map((row) => ({ ...row, seconds: row.seconds + outcome.seconds }));
  return {
    ...{ first, epoch },
    outcome: {
      ...next,
      rows: [...outcome.rows, ...rows],
      snapshots: [...outcome.snapshots, ...next.snapshots],
      steps: outcome.steps + next.steps,
      trainSeconds: outcome.trainSeconds + next.trainSeconds,
      seconds: outcome.seconds + next.seconds,
    },
  };
}

/** What was asked for of a training that had to begin before the job's first epoch. */
function since(first: number, { epoch, outcome }: Checkpoint): Checkpoint {
  const rows = outcome.rows.filter((row) => row.epoch > first);
  const snapshots = outcome.snapshots.filter((snapshot) => snapshot.epoch > first);
  return { first, epoch, outcome: { ...outcome, rows, snapshots } };
}

function nextStop(epoch: number, to: number, secondsOfEpoch: number | undefined): number {
  const epochs = secondsOfEpoch === undefined ? 1 : Math.round(CHECKPOINT_SECONDS / secondsOfEpoch);
  return Math.min(epoch + Math.max(epochs, 1), to);
}
