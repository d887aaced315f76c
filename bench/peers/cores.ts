/**
 * How far apart two cores are: what several threads hand to each other goes over the cache that their cores share, or,
 * where a virtual machine's cores are put on different parts of a processor, over its fabric, for five times as long. A
 * host may move them at any time, and the programs that suffer most from it are not the same as those that gain.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

const ROUNDS = 20_000;
/** Looks for the other's word before it counts as lost: some seconds. */
const PATIENCE = 2_000_000_000;
/** Each on a line of its own. */
const [PING, PONG] = [0, 32];

const echo = `
  const { workerData: words, parentPort } = require("node:worker_threads");
  parentPort.postMessage("ready");
  for (let i = 1; i <= ${ROUNDS}; i++) {
    for (let left = ${PATIENCE}; Atomics.load(words, ${PING}) < i && left > 0; left--);
    Atomics.store(words, ${PONG}, i);
  }
`;

/** Nanoseconds from one core to another and back: the best of some hundred times a hundred. */
export async function coreRoundTrip(): Promise<number> {
  const words = new Int32Array(new SharedArrayBuffer(256));
  const worker = new Worker(echo, { eval: true, workerData: words });
  try {
    await once(worker, "message");
    let best = Infinity;
    let begin = performance.now();
    for (let i = 1; i <= ROUNDS; i++) {
      Atomics.store(words, PING, i);
      for (let left = PATIENCE; Atomics.load(words, PONG) < i && left > 0; left--);
      if (i % 100 > 0) continue;
      const now = performance.now();
      best = Math.min(best, (now - begin) * 1e4);
      begin = now;
    }
    return best;
  } finally {
    await worker.terminate();
  }
}
