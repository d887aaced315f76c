/** A pool whose workers are on other machines: searches and reproductions run on it as on one of this machine's threads. */
import type { UntestedDataset } from "../data/dataset.ts";
import { TrainingError } from "../errors.ts";
import type { EpochRow } from "../model/history.ts";
import type { OpenPool, Pool, TrainingJob, TrainingOutcome } from "../training/job.ts";
import { placeDataset } from "../training/placedDataset.ts";
import { JobError } from "../training/pool.ts";
import { decode } from "./codec.ts";
import { fingerprintOf, type ProgressMessage, type QueueStudy, queuedJob, readAnswer } from "./messages.ts";
import type { QueueClient } from "./queue.ts";

/** Jobs that are on the queue at once, at most. */
const MOST_AT_ONCE = 1000;

export interface QueuePoolOptions {
  /** Ends the waiting for every job, with its reason. */
  readonly signal: AbortSignal;
  /**
   * Hears of each job that it is put, and that its answer has come. "anew": its tensors are too many for a queue, so that a worker
   * begins with the first epoch, unless it finds a checkpoint.
   */
  readonly onJob?: (event: { readonly name: string; readonly what: "put" | "anew" | "answered" }) => void;
}

/**
 * Opens a pool over a queue. Opening reads the data, of which workers have to have the same: it throws as placeDataset does. Closing
 * the pool closes the client.
 */
export const openQueuePool =
  (client: QueueClient, study: QueueStudy, dataset: UntestedDataset, options: QueuePoolOptions): OpenPool =>
  async (onRead) => {
    const { signal } = options;
    const fingerprint = fingerprintOf(await placeDataset(dataset, { onRead, signal }));
    return new QueuePool(client, study, fingerprint, options);
  };

class QueuePool implements Pool {
  readonly workers = MOST_AT_ONCE;
  /** The memory is the workers'. */
  readonly memoryBytes = 0;
  readonly #client: QueueClient;
  readonly #study: QueueStudy;
  readonly #fingerprint: string;
  readonly #options: QueuePoolOptions;

  constructor(client: QueueClient, study: QueueStudy, fingerprint: string, options: QueuePoolOptions) {
    this.#client = client;
    this.#study = study;
    this.#fingerprint = fingerprint;
    this.#options = options;
  }

  /** {@link Pool.run}. @throws JobError for any other error of the worker; QueueError as {@link QueueClient.submit} */
  async run(
    job: TrainingJob,
    { onEpoch }: { onEpoch?: (row: EpochRow) => void } = {},
  ): Promise<TrainingOutcome> {
    const { signal, onJob } = this.#options;
    signal.throwIfAborted();
    const { name = "a training" } = job;
    const { queued, isAnew } = queuedJob(this.#study, this.#fingerprint, name, job);
    onJob?.({ name, what: "put" });
    if (isAnew) onJob?.({ name, what: "anew" });
    // A job that is done again tells of its epochs again.
    let told = job.from?.epoch ?? 0;
    const tell = (rows: readonly EpochRow[]) => {
      for (const row of rows) {
        if (!(row?.epoch > told)) continue;
        told = row.epoch;
        onEpoch?.(row);
      }
    };
    const onProgress = (text: string) => tell(rowsOf(text));
    const answer = readAnswer(queued.id, await this.#client.submit(queued, { signal, onProgress }));
    onJob?.({ name, what: "answered" });
    if ("error" in answer) {
      const { name, message } = answer.error;
      throw name === "TrainingError" ? new TrainingError(message) : new JobError(message);
    }
    tell(answer.outcome.rows);
    return answer.outcome;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** The rows of a message of progress; none if it is damaged, as nothing depends on them. */
function rowsOf(text: string): readonly EpochRow[] {
  try {
    const { rows } = decode(text, "A job's progress") as Partial<ProgressMessage>;
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}
