/** The coordinator's end of a queue of BullMQ. */
import type { QueueEvents } from "bullmq";
import { QueueError } from "../../errors.ts";
import type { QueueClient, QueuedJob, QueueOptions, SubmitOptions } from "../queue.ts";
import { atMost, type JobData, type JobQueue, limitsOf, type Store } from "./store.ts";
import { Closed, Trouble } from "./trouble.ts";

/** Milliseconds between two looks at all jobs: an event may have been missed. */
const POLL = 3000;
/** Jobs that are looked at together. */
const BATCH = 50;
/** Events that the server keeps: enough for those who are cut off for a moment. */
const EVENTS = 1000;
/** What a job's name is, for those who look into the queue. */
const JOB_NAME = "training";

interface Waiter {
  readonly resolve: (answer: string) => void;
  readonly reject: (reason: unknown) => void;
  readonly onProgress: SubmitOptions["onProgress"];
}

interface Outstanding {
  readonly job: QueuedJob;
  readonly waiters: Set<Waiter>;
  /** Whether it has been on the queue since it was asked for. */
  isPut: boolean;
  /** The look at it that goes on. */
  look: Promise<void> | undefined;
  /** Something has happened since that look began. */
  isDue: boolean;
}

export async function openClient(store: Store, options: QueueOptions): Promise<QueueClient> {
  const { bullmq, connection, factory, eventsWait, notices } = store;
  const { name } = limitsOf(options);
  const queue: JobQueue = new bullmq.Queue(
    name,
    { connection, streams: { events: { maxLen: EVENTS } } },
    factory,
  );
  const events = new bullmq.QueueEvents(name, { connection, blockingTimeout: eventsWait }, factory);
  const client = new Client(store, options, queue, events as QueueEvents);
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  } catch (error) {
    await client.close();
    throw error;
  }
  for (const text of notices) client.trouble.notice(text);
  return client;
}

class Client implements QueueClient {
  readonly trouble: Trouble;
  readonly #queue: JobQueue;
  readonly #events: QueueEvents;
  readonly #shown: string;
  readonly #jobs = new Map<string, Outstanding>();
  readonly #removals = new Set<Promise<void>>();
  readonly #poll: NodeJS.Timeout;
  #isPolling = false;
  #closing: Promise<void> | undefined;

