/** The coordinator's end of a queue in a folder: it puts jobs there and looks for their answers. */
import { QueueError } from "../../errors.ts";
import { shown as shownValue } from "../../options.ts";
import { now } from "../../runtime.ts";
import type { QueueClient, QueuedJob, SubmitOptions } from "../queue.ts";
import type { FolderSettings } from "./folder.ts";
import { idOf, isId, type Layout } from "./layout.ts";
import { Leases } from "./leases.ts";
import { Alarm, Pace } from "./pace.ts";
import { MOST_PROGRESS } from "./progress.ts";
import { isJson, jobText, readAnswer, readJobRecord } from "./records.ts";
import { makeParts, makeQueue, refuseLasting, sweep, tryOut } from "./setUp.ts";
import { clock, codeOf, createWhole, namesIn, readWhole, removeFile, replaceWhole } from "./sharedFiles.ts";
import { Trouble } from "./trouble.ts";
import { countWorkers } from "./workers.ts";

/** Milliseconds between two looks at names that are to be fresh, which cost two changes of the folder. */
const FRESH = 500;
/** Milliseconds between two looks at a job's progress, and at whether it is all right. */
const LOOK = 1000;
/** Jobs that are looked at in one round. */
const MOST_LOOKED_AT = 64;

/** Somebody who waits for an answer. */
interface Waiter extends Pick<SubmitOptions, "onProgress"> {
  readonly resolve: (answer: string) => void;
  readonly reject: (reason: unknown) => void;
}

/** A job that has been asked for. */
interface Waiting {
  readonly id: string;
  readonly payload: string;
  readonly text: string;
  readonly waiters: Set<Waiter>;
  /** Whether it has been put. */
  isPut: boolean;
  /** When it is looked at again. */
  next: number;
  /** What its worker told last. */
  progress: string | undefined;
}

export class FolderClient implements QueueClient {
  readonly #layout: Layout;
  readonly #shown: string;
  readonly #retries: number;
  readonly #leases: Leases;
  readonly #trouble: Trouble;
  readonly #closed = new AbortController();
  readonly #jobs = new Map<string, Waiting>();
  /** Those whose answers have been taken: they lie there until the end, as the same job may be asked for again. */
  readonly #taken = new Set<string>();
  readonly #pace = new Pace();
  readonly #alarm = new Alarm();
  /** What is under way besides the watching. */
  readonly #work = new Set<Promise<void>>();
  #watching: Promise<void> | undefined;
  #looksFresh = 0;

  private constructor({ layout, shown, lease, retries, onTrouble }: FolderSettings) {
    this.#layout = layout;
    this.#shown = shown;
    this.#retries = retries;
    this.#leases = new Leases(layout, lease);
    this.#trouble = new Trouble(onTrouble);
  }

  /** @throws ConfigError if there can be no queue */
  static async open(settings: FolderSettings): Promise<FolderClient> {
    const { layout, shown, signal } = settings;
    signal?.throwIfAborted();
    const client = new FolderClient(settings);
    const setUp = async () => {
      try {
        await makeQueue(layout);
        await tryOut(shown, layout);
      } catch (error) {
        refuseLasting(shown, error);
        throw error;
      }
    };
    await client.#trouble.untilDone(`use ${layout.root}`, setUp, signal ?? client.#closed.signal);
    await client.#trouble.attempt(`sweep ${layout.root}`, () => sweep(layout));
    signal?.addEventListener("abort", () => client.#end(signal.reason), { once: true });
    return client;
  }

  submit({ id, payload }: QueuedJob, { signal, onProgress }: SubmitOptions = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#closed.signal.throwIfAborted();
      signal?.throwIfAborted();
      if (!isId(id))
        throw new QueueError(`The job's id is ${shownValue(id)}, expected at most 100 of 0-9, a-z and -.`);
      let job = this.#jobs.get(id);
      const isNew = job === undefined;
      job ??= {
        ...{
          id,
          payload,
          text: jobText({ id, payload, retries: this.#retries }),
          waiters: new Set<Waiter>(),
        },
        ...{ isPut: false, next: 0, progress: undefined },
      };
      const { waiters } = job;
      const onAbort = () => {
        waiters.delete(waiter);
        const leave = () => reject(signal!.reason);
        if (waiters.size > 0 || this.#jobs.get(id) !== job) return leave();
        this.#jobs.delete(id);
        this.#alsoDo(this.#withdraw(id).then(leave, leave));
      };
      const done = () => signal?.removeEventListener("abort", onAbort);
      const waiter: Waiter = {
        onProgress,
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (reason) => {
          done();
          reject(reason);
        },
      };
      waiters.add(waiter);
      signal?.addEventListener("abort", onAbort);
      if (isNew) {
        this.#jobs.set(id, job);
        this.#alsoDo(this.#begin(job));
      }
    });
  }

  async workers(): Promise<number | undefined> {
    return (await this.#attempt("count workers", () => countWorkers(this.#layout)))?.value;
  }

  async close(): Promise<void> {
    this.#end(new QueueError(`${this.#shown} has been closed.`));
    await this.#watching;
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.#attempt("remove answers", async () => {
      for (const id of this.#taken) await removeFile(this.#layout.answer(id));
    });
    this.#taken.clear();
  }

  /** Ends all waiting. */
  #end(reason: unknown): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(reason);
    this.#alarm.ring();
    for (const { id, waiters } of this.#jobs.values()) {
      const leave = () => {
        for (const { reject } of waiters) reject(reason);
      };
      this.#alsoDo(this.#withdraw(id).then(leave, leave));
    }
    this.#jobs.clear();
  }

  #alsoDo(work: Promise<void>): void {
    const all: Promise<void> = work.catch(() => {}).then(() => void this.#work.delete(all));
    this.#work.add(all);
  }

  #attempt<T>(what: string, work: () => Promise<T>) {
    return this.#trouble.attempt(`${what} in ${this.#layout.root}`, work);
  }

