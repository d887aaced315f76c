/** What is known to go wrong with queues of BullMQ, over real servers. */
import { afterEach, describe, expect, test } from "vitest";
import { load } from "../../src/queue/bullmq/load.ts";
import { postgresEngine } from "../../src/queue/bullmq/postgres.ts";
import { redisEngine } from "../../src/queue/bullmq/redis.ts";
import { shownUrl, withoutSecrets } from "../../src/queue/bullmq/url.ts";
import type { QueueEngine, QueueOptions, TakenJob } from "../../src/queue/queue.ts";
import { gated } from "./contract.ts";
import { startProxy } from "./proxy.ts";
import {
  freePort,
  noPostgres,
  noRedis,
  type RedisOptions,
  redisCommand,
  type Server,
  startPostgres,
  startRedis,
} from "./servers.ts";

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function redis(options?: RedisOptions): Promise<Server> {
  const server = await startRedis(options);
  ends.push(() => server.close());
  return server;
}

async function postgres(): Promise<Server> {
  const server = await startPostgres();
  ends.push(() => server.close());
  return server;
}

async function proxied(server: Server) {
  const proxy = await startProxy(server.url);
  ends.push(() => proxy.close());
  return proxy;
}

/** A client, and what it says of trouble. */
async function open(engine: QueueEngine, url: string, options: QueueOptions = {}) {
  const told: string[] = [];
  const client = await engine.openClient(url, { lease: 2, ...options, onTrouble: (text) => told.push(text) });
  ends.push(() => client.close());
  return { client, told };
}

async function serve(
  engine: QueueEngine,
  url: string,
  handler: (job: TakenJob) => Promise<string>,
  options: QueueOptions = {},
) {
  const told: string[] = [];
  const heard: string[] = [];
  const consumer = await engine.openConsumer(url, {
    ...{ lease: 2, ...options },
    onTrouble: (text) => told.push(text),
  });
  const stop = new AbortController();
  const onEnd = ({ id }: { id: string }, end: string) => void heard.push(`${id} ${end}`);
  const done = consumer.consume(handler, { concurrency: 1, stop: stop.signal, onEnd });
  done.catch(() => {});
  ends.push(async () => {
    stop.abort();
    await consumer.close();
  });
  return { told, heard, done };
}

const echo = async ({ payload }: TakenJob) => `{"done":${payload}}`;

const refusal = async (engine: QueueEngine, url: string): Promise<Error> =>
  engine.openClient(url, {}).then(
    async (client) => {
      await client.close();
      return new Error("it was opened");
    },
    (error) => error,
  );

const within = { timeout: 120_000 };

describe("the URL of a server", () => {
  test("is shown without user, password and parameters", () => {
    expect(shownUrl("rediss://me:s3cret@host:6380/2?password=s3cret")).toBe("rediss://host:6380/2");
    expect(shownUrl("postgres://me:a%2Fb@host/db?sslmode=require&sslkey=k")).toBe("postgres://host/db");
    expect(shownUrl("redis://me:s3:cret@ho st")).not.toContain("cret");
    expect(withoutSecrets("redis://me:a%2Fb@host")("AUTH me a/b a%2Fb")).toBe("AUTH me … …");
  });

  test("that is none is refused, and its password is not told", async () => {
    const error = await refusal(redisEngine, "redis://me:s3cret@host:port");
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(error.message).toContain("redis://[user:password@]host");
    expect(error.message).not.toContain("s3cret");
  });
});

test("a package that is not installed is named, with the command that installs it", async () => {
  const missing = () => import("no-such-package-here" as string);
  await expect(load("redis:", "bullmq ioredis", missing)).rejects.toMatchObject({
    name: "ConfigError",
    message: expect.stringContaining("npm install bullmq ioredis"),
  });
});

