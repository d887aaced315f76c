/** A worker's end of a queue in a folder: it looks for jobs that nobody has, and takes them by leases. */
import { randomBytes, randomInt } from "node:crypto";
import { hostname } from "node:os";
import { QueueError } from "../../errors.ts";
import { now } from "../../runtime.ts";
import {
  type ConsumeOptions,
  GiveBack,
  type QueueConsumer,
  type QueuedJob,
  type TakenJob,
} from "../queue.ts";
import type { FolderSettings } from "./folder.ts";
import { idOf, type Layout } from "./layout.ts";
import { type Lease, Leases } from "./leases.ts";
import { Alarm, Pace, pause } from "./pace.ts";
import { ProgressFile } from "./progress.ts";
import { isJson, type JobRecord, MOST_BYTES, readAnswer, readJobRecord } from "./records.ts";
import { makeParts, refuseLasting, tryOut } from "./setUp.ts";
import { clock, codeOf, createWhole, namesIn, removeFile, replaceWhole } from "./sharedFiles.ts";
import { Trouble } from "./trouble.ts";

/** A lease is renewed so many times before it would run out. */
const RENEWALS = 5;
/** Milliseconds in which a worker leaves a job alone that it gave back or could not read: others come first. */
const LEFT_ALONE = 1000;
/** Leases that are looked at in one round. Of thousands each worker looks at some. */
const MOST_LOOKED_AT = 64;
/** Others may be faster; after so many jobs it is time to look anew. */
const MOST_TRIED = 32;
/** Milliseconds between two looks that ask for fresh names, which costs two changes of the folder. */
const FRESH = 500;

type Handler = (job: TakenJob) => Promise<string>;

export class FolderConsumer implements QueueConsumer {
  readonly #layout: Layout;
  readonly #shown: string;
  readonly #seconds: number;
  readonly #leases: Leases;
  readonly #trouble: Trouble;
  readonly #closed = new AbortController();
  /** Jobs that are left alone until then. */
  readonly #avoided = new Map<string, number>();
  /** Jobs under way. */
  readonly #running = new Set<string>();
  #looksForStale = 0;
  #looksFresh = 0;

  private constructor({ layout, shown, lease, onTrouble, signal }: FolderSettings) {
    this.#layout = layout;
    this.#shown = shown;
    this.#seconds = lease;
    this.#leases = new Leases(layout, lease);
    this.#trouble = new Trouble(onTrouble);
    signal?.addEventListener("abort", () => this.#closed.abort(signal.reason));
  }

  /** @throws ConfigError if nothing can be written there */
  static async open(settings: FolderSettings): Promise<FolderConsumer> {
    settings.signal?.throwIfAborted();
    const consumer = new FolderConsumer(settings);
    const { layout, shown } = settings;
    const setUp = async () => {
      await makeParts(layout);
      await tryOut(shown, layout);
    };
    // The folder itself is not made here: where a disk is missing, nobody would come to it. The search makes it.
    await consumer.#trouble.attempt(`use ${layout.root}`, () =>
      setUp().catch((error) => {
        refuseLasting(shown, error);
        throw error;
      }),
    );
    return consumer;
  }

