/**
 * Workers of node:worker_threads: Node, Bun and Deno have them. In the browser's build nodeThread.browser.ts stands in for
 * this file.
 */
import { nodeModule, nodeProcess } from "../runtime.ts";
import type { StartThread } from "./thread.ts";
import { teamWorker } from "./worker.ts";

/** The types of Electron's processes whose V8 starts no workers of Node's: a page, and a worker of a page. */
const ELECTRON_PAGES = ["renderer", "worker", "service-worker"];

/** Pages that were bundled for a browser may have a `process` too, but one without Node's version. */
function hasNode(): boolean {
  const { versions, type } = nodeProcess();
  return versions?.node !== undefined && !ELECTRON_PAGES.includes(type ?? "");
}

/** A module of Node's; undefined where there is none, and where it may not be loaded. */
async function orNothing<Module>(name: string, load: () => Promise<Module>): Promise<Module | undefined> {
  if (!hasNode()) return undefined;
  try {
    return await nodeModule(name, load);
  } catch {
    return undefined;
  }
}

/** What starts a worker by node:worker_threads; undefined where that is missing. */
export async function nodeThread(): Promise<StartThread | undefined> {
  const { Worker } = (await orNothing("node:worker_threads", () => import("node:worker_threads"))) ?? {};
  if (Worker === undefined) return undefined;
  return (task, { onReady, onEnd }) => {
    // The text gets what it needs by itself: it has no file and, under --input-type=module, no `require`.
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
}

/** How many threads Node says that the machine runs at once; undefined where Node is not, or does not say it. */
export async function nodeCores(): Promise<number | undefined> {
  const os = await orNothing("node:os", () => import("node:os"));
  try {
    return os?.availableParallelism();
  } catch {
    // Deno asks for a permission.
    return undefined;
  }
}
