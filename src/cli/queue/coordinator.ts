/** The coordinator's side of a queue, for the commands that hand trainings out: it opens the pool and tells how many workers there are. */

import { setMaxListeners } from "node:events";
import type { UntestedDataset } from "../../data/dataset.ts";
import { datasets } from "../../data/index.ts";
import { counted } from "../../format/words.ts";
import type { QueueStudy } from "../../queue/messages.ts";
import type { QueueClient } from "../../queue/queue.ts";
import type { OpenPool } from "../../training/job.ts";
import type { CliContext } from "../context.ts";
import { warn } from "../openDataset.ts";
import type { AskedQueue } from "./options.ts";

/** Milliseconds until it is first asked how many workers there are, and between two questions. */
const FIRST_LOOK = 1000;
const BETWEEN_LOOKS = 3000;

/** The progress of a command, which is told of workers. */
export interface WorkersProgress {
  /** Writes a line that stays. */
  say(text: string): void;
  /** Shows from now on how many workers there are. */
  showWorkers(count: number): void;
}

export class Coordinator {
  readonly #queue: AskedQueue;
  readonly #client: QueueClient;
  readonly #told: { progress: WorkersProgress | undefined };
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  /** The number of workers that was told last. */
  #workers: number | undefined;
  #hasToldAnew = false;

  private constructor(
    queue: AskedQueue,
    client: QueueClient,
    told: { progress: WorkersProgress | undefined },
  ) {
    this.#queue = queue;
    this.#client = client;
    this.#told = told;
  }

  /** Connects. @throws ConfigError as {@link QueueEngine.openClient} */
  static async open(context: CliContext, queue: AskedQueue): Promise<Coordinator> {
    const told: { progress: WorkersProgress | undefined } = { progress: undefined };
    const onTrouble = (text: string) => {
      if (told.progress === undefined) warn(context, text);
      else told.progress.say(text);
    };
    const { signal } = context;
    const client = await queue.engine.openClient(queue.url, { ...queue.options, onTrouble, signal });
    return new Coordinator(queue, client, told);
  }

  /** Tells from now on how it goes. */
  tell(progress: WorkersProgress): void {
    this.#told.progress = progress;
  }

  /** Where trainings are done, in words: "over redis://host:6379". */
  get through(): string {
    return `over ${this.#queue.shown}`;
  }

  /** The pool, on which the command runs as on one of this machine's threads. */
  pool(study: QueueStudy, dataset: UntestedDataset, signal: AbortSignal): OpenPool {
    return async (onRead) => {
      // Every training on the queue listens to it. Node warns of more than ten.
      setMaxListeners(0, signal);
      const { openQueuePool } = await import("../../queue/pool.ts");
      const client: QueueClient = {
        submit: (job, options) => this.#client.submit(job, options),
        workers: () => this.#client.workers(),
        close: () => this.close(),
      };
      const onJob = ({ name, what }: { name: string; what: string }) => {
        if (what === "anew") this.#tellAnew(name);
      };
      const pool = await openQueuePool(client, study, dataset, { signal, onJob })(onRead);
      this.#look(study, FIRST_LOOK);
      return pool;
    };
  }

  #tellAnew(name: string): void {
    if (this.#hasToldAnew) return;
    this.#hasToldAnew = true;
    this.#told.progress?.say(
      `The network of ${name} is too large to travel over a queue between two parts of a training: workers go on from ` +
        "checkpoints in a folder that all of them reach (nnwasm worker --checkpoints DIR), or begin such a training anew.",
    );
  }

  /** Asks again and again how many workers there are. */
  #look(study: QueueStudy, milliseconds: number): void {
    if (this.#closing !== undefined) return;
    this.#timer = setTimeout(async () => {
      // A queue that does not answer tells of that by itself.
      const workers = await this.#client.workers().catch(() => undefined);
      if (this.#closing !== undefined) return;
      if (workers !== undefined) this.#tellWorkers(study, workers);
      this.#look(study, BETWEEN_LOOKS);
    }, milliseconds);
    this.#timer.unref();
  }

  #tellWorkers({ data: { name } }: QueueStudy, workers: number): void {
    const { progress } = this.#told;
    progress?.showWorkers(workers);
    const before = this.#workers;
    this.#workers = workers;
    if (workers === 0 && before !== 0) {
      const data = Object.hasOwn(datasets, name) ? "" : " --data …";
      progress?.say(
        `Waiting for workers: nnwasm worker --queue ${this.#queue.shown}${this.#queue.forWorkers}${data}`,
      );
    } else if (workers > 0 && !before) progress?.say(`${counted(workers, "worker")} at the queue`);
  }

  /** Takes what nobody has taken off the queue, and leaves it. */
  close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing ??= this.#client.close();
    return this.#closing;
  }
}
