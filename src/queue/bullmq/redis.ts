/** Queues on Redis, or on what speaks its language (Valkey, Dragonfly), by BullMQ and ioredis. */
import { ConfigError } from "../../errors.ts";
import type { QueueEngine, QueueOptions } from "../queue.ts";
import { openClient } from "./client.ts";
import { openConsumer } from "./consumer.ts";
import { load } from "./load.ts";
import { retriedConnection } from "./start.ts";
import type { Store } from "./store.ts";
import { requireUrl, shownUrl, withoutSecrets } from "./url.ts";

const INSTALL = "bullmq ioredis";
const USAGE = "redis://[user:password@]host[:port][/db]";
/** BullMQ's own recommendation. */
const MINIMUM_VERSION = [6, 2] as const;
const CONNECT_MILLISECONDS = 10_000;

export const redisEngine: QueueEngine = {
  schemes: ["redis:", "rediss:"],
  usage: USAGE,
  shown: shownUrl,
  openClient: async (url, options) => openClient(await openStore(url, options), options),
  openConsumer: async (url, options) => openConsumer(await openStore(url, options), options),
};

async function openStore(url: string, options: QueueOptions): Promise<Store> {
  const { protocol } = requireUrl(url, USAGE);
  const { bullmq, Redis } = await load(protocol, INSTALL, async () => ({
    bullmq: await import("bullmq"),
    Redis: (await import("ioredis")).Redis,
  }));
  const [shown, hide] = [shownUrl(url), withoutSecrets(url)];
  const common = {
    ...{ maxRetriesPerRequest: null, connectTimeout: CONNECT_MILLISECONDS, keepAlive: 10_000 },
    // Commands and blocking reads are answered within 5 s: a silent connection is a dead one.
    socketTimeout: 30_000,
  };
  const info = await retriedConnection(shown, hide, options.signal, async () => {
    const redis = new Redis(url, { ...common, lazyConnect: true, retryStrategy: () => null });
    let reason: Error | undefined;
    redis.on("error", (error: Error) => {
      reason ??= error;
    });
    try {
      await redis.connect();
      return await redis.info();
    } catch (error) {
      // That the connection is closed says less than why.
      throw reason ?? error;
    } finally {
      redis.disconnect();
    }
  });
  const connection = {
    ...{ ...common, url },
    retryStrategy: (times: number) => Math.min(250 * times, 3000),
  };
  return {
    ...{ bullmq, connection, shown, withoutSecrets: hide, eventsWait: 5000 },
    factory: bullmq.createRedisBackend as unknown as Store["factory"],
    notices: requireFit(shown, info),
  };
}

/** @returns notices. @throws ConfigError if the server is too old, or would drop jobs */
function requireFit(shown: string, info: string): string[] {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string]));
  const version = fields.get("redis_version") ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (
    version !== "" &&
    (major < MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor < MINIMUM_VERSION[1]))
  ) {
    throw new ConfigError(
      `${shown} is Redis ${version}. Expected ${MINIMUM_VERSION.join(".")} or newer. Update it.`,
    );
  }
  const notices: string[] = [];
  const policy = fields.get("maxmemory_policy");
  if (policy === undefined) {
    notices.push(
      `${shown} does not say what it does when its memory is full. See to it that it drops nothing: maxmemory-policy noeviction.`,
    );
  } else if (policy !== "noeviction") {
    throw new ConfigError(
      `${shown} drops keys, and with them jobs, when its memory is full: its maxmemory-policy is ${policy}. ` +
        "Expected noeviction. Set it: redis-cli config set maxmemory-policy noeviction",
    );
  }
  if (fields.get("aof_enabled") === "0") {
    notices.push(
      `${shown} keeps no append-only file: a restart of Redis loses the jobs on it; they are put again. ` +
        "To keep them: redis-cli config set appendonly yes",
    );
  }
  return notices;
}