test("a server that does not answer is named, with the next step", async () => {
  const port = await freePort();
  const errors = await Promise.all([
    refusal(redisEngine, `redis://me:s3cret@127.0.0.1:${port}`),
    refusal(postgresEngine, `postgres://me:s3cret@127.0.0.1:${port}/db`),
    refusal(redisEngine, `rediss://me:s3cret@127.0.0.1:${port}`),
  ]);
  for (const error of errors) {
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.message).toContain("cannot be reached");
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.message).not.toContain("s3cret");
  }
});

describe.skipIf(noRedis)("on Redis", () => {
  test("a wrong password is refused, and not told", async () => {
    const { port } = await redis({ password: "right-one" });
    for (const user of [":wrong-one", "", "me:wrong-one"]) {
      const error = await refusal(redisEngine, `redis://${user}@127.0.0.1:${port}`);
      expect(error).toMatchObject({ name: "ConfigError" });
      expect(error.message).toMatch(/WRONGPASS|NOAUTH/);
      expect(`${error.stack} ${JSON.stringify(error)} ${error.cause}`).not.toContain("wrong-one");
    }
  });

  test("a server that drops keys is refused, with the command that mends it", async () => {
    const server = await redis({ policy: "allkeys-lru" });
    const error = await refusal(redisEngine, server.url);
    expect(error).toMatchObject({ name: "ConfigError" });
    expect(error.message).toContain("redis-cli config set maxmemory-policy noeviction");
    await redisCommand(server, "CONFIG SET maxmemory-policy noeviction");
    await open(redisEngine, server.url);
  });

  test("without an append-only file it is said what a restart loses; the jobs are put again", async () => {
    const server = await redis({ appendOnly: false });
    const { client, told } = await open(redisEngine, server.url);
    expect(told).toEqual([expect.stringContaining("keeps no append-only file")]);
    const gate = gated();
    const asked = client.submit({ id: "a", payload: "1" }, { onProgress: gate.enter });
    const holder = await serve(redisEngine, server.url, async (job) => {
      job.progress("1");
      await gate.opened;
      return echo(job);
    });
    await gate.entered;
    const waiting = client.submit({ id: "b", payload: "2" });
    await server.restart("SIGKILL");
    await expect.poll(() => told.join("\n"), within).toContain("has lost jobs");
    gate.open();
    expect(await Promise.all([asked, waiting])).toEqual([`{"done":1}`, `{"done":2}`]);
    await expect.poll(() => holder.heard, within).toContain("a lost");
    expect(told.filter((text) => text.includes("has lost jobs"))).toHaveLength(1);
  });

  test("a worker whose event loop was blocked for longer than the lease learns that its answer is stale", async () => {
    const server = await redis();
    const { client } = await open(redisEngine, server.url);
    let count = 0;
    const { heard } = await serve(
      redisEngine,
      server.url,
      async (job) => {
        if (++count > 1) return echo(job);
        // No lock is renewed meanwhile.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
        return `"stale"`;
      },
      { lease: 1 },
    );
    expect(await client.submit({ id: "a", payload: "1" })).toBe(`{"done":1}`);
    await expect.poll(() => heard, within).toEqual(["a lost", "a answered"]);
  });

  test("a full server is waited for", async () => {
    const server = await redis({ maxMemory: "12mb" });
    const { client, told } = await open(redisEngine, server.url);
    const payload = JSON.stringify("x".repeat(3e6));
    const asked = ["a", "b", "c", "d", "e"].map((id) => client.submit({ id, payload }));
    await expect.poll(() => told.join("\n"), within).toContain("has no memory left: OOM");
    const worker = await serve(redisEngine, server.url, echo);
    await redisCommand(server, "CONFIG SET maxmemory 200mb");
    expect(new Set(await Promise.all(asked))).toEqual(new Set([`{"done":${payload}}`]));
    expect(told.at(-1)).toContain("has memory again");
    expect(worker.heard.filter((text) => !text.endsWith("answered"))).toEqual([]);
  });
});

const servers: [string, QueueEngine, () => Promise<Server>, string | undefined][] = [
  ["Redis", redisEngine, redis, noRedis],
  ["PostgreSQL", postgresEngine, postgres, noPostgres],
];

