/**
 * A queue over which a search's trainings travel to other machines: what every engine offers. Delivery is at least once: a job may be
 * taken twice, if its worker was silent for too long. What a job gives depends on the job alone, so that the first answer counts
 * and every later one is the same.
 */

/** A piece of work, as it lies on the queue. */
export interface QueuedJob {
  /** Says what is to be done, so that the same work has the same id whenever it is asked for: [0-9a-z-], at most 100 characters. */
  readonly id: string;
  /** JSON. */
  readonly payload: string;
}

export interface SubmitOptions {
  /** Stops waiting, with its reason. The job is taken off the queue if no worker has it. */
  readonly signal?: AbortSignal | undefined;
  /** What the worker has told of its progress, JSON; the latest may be all that comes. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** The coordinator's end. */
export interface QueueClient {
  /**
   * Puts a job and waits for its answer, JSON. One that is there already is waited for, one that has been answered before is not done
   * again, and one that the queue has lost is put anew. What the queue cannot do at the moment (no connection, no memory) is
   * tried again for as long as it takes, and told by `onTrouble`.
   * @throws QueueError if its worker has died, or has given no sign, more often than `retries` allows; the signal's reason
   */
  submit(job: QueuedJob, options?: SubmitOptions): Promise<string>;
  /** How many workers wait for jobs or have some, if the queue knows. */
  workers(): Promise<number | undefined>;
  /** Ends the waiting for all jobs. Those that nobody has taken are taken off the queue. */
  close(): Promise<void>;
}

/** A job that a worker has. */
export interface TakenJob extends QueuedJob {
  /** How often it has been taken before by a worker that died or gave no sign. */
  readonly retries: number;
  /** Aborted when it was given to another worker: nothing that comes of it counts any more. */
  readonly lost: AbortSignal;
  /** Tells the coordinator how it goes: JSON of a few hundred bytes. It never throws; what cannot be told is dropped. */
  progress(text: string): void;
}

/** Thrown by a handler to give the job back: another worker takes it. It does not count as a retry. */
export class GiveBack extends Error {
  override readonly name = "GiveBack";
}

export interface ConsumeOptions {
  /** Jobs at once. */
  readonly concurrency: number;
  /** No more jobs are taken after it; those under way are done to their end. */
  readonly stop: AbortSignal;
  /** What became of a job in the end: answered; lost, as another worker has it; given back. */
  readonly onEnd?: ((job: QueuedJob, end: "answered" | "lost" | "back") => void) | undefined;
}

/** A worker's end. */
export interface QueueConsumer {
  /**
   * Takes jobs, one after another, until `stop`; resolves when the last one under way has ended.
   * @param handler gives the answer, JSON; throws GiveBack. Anything else that it throws ends the taking with that error, the job
   *   being given back
   */
  consume(handler: (job: TakenJob) => Promise<string>, options: ConsumeOptions): Promise<void>;
  close(): Promise<void>;
}

export interface QueueOptions {
  /** The name of the queue: several searches may share one. Default: "nnwasm". Letters, digits, - and _. */
  readonly name?: string | undefined;
  /** A worker that gives no sign for so many seconds has lost its job. Default: 30; at least 1. */
  readonly lease?: number | undefined;
  /** How often a job may be lost by workers that died or gave no sign, until the search counts it as failed. Default: 10. */
  readonly retries?: number | undefined;
  /**
   * Hears, in a sentence, of what is wrong now and is tried again ("redis://host:6379 does not answer: …"), and of its end, with
   * `isOver`.
   */
  readonly onTrouble?: ((text: string, isOver?: boolean) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An engine. Its packages are loaded when it is opened. */
export interface QueueEngine {
  /** What `--queue` begins with: "redis:", "rediss:". */
  readonly schemes: readonly string[];
  /** For --help: "redis://[user:password@]host[:port][/db]". */
  readonly usage: string;
  /** The URL without what is secret, for logs, error messages and folders. */
  shown(url: string): string;
  /** @throws ConfigError if the URL is none, a package is not installed (says how), or the server is not fit (says how to set it) */
  openClient(url: string, options: QueueOptions): Promise<QueueClient>;
  /** @throws ConfigError as {@link openClient} */
  openConsumer(url: string, options: QueueOptions): Promise<QueueConsumer>;
}
