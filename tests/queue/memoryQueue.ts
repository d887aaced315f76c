/** A queue within a process, for tests of what lies on top of queues: it can lose a job, and deliver one twice. */
import {
  type ConsumeOptions,
  GiveBack,
  type QueueClient,
  type QueueConsumer,
  type QueuedJob,
  type SubmitOptions,
  type TakenJob,
} from "../../src/queue/queue.ts";

interface Waiting extends QueuedJob {
  retries: number;
  readonly answered: (answer: string) => void;
  readonly onProgress: ((text: string) => void) | undefined;
}

export class MemoryQueue {
  /** Every payload that was ever put, by its id. */
  readonly payloads = new Map<string, string>();
  /** How often each job was taken. */
  readonly taken = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  readonly #active = new Map<string, { readonly job: Waiting; readonly lost: AbortController }>();
  #wake: (() => void)[] = [];

  client(): QueueClient {
    return {
      submit: (job: QueuedJob, { signal, onProgress }: SubmitOptions = {}) =>
        new Promise((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason));
          this.payloads.set(job.id, job.payload);
          this.#put({ ...job, retries: 0, answered: resolve, onProgress });
        }),
      workers: async () => undefined,
      close: async () => {},
    };
  }

  #put(job: Waiting): void {
    this.#waiting.push(job);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Takes a job that is under way from its worker and gives it to another one. */
  lose(id: string): void {
    const { job, lost } = this.#active.get(id)!;
    this.#active.delete(id);
    lost.abort();
    this.#put({ ...job, retries: job.retries + 1 });
  }

  consumer(): QueueConsumer {
    return {
      consume: async (handler, options) => {
        await Promise.all(Array.from({ length: options.concurrency }, () => this.#work(handler, options)));
      },
      close: async () => {},
    };
  }

  async #work(handler: (job: TakenJob) => Promise<string>, { stop, onEnd }: ConsumeOptions): Promise<void> {
    while (!stop.aborted) {
      const job = this.#waiting.shift();
      if (job === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake.push(resolve);
          stop.addEventListener("abort", () => resolve());
        });
        continue;
      }
      const { id, payload, retries, onProgress } = job;
      const lost = new AbortController();
      this.#active.set(id, { job, lost });
      this.taken.set(id, (this.taken.get(id) ?? 0) + 1);
      const progress = (text: string) => {
        if (!lost.signal.aborted) onProgress?.(text);
      };
      try {
        const answer = await handler({ id, payload, retries, lost: lost.signal, progress });
        if (!lost.signal.aborted) {
          this.#active.delete(id);
          job.answered(answer);
        }
        onEnd?.(job, lost.signal.aborted ? "lost" : "answered");
      } catch (error) {
        if (!lost.signal.aborted) {
          this.#active.delete(id);
          this.#put(job);
        }
        onEnd?.(job, lost.signal.aborted ? "lost" : "back");
        if (!(error instanceof GiveBack)) throw error;
      }
    }
  }
}
