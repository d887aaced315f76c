// Takes a job off a queue, says so, and keeps it: a test kills this process. Arguments: URL, options in JSON.
import { queueEngine } from "../../dist/queue/index.js";

const [url, options] = process.argv.slice(2);
const consumer = await queueEngine(url).openConsumer(url, JSON.parse(options));
await consumer.consume(
  (job) => {
    console.log(`took ${job.id} ${job.retries}`);
    return new Promise(() => {});
  },
  { concurrency: 1, stop: new AbortController().signal },
);
