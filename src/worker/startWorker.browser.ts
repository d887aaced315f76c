/** In the browser's build: starts a worker of the page's. Bundlers find its script by the form of this expression. */
import type * as node from "./startWorker.ts";
import type { WorkerLike } from "./workerLike.ts";

export const startWorker: typeof node.startWorker = async () =>
  new Worker(new URL("./trainingWorker.js", import.meta.url), {
    type: "module",
    name: "nnwasm training",
  }) as unknown as WorkerLike;
