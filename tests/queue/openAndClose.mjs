// Has a job done over a queue, closes both ends, and is to end by itself. Arguments: URL, options in JSON.
import { queueEngine } from "../../dist/queue/index.js";

const [url, json] = process.argv.slice(2);
const [engine, options] = [queueEngine(url), JSON.parse(json)];
const client = await engine.openClient(url, options);
const consumer = await engine.openConsumer(url, options);
const stop = new AbortController();
const done = consumer.consume(async ({ payload }) => payload, { concurrency: 2, stop: stop.signal });
console.log(await client.submit({ id: "a", payload: "1" }));
stop.abort();
await done;
await consumer.close();
await client.close();
console.log("closed");
