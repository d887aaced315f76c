/** Workers that train side by side, all on one copy of the data. */
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { Tinypool } from "tinypool";
import { simdWidth } from "../backend/index.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import { NnwasmError, TrainingError } from "../errors.ts";
import type { EpochRow } from "../model/history.ts";
import type { OpenPool, Pool, Reply, TrainingJob, TrainingOutcome } from "./job.ts";
import { type PlacedDataset, placeDataset } from "./placedDataset.ts";

export interface TrainingPoolOptions {
  readonly data: PlacedDataset;
  /** Threads, each with one training at a time. */
  readonly workers: number;
  /** Ends the workers, and every training under way and to come, with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The built worker, for one who runs this file from its source. */
  readonly workerFile?: URL;
}

/** A training could not be done; the message says why. */
export class JobError extends NnwasmError {
  override readonly name: string = "JobError";
}

/**
 *     const pool = new TrainingPool({ data: await placeDataset(dataset), workers: 2 });
 *     const outcomes = await Promise.all(jobs.map((job) => pool.run(job)));
 *     await pool.close();
 *
 * Jobs wait in the order in which they come; a worker takes the next one when it is done with the last. What a training
 * gives depends on its job alone.
 */
export class TrainingPool implements Pool {
  readonly workers: number;
  readonly #pool: Tinypool;
  readonly #memory: WebAssembly.Memory;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => void this.#pool.destroy();

  constructor({
    data,
    workers,
    signal,
    workerFile = new URL("./worker.js", import.meta.url),
  }: TrainingPoolOptions) {
    this.workers = workers;
    this.#memory = data.memory;
    this.#pool = new Tinypool({
      filename: workerFile.href,
      // With it, a worker in Deno would not wake for the next job.
      useAtomics: false,
      workerData: { ...data, simdWidth: simdWidth() },
      minThreads: workers,
      maxThreads: workers,
    });
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort);
  }

  /** Bytes of the memory that all workers share: the data, once, and each worker's models. */
  get memoryBytes(): number {
    // The buffer at hand does not show how far other threads have grown the memory. After growing by 0, it does.
    this.#memory.grow(0);
    return this.#memory.buffer.byteLength;
  }

  /** {@link Pool.run}. @throws JobError for any other error in the worker */
  async run(
    job: TrainingJob,
    { onEpoch }: { onEpoch?: (row: EpochRow) => void } = {},
  ): Promise<TrainingOutcome> {
    this.#signal?.throwIfAborted();
    const { port1, port2 } = new MessageChannel();
    port1.on("message", (row: EpochRow) => onEpoch?.(row));
    try {
      const reply: Reply = await this.#pool.run({ job, port: port2 }, { transferList: [port2] });
      // A worker posts all rows before its reply, but a busy thread may come to the reply first.
      for (let next = receiveMessageOnPort(port1); next; next = receiveMessageOnPort(port1))
        onEpoch?.(next.message);
      if ("outcome" in reply) return reply.outcome;
      const { name, message } = reply.error;
      throw name === "TrainingError" ? new TrainingError(message) : new JobError(message);
    } catch (error) {
      this.#signal?.throwIfAborted();
      throw error;
    } finally {
      port1.close();
    }
  }

  /** Ends the workers, whatever they do. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#abort);
    await this.#pool.destroy();
  }
}

/** Opens a pool in this process, on a copy of the data set. Opening throws as placeDataset does. */
export const openTrainingPool =
  (dataset: UntestedDataset, { workers, signal }: { workers: number; signal: AbortSignal }): OpenPool =>
  async (onRead) =>
    new TrainingPool({ data: await placeDataset(dataset, { onRead, signal }), workers, signal });