  #untilDone<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#trouble.untilDone(`${what} in ${this.#layout.root}`, work, this.#closed.signal);
  }

  /** Looks for the job's answer, or puts the job. */
  async #begin(job: Waiting): Promise<void> {
    try {
      if (await this.#untilDone("read answers", () => this.#tryToEnd(job))) return;
      await this.#untilDone("put jobs", () => this.#put(job));
    } catch (error) {
      if (!this.#closed.signal.aborted) this.#fail(job, error);
      return;
    }
    if (this.#jobs.get(job.id) !== job) {
      // Nobody waits for it any more.
      if (!this.#jobs.has(job.id)) await this.#withdraw(job.id);
      return;
    }
    job.isPut = true;
    job.next = now() + LOOK;
    this.#pace.reset();
    this.#alarm.ring();
    this.#watching ??= this.#watch();
  }

  /** Puts a job, unless it is there. @throws FileError */
  async #put({ id, payload, text }: Waiting): Promise<void> {
    const folder = this.#layout.folder("jobs");
    const name = `${id}.json`;
    try {
      if (await createWhole(folder, name, text)) return;
      // Another search's, which may allow other retries; or damaged.
      const found = await readJobRecord(this.#layout.job(id), id);
      if (
        found === undefined ||
        ("retries" in found && found.payload === payload && found.retries === this.#retries)
      )
        return;
      await replaceWhole(folder, name, text);
    } catch (error) {
      // The queue was removed, but not the folder that it was in.
      if (codeOf(error) === "ENOENT") await makeParts(this.#layout).catch(() => {});
      throw error;
    }
  }

  /** Looks at all jobs, again and again, as long as there are some. */
  async #watch(): Promise<void> {
    while (this.#jobs.size > 0) {
      const looked = await this.#attempt("look for answers", () => this.#look()).catch((error) => {
        for (const job of [...this.#jobs.values()]) this.#fail(job, error);
        return undefined;
      });
      if (looked?.value === true) this.#pace.reset();
      if (this.#jobs.size > 0) await this.#alarm.wait(this.#pace.next());
    }
    this.#watching = undefined;
  }

  /** @returns whether a job has ended */
  async #look(): Promise<boolean> {
    const put = [...this.#jobs.values()].filter(({ isPut }) => isPut);
    const folder = this.#layout.folder("jobs");
    if (now() >= this.#looksFresh) {
      await clock(folder);
      this.#looksFresh = now() + FRESH;
    }
    let names: string[];
    try {
      names = await namesIn(folder);
    } catch (error) {
      if (codeOf(error) === "ENOENT") await makeParts(this.#layout).catch(() => {});
      throw error;
    }
    const there = new Set(names.map(idOf));
    const gone = put.filter(({ id }) => !there.has(id));
    let isEnded = false;
    const lost: Waiting[] = [];
    for (const job of gone) {
      if (await this.#tryToEnd(job)) isEnded = true;
      else lost.push(job);
    }
    if (lost.length > 0) {
      // The answers' names may be old.
      await clock(this.#layout.folder("answers"));
      for (const job of lost) {
        if (await this.#tryToEnd(job)) isEnded = true;
        else await this.#put(job);
      }
    }
    const due = put.filter((job) => there.has(job.id) && job.next <= now()).slice(0, MOST_LOOKED_AT);
    if (due.length > 0 && (await this.#lookAt(due))) isEnded = true;
    return isEnded;
  }

  /** Looks at how some jobs go. @returns whether one has ended */
  async #lookAt(due: readonly Waiting[]): Promise<boolean> {
    let isEnded = false;
    const leases = await this.#leases.list();
    let time: number | undefined;
    for (const job of due) {
      const { id } = job;
      job.next = now() + LOOK;
      // Its worker may have been killed before it had put the job away.
      if (await this.#tryToEnd(job)) {
        isEnded = true;
        continue;
      }
      const losses = leases.get(id);
      if (losses === undefined) {
        // A crash of a machine can leave half of a file.
        const found = await readJobRecord(this.#layout.job(id), id);
        if (found !== undefined && "damage" in found) await this.#put(job);
        continue;
      }
      await this.#tellProgress(job);
      if (losses < this.#retries) continue;
      time ??= await this.#leases.clock();
      const isLost = losses > this.#retries || (await this.#leases.isStale(id, losses, time));
      if (!isLost || (await this.#tryToEnd(job))) continue;
      await this.#removeJob(id);
      this.#fail(job, this.#tooOften(id, losses));
      isEnded = true;
    }
    return isEnded;
  }

  #tooOften(id: string, losses: number): QueueError {
    const times = Math.max(losses, this.#retries + 1);
    return new QueueError(
      `The job ${id} was lost ${times === 1 ? "once" : `${times} times`}: its workers died, or gave no sign for as long as the lease. ` +
        "Look at the workers' logs (was there memory enough?), or allow more retries.",
    );
  }

  async #tellProgress(job: Waiting): Promise<void> {
    const listeners = [...job.waiters].flatMap(({ onProgress }) => onProgress ?? []);
    if (listeners.length === 0) return;
    const text = await readWhole(this.#layout.progress(job.id), MOST_PROGRESS).catch(() => undefined);
    if (text === undefined || text === job.progress || !isJson(text)) return;
    job.progress = text;
    for (const listener of listeners) listener(text);
  }

  /** Takes a job's answer. @returns whether there is one @throws FileError */
  async #tryToEnd(job: Waiting): Promise<boolean> {
    const { id, waiters } = job;
    const path = this.#layout.answer(id);
    const answer = await readAnswer(path);
    if (answer === undefined) return false;
    if (typeof answer !== "string") {
      this.#trouble.begin(path, `${answer.damage} It is removed, and the job is done anew.`);
      await removeFile(path);
      return false;
    }
    this.#trouble.end(path, `${path} is there anew.`);
    await this.#removeJob(id);
    this.#taken.add(id);
    if (this.#jobs.get(id) === job) this.#jobs.delete(id);
    for (const { resolve } of waiters) resolve(answer);
    return true;
  }

  #fail(job: Waiting, error: unknown): void {
    if (this.#jobs.get(job.id) === job) this.#jobs.delete(job.id);
    for (const { reject } of job.waiters) reject(error);
  }

  /** Removes all of a job but its answer. @throws FileError */
  async #removeJob(id: string): Promise<void> {
    await removeFile(this.#layout.job(id));
    await this.#leases.clear(new Set([id]));
    await removeFile(this.#layout.progress(id));
  }

  /** Takes a job off the queue that no worker has. What cannot be removed now stays: a worker does it, for whoever asks again. */
  async #withdraw(id: string): Promise<void> {
    await this.#attempt("take jobs off", async () => {
      const losses = (await this.#leases.list()).get(id);
      if (losses !== undefined && !(await this.#leases.isStale(id, losses, await this.#leases.clock())))
        return;
      // Whoever has the lease has the job: no worker takes it meanwhile.
      const lease = await this.#leases.take(id, losses === undefined ? 0 : losses + 1);
      if (lease === undefined) return;
      if (this.#jobs.has(id)) return await lease.release();
      await this.#removeJob(id);
    });
  }
}