for (const [name, engine, start, skip] of servers) {
  describe.skipIf(skip)(`on ${name}`, () => {
    test("a restart is waited for: jobs that wait and jobs under way are done once", async () => {
      const server = await start();
      const { client, told } = await open(engine, server.url, { lease: 60 });
      const gate = gated();
      const count = new Map<string, number>();
      const worker = await serve(
        engine,
        server.url,
        async (job) => {
          count.set(job.id, (count.get(job.id) ?? 0) + 1);
          gate.enter();
          await gate.opened;
          return echo(job);
        },
        { lease: 60 },
      );
      const asked = [1, 2, 3].map((i) => client.submit({ id: `job-${i}`, payload: `${i}` }));
      await gate.entered;
      await server.stop("SIGTERM");
      await expect.poll(() => told.join("\n"), within).toContain("does not answer");
      gate.open();
      await server.start();
      expect(await Promise.all(asked)).toEqual([1, 2, 3].map((i) => `{"done":${i}}`));
      await expect.poll(() => told.at(-1), within).toContain("answers again");
      await expect.poll(() => worker.told.at(-1), within).toContain("answers again");
      expect([...count.values()]).toEqual([1, 1, 1]);
      expect(told.filter((text) => text.includes("does not answer"))).toHaveLength(1);
    });

    test("an answer is delivered when the connection is back", async () => {
      const server = await start();
      const proxy = await proxied(server);
      const { client } = await open(engine, server.url, { lease: 60 });
      const gate = gated();
      const worker = await serve(
        engine,
        proxy.url,
        async (job) => {
          gate.enter();
          await gate.opened;
          return echo(job);
        },
        { lease: 60 },
      );
      const asked = client.submit({ id: "a", payload: "1" });
      await gate.entered;
      proxy.cut();
      gate.open();
      await expect.poll(() => worker.told.join("\n"), within).toContain("does not answer");
      proxy.restore();
      expect(await asked).toBe(`{"done":1}`);
      await expect.poll(() => worker.heard, within).toEqual(["a answered"]);
    });

    test("a job whose worker is cut off for longer than the lease is another's, and the first goes on", async () => {
      const server = await start();
      const proxy = await proxied(server);
      const { client } = await open(engine, server.url, { lease: 1 });
      const gate = gated();
      let signal: AbortSignal | undefined;
      const first = await serve(
        engine,
        proxy.url,
        async (job) => {
          if (job.id !== "a") return echo(job);
          signal = job.lost;
          gate.enter();
          await gate.opened;
          return "2";
        },
        { lease: 1 },
      );
      const asked = client.submit({ id: "a", payload: "1" });
      await gate.entered;
      proxy.cut();
      const retries: number[] = [];
      const second = await serve(
        engine,
        server.url,
        async (job) => {
          if (job.id === "a") retries.push(job.retries);
          return echo(job);
        },
        { lease: 1 },
      );
      expect(await asked).toBe(`{"done":1}`);
      expect(retries).toEqual([1]);
      // The coordinator may have the answer before its worker hears that it has come.
      await expect.poll(() => second.heard, within).toContain("a answered");
      proxy.restore();
      await expect.poll(() => signal!.aborted, within).toBe(true);
      gate.open();
      await expect.poll(() => first.heard, within).toEqual(["a lost"]);
    });

    test("tables or keys of several that start at once do not clash", async () => {
      const server = await start();
      const opened = await Promise.all(Array.from({ length: 6 }, () => open(engine, server.url)));
      await serve(engine, server.url, echo);
      const answers = opened.map(({ client }, i) => client.submit({ id: `job-${i}`, payload: `${i}` }));
      expect(await Promise.all(answers)).toEqual(answers.map((_, i) => `{"done":${i}}`));
      await expect.poll(() => opened[0]!.client.workers(), within).toBe(1);
    });
  });
}
