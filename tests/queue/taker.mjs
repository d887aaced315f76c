// Takes a job off a queue, says so, and keeps it until it is lost: a test stops or kills this process. Arguments: URL, options in JSON.
import { queueEngine } from "../../dist/queue/index.js";
import { GiveBack } from "../../dist/queue/queue.js";

const [url, options] = process.argv.slice(2);
const consumer = await queueEngine(url).openConsumer(url, JSON.parse(options));
await consumer.consume(
  (job) => {
    console.log(`took ${job.id} ${job.retries}`);
    return new Promise((_, reject) => {
      job.lost.addEventListener("abort", () => {
        console.log(`lost ${job.id}`);
        reject(new GiveBack());
      });
    });
  },
  { concurrency: 1, stop: new AbortController().signal },
);
