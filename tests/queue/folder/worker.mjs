// A worker of a queue in a folder, as a process. Its arguments: URL, options of the queue and { log, milliseconds } as JSON.
// Each job that it takes is a line of the log, "took ID RETRIES", and so is each end, "answered ID". Its answer to a number n is
// { "double": 2n }. It stops at SIGTERM, or when its parent is gone.
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { queueEngine } from "../../../dist/queue/index.js";

const [, , url, json] = process.argv;
const { log, milliseconds = 0, ...options } = JSON.parse(json);
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
process.on("disconnect", () => process.exit(1));
const note = (line) => appendFileSync(log, `${line}\n`);
const consumer = await queueEngine(url).openConsumer(url, options);
process.send?.("ready");
await consumer.consume(
  async ({ id, payload, retries }) => {
    note(`took ${id} ${retries}`);
    await pause(milliseconds);
    return JSON.stringify({ double: 2 * JSON.parse(payload) });
  },
  { concurrency: 1, stop: stop.signal, onEnd: ({ id }, end) => note(`${end} ${id}`) },
);
await consumer.close();
process.disconnect?.();
