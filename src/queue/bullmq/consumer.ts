/**
 * A worker's end of a queue of BullMQ. Jobs are fetched by hand and their locks renewed here, as BullMQ's own loop counts a job as
 * failed if its answer meets a server that is full, and waits for an hour after a lost connection to PostgreSQL.
 */
import { randomUUID } from "node:crypto";
import type { Job } from "bullmq";
import {
  type ConsumeOptions,
  GiveBack,
  type QueueConsumer,
  type QueueOptions,
  type TakenJob,
} from "../queue.ts";
import { atMost, type JobData, type JobWorker, type Limits, limitsOf, type Store } from "./store.ts";
import { Closed, saysOfJob, Trouble } from "./trouble.ts";

/** Seconds of waiting for a job until the queue is asked again. */
const WAIT = 5;
/** Milliseconds between two messages of progress of a job. */
const PROGRESS = 1000;
/** Milliseconds before the next job is taken, after one was given back: another worker is to have it. */
const PAUSE = 500;
/** Milliseconds that a fetch may take to end after `stop`, if the server does not answer. */
const LAST_FETCH = 3000;

type Taken = Job<JobData, number, string>;
type Handler = Parameters<QueueConsumer["consume"]>[0];

interface Active {
  readonly id: string;
  readonly token: string;
  readonly lost: AbortController;
}

export async function openConsumer(store: Store, options: QueueOptions): Promise<QueueConsumer> {
  const { bullmq, connection, factory, notices } = store;
  const limits = limitsOf(options);
  const { name, lease, retries } = limits;
  const worker: JobWorker = new bullmq.Worker(
    name,
    null,
    {
      ...{ connection, autorun: false, maxStalledCount: retries },
      ...{ lockDuration: lease, stalledInterval: Math.ceil(lease / 2) },
    },
    factory,
  );
  const consumer = new Consumer(store, options, limits, worker);
  try {
    await worker.waitUntilReady();
  } catch (error) {
    await consumer.close();
    throw error;
  }
  for (const text of notices) consumer.trouble.notice(text);
  return consumer;
}

class Consumer implements QueueConsumer {
  readonly trouble: Trouble;
  readonly #worker: JobWorker;
  readonly #lease: number;
  readonly #active = new Map<string, Active>();
  readonly #renewal: NodeJS.Timeout;
  readonly #id = randomUUID();
  #tokens = 0;
  #isRenewing = false;
  #closing: Promise<void> | undefined;

  constructor(store: Store, { onTrouble }: QueueOptions, { lease }: Limits, worker: JobWorker) {
    const { shown, withoutSecrets } = store;
    this.#worker = worker;
    this.#lease = lease;
    const probe = () => worker.getBackend().getState("0");
    this.trouble = new Trouble({ shown, withoutSecrets, onTrouble, probe });
    worker.on("error", (error: Error) => this.trouble.heard(error));
    this.#renewal = setInterval(() => void this.#renew(), lease / 3);
  }

