/** A worker of a team as the team sees it: Node's and the browsers' behind one interface. */
import { nodeCores, nodeThread } from "./nodeThread.ts";
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

export type StartThread = (task: WorkerTask, events: ThreadEvents) => Thread;

/**
 * Starts a worker in a browser. terminate() does not say when the worker is gone, and Chromium lets a script run on for two
 * seconds. So the worker holds a lock for as long as it lives, and when the team gets that lock the worker is gone.
 */
const browserThread: StartThread = (task, { onReady, onEnd }) => {
  const lock = `nnwasm-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;
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
    // The team's error tells it, so that nobody else needs to hear of it.
    event.preventDefault();
    onEnd(event.message ?? 'the Content-Security-Policy must allow "worker-src blob:"', event.error);
  };
  worker.postMessage(task);
  return {
    release() {},
    async end() {
      worker.terminate();
      URL.revokeObjectURL(url);
      // Where a page may have no locks (a sandboxed frame), the worker has not begun.
      await navigator.locks.request(lock, () => {}).catch(() => {});
    },
  };
};

/** Whether there is what browserThread needs. A service worker starts no workers; jsdom and some edge servers have none of it. */
function hasBlobWorkers(): boolean {
  return (
    typeof Worker === "function" &&
    typeof globalThis.URL?.createObjectURL === "function" &&
    globalThis.navigator?.locks !== undefined
  );
}

/**
 * What starts a worker here, undefined where nothing does. Node's workers come first: a global `Worker` there may be
 * anything, such as Bun's or Deno's of their own, or one that a package has put there.
 */
export async function threadStarter(): Promise<StartThread | undefined> {
  // A team needs it to watch its workers; a context of node:vm may lack it.
  if (typeof setTimeout !== "function") return undefined;
  return (await nodeThread()) ?? (hasBlobWorkers() ? browserThread : undefined);
}

/** How many threads this machine runs at once; 1 where nothing tells. */
export async function availableCores(): Promise<number> {
  const cores = (await nodeCores()) ?? globalThis.navigator?.hardwareConcurrency;
  return cores !== undefined && cores >= 1 ? Math.floor(cores) : 1;
}
