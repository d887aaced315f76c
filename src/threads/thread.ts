/** A worker of a team as the team sees it: Node's and the browsers' behind one interface. */
import { teamWorker, type WorkerTask } from "./worker.ts";

export interface Thread {
  /** Lets the process end while the worker runs. */
  release(): void;
  /** Ends the worker, whatever it does; it resolves when the worker can no longer write to the memory. */
  end(): Promise<void>;
}

export interface ThreadEvents {
  /** The worker waits for its first call. */
  onReady(): void;
  /** The worker has ended, for this reason; may come again, with a lesser one. */
  onEnd(reason: string, cause?: unknown): void;
}

type StartThread = (task: WorkerTask, events: ThreadEvents) => Thread;

/** In Node. The text gets what it needs by itself: it has no file and, under --input-type=module, no `require`. */
const nodeThread =
  ({ Worker }: typeof import("node:worker_threads")): StartThread =>
  (task, { onReady, onEnd }) => {
    const source =
      'import("node:worker_threads").then(({ parentPort, workerData }) => ' +
      `(${teamWorker})(workerData, () => parentPort.postMessage("ready")));`;
    // The process's own flags, such as loaders of TypeScript, are not for this worker.
    const worker = new Worker(source, { eval: true, execArgv: [], workerData: task });
    worker.once("message", onReady);
    worker.once("error", (error) => onEnd(String(error), error));
    worker.once("exit", (code) => onEnd(`exit code ${code}`));
    return {
      release: () => worker.unref(),
      async end() {
        await worker.terminate();
      },
    };
  };

/**
 * In a browser. terminate() says nothing of when the worker is gone, and Chromium lets a script run on for two seconds;
 * so the worker holds a lock for as long as it lives, and who gets it next knows.
 */
const browserThread: StartThread = (task, { onReady, onEnd }) => {
  const lock = `nnwasm-${crypto.randomUUID()}`;
  const source =
    "onmessage = ({ data }) => navigator.locks" +
    `.request(${JSON.stringify(lock)}, () => (${teamWorker})(data, () => postMessage("ready")))` +
    ".catch((error) => setTimeout(() => { throw error; }));";
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = () => {
    URL.revokeObjectURL(url);
    onReady();
  };
  worker.onerror = (event: Event & Partial<ErrorEvent>) => {
    // It is told by the team's error: nobody else needs to hear of it.
    event.preventDefault();
    onEnd(event.message ?? 'the Content-Security-Policy must allow "worker-src blob:"', event.error);
  };
  worker.postMessage(task);
  return {
    release() {},
    async end() {
      worker.terminate();
      URL.revokeObjectURL(url);
      await navigator.locks.request(lock, () => {});
    },
  };
};

/** What starts a worker here. */
export async function threadStarter(): Promise<StartThread> {
  return typeof Worker === "undefined" ? nodeThread(await import("node:worker_threads")) : browserThread;
}

/** How many threads this machine runs at once. */
export async function availableCores(): Promise<number> {
  // Node 20 has no navigator.
  if (typeof navigator !== "undefined") return navigator.hardwareConcurrency;
  return (await import("node:os")).availableParallelism();
}
