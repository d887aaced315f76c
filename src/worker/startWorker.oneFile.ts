/** In the build of one file: the worker's script is that file itself. */
import type * as node from "./startWorker.ts";
import type { WorkerLike } from "./workerLike.ts";

export const startWorker: typeof node.startWorker = async () => {
  const source = `import * as nnwasm from ${JSON.stringify(import.meta.url)};\nnnwasm.serveTraining();\n`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "nnwasm training" });
  // It has its script when it says something, or fails.
  const revoke = () => URL.revokeObjectURL(url);
  worker.addEventListener("message", revoke, { once: true });
  worker.addEventListener("error", revoke, { once: true });
  return worker as unknown as WorkerLike;
};
