/**
 * Starts the worker that trainInWorker() has by default: Node's. In the browser's build startWorker.browser.ts stands in for
 * this file.
 */
import { nodeModule } from "../runtime.ts";
import type { WorkerLike } from "./workerLike.ts";

/** @throws ConfigError where no worker can be started */
export async function startWorker(): Promise<WorkerLike> {
  const { Worker } = await nodeModule("node:worker_threads", () => import("node:worker_threads"));
  return new Worker(new URL("./trainingWorker.js", import.meta.url));
}
