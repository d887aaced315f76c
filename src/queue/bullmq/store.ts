/** What a server's engine hands to the queue's two ends: BullMQ, and how it reaches the server. */
import type { BackendFactory, IQueueBackend, Queue, Worker } from "bullmq";
import { ConfigError } from "../../errors.ts";
import { shown } from "../../options.ts";
import type { QueueOptions } from "../queue.ts";

export interface Store {
  readonly bullmq: typeof import("bullmq");
  /** As `factory` takes it, with a few connections or with more. */
  readonly connection: object;
  readonly factory: BackendFactory<IQueueBackend, object>;
  /** The URL, as it may be shown. */
  readonly shown: string;
  readonly withoutSecrets: (text: string) => string;
  /** Milliseconds until the events are looked for that came without a sign: PostgreSQL leaves some out when it has much to do. */
  readonly eventsWait: number;
  /** What is to be known of the server from the start, in sentences. */
  readonly notices: readonly string[];
}

/** A job's data: what is to be done, and in the end its answer in the place of it. */
export interface JobData {
  readonly payload?: string;
  readonly answer?: string;
}

export type JobQueue = Queue<JobData, number, string, JobData, number, string, IQueueBackend, object>;
export type JobWorker = Worker<JobData, number, string, IQueueBackend, string, object>;

export interface Limits {
  readonly name: string;
  /** Milliseconds. */
  readonly lease: number;
  readonly retries: number;
}

/** @throws ConfigError for what is out of its range */
export function limitsOf({ name = "nnwasm", lease = 30, retries = 10 }: QueueOptions): Limits {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(name)) {
    throw new ConfigError(
      `The queue's name is ${shown(name)}. Expected 1 to 100 letters, digits, - and _. Give it another name.`,
    );
  }
  if (!(lease >= 1 && lease <= 86_400)) {
    throw new ConfigError(
      `The queue's lease is ${shown(lease)} s. Expected 1 to 86,400. Give a number of seconds.`,
    );
  }
  if (!(Number.isInteger(retries) && retries >= 0)) {
    throw new ConfigError(`The queue's retries are ${shown(retries)}. Expected a whole number from 0 on.`);
  }
  return { name, lease: Math.round(1000 * lease), retries };
}

/** Milliseconds that the closing of connections may take: those that hang are left to the system. */
const CLOSE = 2000;

/** Resolves when the work has ended, one way or the other, or has taken too long. */
export async function atMost(work: Promise<unknown>, milliseconds = CLOSE): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