  async consume(handler: Handler, { concurrency, stop, onEnd }: ConsumeOptions): Promise<void> {
    const pace = new Pace();
    const alarm = new Alarm();
    const active = new Set<Promise<void>>();
    const failures: unknown[] = [];
    const isEnding = () => stop.aborted || this.#closed.signal.aborted || failures.length > 0;
    const ended = new AbortController();
    const presence = this.#announce(ended.signal);
    for (const signal of [stop, this.#closed.signal]) signal.addEventListener("abort", alarm.ring);
    try {
      while (!isEnding()) {
        const taken = active.size < concurrency ? await this.#tryToTake() : undefined;
        if (taken === undefined) {
          await alarm.wait(active.size < concurrency ? pace.next() : 1000);
          continue;
        }
        pace.reset();
        const run = this.#run(taken, handler, onEnd)
          .catch((error) => failures.push(error))
          .then(() => {
            active.delete(run);
            pace.reset();
            alarm.ring();
          });
        active.add(run);
      }
    } catch (error) {
      failures.push(error);
    }
    await Promise.all(active);
    ended.abort();
    await presence;
    for (const signal of [stop, this.#closed.signal]) signal.removeEventListener("abort", alarm.ring);
    if (failures.length > 0) throw failures[0];
  }

  async close(): Promise<void> {
    this.#closed.abort(new QueueError(`${this.#shown} has been closed.`));
  }

  /** Tells that this worker lives, until the signal. */
  async #announce(ended: AbortSignal): Promise<void> {
    const token = randomBytes(8).toString("hex");
    const text = `${this.#seconds} ${hostname()}\n`;
    const folder = this.#layout.folder("workers");
    while (!ended.aborted) {
      await this.#trouble.attempt(`use ${this.#layout.root}`, () => replaceWhole(folder, token, text));
      await pause((1000 * this.#seconds) / RENEWALS, ended);
    }
    await removeFile(this.#layout.worker(token)).catch(() => {});
  }

  /** A job, with its lease; undefined if there is none now. */
  async #tryToTake(): Promise<Taken | undefined> {
    const done = await this.#trouble.attempt(`take jobs from ${this.#layout.root}`, () => this.#take());
    return done?.value;
  }

  async #take(): Promise<Taken | undefined> {
    const begin = now();
    if (begin >= this.#looksFresh) {
      await clock(this.#layout.folder("jobs"));
      this.#looksFresh = begin + FRESH;
    }
    const ids = inRandomTurn(
      (await namesIn(this.#layout.folder("jobs"))).map(idOf).filter((id) => id !== undefined),
    );
    for (const [id, until] of this.#avoided) if (until < begin) this.#avoided.delete(id);
    const leases = await this.#leases.list();
    const mayHave = ids.filter((id) => !this.#avoided.has(id) && !this.#running.has(id));
    let tried = 0;
    for (const id of mayHave) {
      if (leases.has(id)) continue;
      if (tried++ === MOST_TRIED) return undefined;
      const taken = await this.#takeOne(id, 0);
      if (taken !== undefined) return taken;
    }
    if (begin < this.#looksForStale) return undefined;
    this.#looksForStale = begin + (1000 * this.#seconds) / randomInt(RENEWALS, 2 * RENEWALS);
    const others = mayHave.filter((id) => leases.has(id)).slice(0, MOST_LOOKED_AT);
    if (others.length === 0) return undefined;
    const time = await this.#leases.clock();
    for (const id of others) {
      const losses = leases.get(id)!;
      if (!(await this.#leases.isStale(id, losses, time))) continue;
      const taken = await this.#takeOne(id, losses + 1);
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  /** Takes this job, unless another one is faster, or it is done, or it cannot be read. */
  async #takeOne(id: string, losses: number): Promise<Taken | undefined> {
    if (losses > 0) {
      // Whoever waits for it is told that it was lost too often.
      const job = await this.#readJob(id);
      if (job === undefined || losses > job.retries) return undefined;
    }
    const lease = await this.#leases.take(id, losses);
    if (lease === undefined) return undefined;
    try {
      const job = await this.#readJob(id);
      if (job !== undefined) {
        const answer = await readAnswer(this.#layout.answer(id));
        if (typeof answer !== "string") return { job, lease };
        // Its worker was killed before it had put all away.
        await this.#putAway(id);
        return undefined;
      }
    } catch (error) {
      await lease.release().catch(() => {});
      throw error;
    }
    await lease.release();
    return undefined;
  }

  /** A job; undefined if it is gone or damaged. */
  async #readJob(id: string): Promise<JobRecord | undefined> {
    const path = this.#layout.job(id);
    const job = await readJobRecord(path, id);
    if (job === undefined) return undefined;
    if ("damage" in job) {
      this.#avoided.set(id, now() + LEFT_ALONE);
      this.#trouble.begin(
        path,
        `${job.damage} It is left alone. Use workers of the same version, or remove it.`,
      );
      return undefined;
    }
    this.#trouble.end(path, `${path} is a job again.`);
    return job;
  }

  /** Removes an answered job. The leases go first: who takes it then finds the answer. @throws FileError */
  async #putAway(id: string): Promise<void> {
    await removeFile(this.#layout.progress(id));
    await this.#leases.clear(new Set([id]));
    await removeFile(this.#layout.job(id));
  }

  /** Does a job. @throws what the handler throws, but for GiveBack */
  async #run({ job, lease }: Taken, handler: Handler, onEnd: ConsumeOptions["onEnd"]): Promise<void> {
    const { id, payload } = job;
    const queued: QueuedJob = { id, payload };
    const lost = new AbortController();
    const ended = new AbortController();
    this.#running.add(id);
    const renewal = this.#renew(lease, lost, ended.signal);
    const progress = new ProgressFile(this.#layout, id);
    let end: "answered" | "lost" | "back" = "back";
    try {
      const taken: TakenJob = {
        ...{ ...queued, retries: lease.losses, lost: lost.signal },
        progress: (text) => {
          if (!lost.signal.aborted && !ended.signal.aborted) progress.write(text);
        },
      };
      const answer = await handler(taken);
      await progress.end();
      requireAnswer(id, answer);
      end = (await this.#answer(lease, answer, lost)) ? "answered" : "lost";
    } catch (error) {
      await progress.end();
      if (lost.signal.aborted) end = "lost";
      else {
        await this.#giveBack(lease);
        if (!(error instanceof GiveBack)) throw error;
      }
    } finally {
      ended.abort();
      await renewal;
      this.#running.delete(id);
      onEnd?.(queued, end);
    }
  }

  /** Renews a lease until it is lost or `ended`. */
  async #renew(lease: Lease, lost: AbortController, ended: AbortSignal): Promise<void> {
    const what = `renew leases in ${this.#layout.root}`;
    for (;;) {
      await pause((1000 * this.#seconds) / RENEWALS, ended);
      if (ended.aborted) return;
      const renewed = await this.#trouble.attempt(what, () => lease.renew());
      if (renewed?.value !== false) continue;
      // What was given back or answered meanwhile is no loss.
      if (!ended.aborted) lost.abort();
      return;
    }
  }

  /**
   * Writes an answer.
   * @returns false if the job is another worker's, or was answered by one
   */
  async #answer(lease: Lease, answer: string, lost: AbortController): Promise<boolean> {
    const { id } = lease;
    const folder = this.#layout.folder("answers");
    const until = AbortSignal.any([lost.signal, this.#closed.signal]);
    const tryTo = <T>(what: string, work: () => Promise<T>) =>
      this.#trouble.untilDone(`${what} in ${this.#layout.root}`, work, until);
    until.throwIfAborted();
    if (!(await tryTo("renew leases", () => lease.renew()))) {
      lost.abort();
      return false;
    }
    const isFirst = await tryTo("write answers", async () => {
      if (await createWhole(folder, `${id}.json`, answer, { sync: true })) return true;
      if (typeof (await readAnswer(this.#layout.answer(id))) === "string") return false;
      await replaceWhole(folder, `${id}.json`, answer, { sync: true });
      return true;
    });
    // Should this fail, then whoever takes the job next, or waits for it, finds the answer.
    await this.#trouble.attempt(`put jobs away in ${this.#layout.root}`, () => this.#putAway(id));
    return isFirst;
  }

  /** Gives a lease back. If that cannot be done, it runs out. */
  async #giveBack(lease: Lease): Promise<void> {
    this.#avoided.set(lease.id, now() + LEFT_ALONE);
    const until = AbortSignal.timeout(1000 * this.#seconds);
    const what = `give jobs back in ${this.#layout.root}`;
    await this.#trouble
      .untilDone(what, () => lease.release(), until)
      .catch((error) => {
        if (!until.aborted || codeOf(error) !== undefined) throw error;
      });
  }
}

interface Taken {
  readonly job: JobRecord;
  readonly lease: Lease;
}

/** The same names, beginning anywhere: workers that look at the same moment try different ones. */
function inRandomTurn(names: readonly string[]): string[] {
  const first = names.length < 2 ? 0 : randomInt(names.length);
  return [...names.slice(first), ...names.slice(0, first)];
}

/** @throws QueueError unless it can be carried */
function requireAnswer(id: string, answer: string): void {
  if (Buffer.byteLength(answer) > MOST_BYTES) {
    throw new QueueError(
      `The answer of the job ${id} has ${Buffer.byteLength(answer)} bytes, expected ${MOST_BYTES} at most. Train with a checkpoints folder, or a smaller network.`,
    );
  }
  if (!isJson(answer))
    throw new QueueError(`The answer of the job ${id} is no JSON. This is a bug of nnwasm: report it.`);
}