  async consume(handler: Handler, options: ConsumeOptions): Promise<void> {
    const { concurrency, stop } = options;
    const running = new Set<Promise<void>>();
    const failed = new AbortController();
    const end = AbortSignal.any([stop, failed.signal]);
    await this.#worker.startStalledCheckTimer();
    while (!end.aborted && !this.trouble.isClosed) {
      if (running.size >= concurrency) {
        await unlessAborted(end, Promise.race(running));
        continue;
      }
      const job = await this.#next(end);
      if (job === undefined) continue;
      if (end.aborted) {
        await this.#giveBack(job).catch(() => {});
        break;
      }
      const run: Promise<void> = this.#run(job, handler, options)
        .then((wasGivenBack) => (wasGivenBack ? this.trouble.sleep(PAUSE, end) : undefined))
        .catch((error) => failed.abort(error))
        .finally(() => running.delete(run));
      running.add(run);
    }
    await Promise.all(running);
    if (failed.signal.aborted) throw failed.signal.reason;
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      clearInterval(this.#renewal);
      this.trouble.close();
      for (const { lost } of this.#active.values()) lost.abort(new Closed());
      // A wait for jobs on PostgreSQL has a timer of its own.
      await atMost(this.#worker.getBackend().disconnectBlocking(false));
      await atMost(this.#worker.close(true));
    })();
    return this.#closing;
  }

  /** The next job, or nothing for now. */
  async #next(end: AbortSignal): Promise<Taken | undefined> {
    const fetch = this.#fetch();
    // Stopped while the server does not answer.
    let onEnd = () => {};
    const late = new Promise<boolean>((resolve) => {
      onEnd = () => void this.trouble.sleep(LAST_FETCH).then(() => resolve(true));
    });
    if (end.aborted) onEnd();
    else end.addEventListener("abort", onEnd);
    const isLate = await Promise.race([fetch.then(() => false), late]);
    end.removeEventListener("abort", onEnd);
    if (isLate) {
      void fetch.then((job) => job && this.#giveBack(job)).catch(() => {});
      return undefined;
    }
    const job = await fetch;
    if (job !== undefined || end.aborted || this.trouble.isClosed) return job;
    const backend = this.#worker.getBackend();
    const wait = backend.waitForJob(WAIT).catch(async (error: Error) => {
      this.trouble.heard(error);
      await this.trouble.sleep(PAUSE, end);
      if (!end.aborted && !this.trouble.isClosed) await backend.reconnectBlocking().catch(() => {});
    });
    await unlessAborted(end, wait);
    return undefined;
  }

  async #fetch(): Promise<Taken | undefined> {
    const token = `${this.#id}:${this.#tokens++}`;
    try {
      const job = await this.trouble.attempt(() => this.#worker.getNextJob(token, { block: false }));
      return (job ?? undefined) as Taken | undefined;
    } catch (error) {
      if (error instanceof Closed) return undefined;
      throw error;
    }
  }

  /** @returns whether it was given back. @throws what the handler throws, the job having been given back */
  async #run(job: Taken, handler: Handler, { onEnd }: ConsumeOptions): Promise<boolean> {
    const { trouble } = this;
    const [id, token] = [job.id!, job.token!];
    const { payload = "", answer } = job.data;
    const lost = new AbortController();
    const active: Active = { id, token, lost };
    this.#active.set(token, active);
    const progress = this.#progressOf(job, lost.signal);
    try {
      if (job.deferredFailure !== undefined) {
        const { UnrecoverableError } = await import("bullmq");
        await trouble.attempt(() =>
          job.moveToFailed(new UnrecoverableError(job.deferredFailure), token, false),
        );
        return false;
      }
      // Its worker died between the answer and the end.
      if (answer !== undefined) {
        await trouble.attempt(() => job.moveToCompleted(1, token, false));
        return false;
      }
      const taken: TakenJob = {
        ...{ id, payload, retries: job.stalledCounter, lost: lost.signal },
        progress: progress.tell,
      };
      let given: string;
      try {
        given = await handler(taken);
      } catch (error) {
        progress.end();
        const isGiveBack = error instanceof GiveBack;
        if (!lost.signal.aborted) await this.#giveBack(job);
        if (lost.signal.aborted) onEnd?.({ id, payload }, "lost");
        else onEnd?.({ id, payload }, "back");
        if (!isGiveBack) throw error;
        return true;
      }
      progress.end();
      const isAnswered = !lost.signal.aborted && (await this.#answer(job, given));
      if (!isAnswered) lost.abort();
      onEnd?.({ id, payload }, isAnswered ? "answered" : "lost");
      return false;
    } catch (error) {
      // Another worker's, or taken off the queue.
      if (!saysOfJob(error) && !(error instanceof Closed)) throw error;
      lost.abort(error);
      onEnd?.({ id, payload }, "lost");
      return false;
    } finally {
      progress.end();
      this.#active.delete(token);
    }
  }

  /** @returns whether the job was still ours */
  async #answer(job: Taken, answer: string): Promise<boolean> {
    const { trouble } = this;
    const [id, token] = [job.id!, job.token!];
    const failed = await trouble.attempt(() => this.#worker.extendJobLocks([id], [token], this.#lease));
    if (failed.length > 0) return false;
    // Not as the returned value, which goes into the stream of events: thousands of them, of megabytes each. What is to be done
    // is of no use any more, and takes the server's memory.
    await trouble.attempt(() => job.updateData({ answer }));
    let isAgain = false;
    try {
      await trouble.attempt(async () => {
        try {
          await job.moveToCompleted(1, token, false);
        } catch (error) {
          isAgain ||= !saysOfJob(error);
          throw error;
        }
      });
    } catch (error) {
      if (!isAgain || !saysOfJob(error)) throw error;
      // The connection broke after the command had been done.
      const state = await trouble.attempt(() => this.#worker.getBackend().getState(id));
      return state === "completed" || state === "unknown";
    }
    return true;
  }

  async #giveBack(job: Taken): Promise<void> {
    await this.trouble.attempt(() => job.moveToWait(job.token!));
  }

  /** A worker that was stopped for longer than the lease learns here that its job is another's. */
  async #renew(): Promise<void> {
    const active = [...this.#active.values()];
    if (this.#isRenewing || active.length === 0) return;
    this.#isRenewing = true;
    try {
      const ids = active.map(({ id }) => id);
      const tokens = active.map(({ token }) => token);
      const failed = new Set(await this.#worker.extendJobLocks(ids, tokens, this.#lease));
      for (const { id, token, lost } of active) {
        if (failed.has(id) && this.#active.has(token))
          lost.abort(new Error(`The job ${id} is another worker's.`));
      }
    } catch (error) {
      this.trouble.heard(error as Error);
    } finally {
      this.#isRenewing = false;
    }
  }

  #progressOf(job: Taken, lost: AbortSignal): { tell: (text: string) => void; end: () => void } {
    let latest: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    let isEnded = false;
    const send = () => {
      timer = undefined;
      if (latest === undefined || isEnded || lost.aborted || this.trouble.isClosed) return;
      const text = latest;
      latest = undefined;
      timer = setTimeout(send, PROGRESS);
      job.updateProgress(text).catch(() => {});
    };
    return {
      tell: (text) => {
        latest = text;
        if (timer === undefined) send();
      },
      end: () => {
        isEnded = true;
        clearTimeout(timer);
      },
    };
  }
}

/**
 * Resolves when the promise does, or the signal comes. A race with a promise of the signal would keep something of every race, for as
 * long as the worker runs.
 */
function unlessAborted(signal: AbortSignal, promise: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort);
    promise.then(() => resolve(), reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