  constructor(store: Store, { onTrouble }: QueueOptions, queue: JobQueue, events: QueueEvents) {
    const { shown, withoutSecrets } = store;
    this.#shown = shown;
    this.#queue = queue;
    this.#events = events;
    const probe = () => queue.getJobState("0");
    this.trouble = new Trouble({ shown, withoutSecrets, onTrouble, probe });
    queue.on("error", (error: Error) => this.trouble.heard(error));
    events.on("error", (error: Error) => this.trouble.heard(error));
    for (const event of ["completed", "failed", "removed"] as const) {
      events.on(event, ({ jobId }: { jobId: string }) => this.#lookAt(jobId));
    }
    events.on("progress", ({ jobId, data }) => {
      if (typeof data !== "string") return;
      for (const { onProgress } of this.#jobs.get(jobId)?.waiters ?? []) onProgress?.(data);
    });
    this.#poll = setInterval(() => void this.#lookAtAll(), POLL);
  }

  submit(job: QueuedJob, { signal, onProgress }: SubmitOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closing !== undefined) throw new Closed();
      const known = this.#jobs.get(job.id);
      const outstanding: Outstanding = known ?? newJob(job);
      this.#jobs.set(job.id, outstanding);
      const onAbort = () => {
        end();
        reject(signal!.reason);
        if (outstanding.waiters.size > 0 || this.#jobs.get(job.id) !== outstanding) return;
        this.#jobs.delete(job.id);
        this.#remove(outstanding);
      };
      const waiter: Waiter = {
        onProgress,
        resolve: (answer) => {
          end();
          resolve(answer);
        },
        reject: (reason) => {
          end();
          reject(reason);
        },
      };
      const end = () => {
        outstanding.waiters.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      outstanding.waiters.add(waiter);
      signal?.addEventListener("abort", onAbort);
      this.#lookAt(job.id);
    });
  }

  async workers(): Promise<number | undefined> {
    try {
      return await this.#queue.getWorkersCount();
    } catch {
      // Some hosts forbid the command.
      return undefined;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#poll);
    for (const outstanding of this.#jobs.values()) {
      const waiters = [...outstanding.waiters];
      this.#jobs.delete(outstanding.job.id);
      for (const { reject } of waiters) reject(new Closed());
      this.#remove(outstanding);
    }
    await atMost(Promise.all(this.#removals), 5000);
    this.trouble.close();
    // In the middle of a reconnection, an orderly end would wait for the server.
    const queue = this.#queue.getBackend().close(true);
    const events = this.#events.close();
    await atMost(Promise.all([queue, events]));
    await atMost(Promise.all([this.#queue.close(), this.#events.getBackend().close(true)]));
  }

  /** Takes a job off the queue, if no worker has it. */
  #remove({ job, look }: Outstanding): void {
    const removal = (async () => {
      await look?.catch(() => {});
      // Asked for anew in the meantime.
      if (this.#jobs.has(job.id)) return;
      const state = await this.trouble.attempt(() => this.#queue.getJobState(job.id));
      if (state === "waiting" || state === "delayed" || state === "prioritized") {
        await this.trouble.attempt(() => this.#queue.remove(job.id));
      }
    })().catch(() => {});
    this.#removals.add(removal);
    void removal.finally(() => this.#removals.delete(removal));
  }

  #lookAt(id: string): void {
    const outstanding = this.#jobs.get(id);
    if (outstanding === undefined) return;
    if (outstanding.look !== undefined) {
      outstanding.isDue = true;
      return;
    }
    outstanding.look = (async () => {
      try {
        do {
          outstanding.isDue = false;
          await this.#step(outstanding);
        } while (outstanding.isDue && this.#jobs.get(id) === outstanding);
      } catch (error) {
        this.#settle(outstanding, ({ reject }) => reject(error));
      }
      outstanding.look = undefined;
    })();
  }

  async #lookAtAll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    const ids = [...this.#jobs.keys()];
    for (let i = 0; i < ids.length; i += BATCH) {
      const looks = ids.slice(i, i + BATCH).map((id) => {
        this.#lookAt(id);
        return this.#jobs.get(id)?.look;
      });
      await Promise.all(looks);
    }
    this.#isPolling = false;
  }

  /** Puts a job that is not there, and takes the answer of one that has it. */
  async #step(outstanding: Outstanding): Promise<void> {
    const { id, payload } = outstanding.job;
    const isWanted = () => this.#jobs.get(id) === outstanding;
    const state = await this.trouble.attempt(() => this.#queue.getJobState(id));
    if (!isWanted()) return;
    if (state === "unknown") {
      if (outstanding.isPut) {
        this.trouble.notice(
          `${this.#shown} has lost jobs, as after a restart that kept nothing. They are put again.`,
        );
      }
      await this.trouble.attempt(() => this.#queue.add(JOB_NAME, { payload }, { jobId: id }));
      outstanding.isPut = true;
      return;
    }
    if (state !== "completed" && state !== "failed") {
      outstanding.isPut = true;
      return;
    }
    const job = await this.trouble.attempt(() => this.#queue.getJob(id));
    const { answer } = (job?.data ?? {}) as JobData;
    // Its id would stand in the way of the next one.
    await this.trouble.attempt(() => this.#queue.remove(id));
    if (answer !== undefined) {
      this.#settle(outstanding, ({ resolve }) => resolve(answer));
    } else if (state === "failed" && outstanding.isPut && job !== undefined) {
      const { failedReason, stalledCounter } = job;
      const error = lostError(id, failedReason, stalledCounter);
      this.#settle(outstanding, ({ reject }) => reject(error));
    } else {
      // It failed for somebody who has gone.
      outstanding.isPut = false;
      outstanding.isDue = true;
    }
  }

  #settle(outstanding: Outstanding, how: (waiter: Waiter) => void): void {
    if (this.#jobs.get(outstanding.job.id) === outstanding) this.#jobs.delete(outstanding.job.id);
    for (const waiter of [...outstanding.waiters]) how(waiter);
  }
}

function newJob(job: QueuedJob): Outstanding {
  return { job, waiters: new Set(), isPut: false, look: undefined, isDue: false };
}

function lostError(id: string, reason: string, losses: number): QueueError {
  if (!/stalled/.test(reason)) return new QueueError(`The job ${id} has failed on the queue: ${reason}.`);
  return new QueueError(
    `The job ${id} was lost ${losses} times: its workers died, or gave no sign for as long as the lease. ` +
      "Look at the workers' logs (was there memory enough?), or allow more retries.",
  );
}
