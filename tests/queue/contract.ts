/** What every engine of a queue has to do, over a real one. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { QueueError } from "../../src/errors.ts";
import {
  type ConsumeOptions,
  GiveBack,
  type QueueClient,
  type QueueConsumer,
  type QueueEngine,
  type QueueOptions,
  type TakenJob,
} from "../../src/queue/queue.ts";

/** Seconds. */
const LEASE = 2;
const TAKER = fileURLToPath(new URL("taker.mjs", import.meta.url));

type Handler = (job: TakenJob) => Promise<string>;

const echo: Handler = async ({ payload }) => `{"done":${payload}}`;

/** @param at the URL of a queue that is there when the tests run */
export function contractOf(
  name: string,
  engine: QueueEngine,
  at: () => string,
  skip: string | undefined,
): void {
  describe.skipIf(skip !== undefined)(
    `${name}, as every queue${skip === undefined ? "" : `: ${skip}`}`,
    () => {
      const ends: (() => Promise<unknown>)[] = [];
      let queues = 0;
      let options: QueueOptions;

      const fresh = (more: QueueOptions = {}) => {
        options = { name: `test-${process.pid}-${queues++}`, lease: LEASE, ...more };
      };
      const open = async (): Promise<QueueClient> => {
        const client = await engine.openClient(at(), options);
        ends.push(() => client.close());
        return client;
      };
      /** A worker that serves until the test ends. */
      const serve = async (handler: Handler, more: Partial<ConsumeOptions> = {}) => {
        const consumer: QueueConsumer = await engine.openConsumer(at(), options);
        const stop = new AbortController();
        const heard: string[] = [];
        const done = consumer.consume(handler, {
          concurrency: 1,
          stop: stop.signal,
          onEnd: ({ id }, end) => heard.push(`${id} ${end}`),
          ...more,
        });
        done.catch(() => {});
        ends.push(async () => {
          stop.abort();
          await consumer.close();
        });
        return { consumer, done, heard, stop: () => stop.abort() };
      };
      /** A worker in a process of its own that takes a job and keeps it. */
      const takeAndKeep = async (): Promise<{
        took: string;
        said: string[];
        child: ChildProcess;
        kill: () => Promise<void>;
      }> => {
        const child = spawn(process.execPath, [TAKER, at(), JSON.stringify(options)], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const kill = () => killed(child);
        ends.push(kill);
        const said: string[] = [];
        const took = await new Promise<string>((resolve, reject) => {
          child.stdout.on("data", (chunk) => {
            said.push(...`${chunk}`.trim().split("\n"));
            resolve(said[0]!);
          });
          child.once("exit", (code) => reject(new Error(`The taker ended with ${code}.`)));
        });
        return { took, said, child, kill };
      };

      afterEach(async () => {
        for (const end of ends.splice(0).reverse()) await end();
      });

      test("an answer comes back, of a payload of 5 MB, too", async () => {
        fresh();
        const client = await open();
        const { heard } = await serve(echo);
        expect(await client.submit({ id: "a", payload: `"ä\\u0000"` })).toBe(`{"done":"ä\\u0000"}`);
        const large = JSON.stringify("x".repeat(5e6));
        expect(await client.submit({ id: "b", payload: large })).toBe(`{"done":${large}}`);
        await expect.poll(() => heard, { timeout: 60_000 }).toEqual(["a answered", "b answered"]);
      });

      test("jobs that are asked for before there is a worker wait for it; one of the same id is done once", async () => {
        fresh();
        const client = await open();
        const twice = [
          client.submit({ id: "same", payload: "1" }),
          client.submit({ id: "same", payload: "1" }),
        ];
        const others = [2, 3, 4].map((i) => client.submit({ id: `job-${i}`, payload: `${i}` }));
        const taken: string[] = [];
        await serve(async (job) => {
          taken.push(job.id);
          return echo(job);
        });
        expect(await Promise.all(twice)).toEqual([`{"done":1}`, `{"done":1}`]);
        expect(await Promise.all(others)).toEqual([2, 3, 4].map((i) => `{"done":${i}}`));
        expect(taken.sort()).toEqual(["job-2", "job-3", "job-4", "same"]);
      });

      test("an answer that nobody has taken is there for who asks next", async () => {
        fresh();
        const first = await engine.openClient(at(), options);
        const lost = first.submit({ id: "a", payload: "1" }).catch(() => "closed");
        const gate = gated();
        let count = 0;
        const { heard } = await serve(async (job) => {
          count++;
          gate.enter();
          await gate.opened;
          return echo(job);
        });
        await gate.entered;
        await first.close();
        expect(await lost).toBe("closed");
        gate.open();
        await expect.poll(() => heard, { timeout: 60_000 }).toEqual(["a answered"]);
        const second = await open();
        expect(await second.submit({ id: "a", payload: "1" })).toBe(`{"done":1}`);
        expect(count).toBe(1);
      });

      test("a worker has as many jobs at once as it says", async () => {
        fresh();
        const client = await open();
        const gate = gated();
        let [now, most] = [0, 0];
        await serve(
          async (job) => {
            most = Math.max(most, ++now);
            if (now === 3) gate.open();
            await gate.opened;
            now--;
            return echo(job);
          },
          { concurrency: 3 },
        );
        const answers = Array.from({ length: 9 }, (_, i) =>
          client.submit({ id: `job-${i}`, payload: `${i}` }),
        );
        expect(await Promise.all(answers)).toEqual(answers.map((_, i) => `{"done":${i}}`));
        expect(most).toBe(3);
      });

      test("a job that is given back goes to another worker, and that is no retry", async () => {
        fresh({ retries: 0 });
        const client = await open();
        const asked = client.submit({ id: "a", payload: "1" });
        const first = await serve(async () => {
          first.stop();
          throw new GiveBack();
        });
        await first.done;
        expect(first.heard).toEqual(["a back"]);
        const retries: number[] = [];
        await serve(async (job) => {
          retries.push(job.retries);
          return echo(job);
        });
        expect(await asked).toBe(`{"done":1}`);
        expect(retries).toEqual([0]);
      });

      test("what a handler throws ends the worker, and the job is another's", async () => {
        fresh({ retries: 0 });
        const client = await open();
        const asked = client.submit({ id: "a", payload: "1" });
        const first = await serve(async () => {
          throw new QueueError("other data");
        });
        await expect(first.done).rejects.toThrow("other data");
        await serve(echo);
        expect(await asked).toBe(`{"done":1}`);
      });

      test("the job of a worker that was killed is done by another one, which knows of it", async () => {
        fresh({ retries: 3 });
        const client = await open();
        const asked = client.submit({ id: "a", payload: "1" });
        const { took, kill } = await takeAndKeep();
        expect(took).toBe("took a 0");
        await kill();
        const retries: number[] = [];
        await serve(async (job) => {
          retries.push(job.retries);
          return echo(job);
        });
        expect(await asked).toBe(`{"done":1}`);
        expect(retries).toEqual([1]);
      });

      test("a worker that was stopped until its job was another's learns of it, and goes on", async () => {
        fresh({ lease: 1, retries: 3 });
        const client = await open();
        const asked = client.submit({ id: "a", payload: "1" });
        const { said, child } = await takeAndKeep();
        child.kill("SIGSTOP");
        const other = await serve(echo);
        expect(await asked).toBe(`{"done":1}`);
        other.stop();
        await other.done;
        child.kill("SIGCONT");
        await expect.poll(() => said, { timeout: 60_000 }).toEqual(["took a 0", "lost a"]);
        client.submit({ id: "b", payload: "2" }).catch(() => {});
        await expect.poll(() => said, { timeout: 60_000 }).toEqual(["took a 0", "lost a", "took b 0"]);
      });

      test("a job that kills its workers more often than is allowed fails, and the worker goes on", async () => {
        fresh({ retries: 1 });
        const client = await open();
        const asked = client.submit({ id: "a", payload: "1" });
        asked.catch(() => {});
        for (const retries of [0, 1]) {
          const { took, kill } = await takeAndKeep();
          expect(took).toBe(`took a ${retries}`);
          await kill();
        }
        const { heard } = await serve(echo);
        const error: Error = await asked.then(
          () => new Error("an answer"),
          (reason) => reason,
        );
        expect(error).toBeInstanceOf(QueueError);
        expect(error.message).toContain("The job a ");
        expect(error.message).toContain("2 times");
        expect(await client.submit({ id: "b", payload: "2" })).toBe(`{"done":2}`);
        await expect.poll(() => heard, { timeout: 60_000 }).toEqual(["b answered"]);
        // Whoever asks for it again wants it done.
        expect(await client.submit({ id: "a", payload: "1" })).toBe(`{"done":1}`);
      });

      test("a job that is not wanted any more is taken off the queue", async () => {
        fresh();
        const client = await open();
        const abort = new AbortController();
        const asked = client.submit({ id: "a", payload: "1" }, { signal: abort.signal });
        asked.catch(() => {});
        const closed = await engine.openClient(at(), options);
        const closing = closed.submit({ id: "b", payload: "2" });
        closing.catch(() => {});
        // What comes after them shows that they have been put.
        const last = client.submit({ id: "c", payload: "3" });
        abort.abort(new Error("enough"));
        await expect(asked).rejects.toThrow("enough");
        await closed.close();
        await expect(closing).rejects.toThrow();
        await client.submit({ id: "c2", payload: "3" }, { signal: AbortSignal.abort() }).catch(() => {});
        const taken: string[] = [];
        await serve(async (job) => {
          taken.push(job.id);
          return echo(job);
        });
        expect(await last).toBe(`{"done":3}`);
        expect(taken).not.toContain("b");
        expect(taken).not.toContain("c2");
      });

      test("after stop, the job under way is answered, and no other is taken", async () => {
        fresh();
        const client = await open();
        const gate = gated();
        const worker = await serve(async (job) => {
          gate.enter();
          await gate.opened;
          return echo(job);
        });
        const first = client.submit({ id: "a", payload: "1" });
        await gate.entered;
        const second = client.submit({ id: "b", payload: "2" });
        worker.stop();
        gate.open();
        await worker.done;
        expect(await first).toBe(`{"done":1}`);
        expect(worker.heard).toEqual(["a answered"]);
        await serve(echo);
        expect(await second).toBe(`{"done":2}`);
      });

      test("a process ends by itself when both ends are closed", async () => {
        fresh();
        const args = [
          fileURLToPath(new URL("openAndClose.mjs", import.meta.url)),
          at(),
          JSON.stringify(options),
        ];
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
        ends.push(() => killed(child));
        let said = "";
        child.stdout.on("data", (chunk) => {
          said += chunk;
        });
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
        expect(said).toBe("1\nclosed\n");
      });

      test("stop ends a worker that waits for jobs", async () => {
        fresh();
        const worker = await serve(echo);
        worker.stop();
        await worker.done;
        expect(worker.heard).toEqual([]);
      });

      test("progress reaches who waits for the job", async () => {
        fresh();
        const client = await open();
        const gate = gated();
        await serve(async (job) => {
          job.progress(`{"epoch":1}`);
          await gate.opened;
          return echo(job);
        });
        const texts: string[] = [];
        const onProgress = (text: string) => {
          texts.push(text);
          gate.open();
        };
        expect(await client.submit({ id: "a", payload: "1" }, { onProgress })).toBe(`{"done":1}`);
        expect(texts).toEqual([`{"epoch":1}`]);
      });

      test("a worker keeps its job for longer than the lease, as long as its process gives signs", async () => {
        fresh({ lease: 1, retries: 0 });
        const client = await open();
        await serve(async (job) => {
          await new Promise((resolve) => setTimeout(resolve, 4000));
          return echo(job);
        });
        await serve(echo);
        expect(await client.submit({ id: "a", payload: "1" })).toBe(`{"done":1}`);
      });
    },
  );
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await exit;
}

/** Something that is entered, and then waits to be opened. */
export function gated() {
  let enter = () => {};
  let open = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { enter, entered, open, opened };
}
