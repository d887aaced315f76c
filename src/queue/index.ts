/** The engines of queues, by what their URLs begin with. A new one is a file here and a line below. */
import { ConfigError } from "../errors.ts";
import { shown } from "../options.ts";
import { postgresEngine } from "./bullmq/postgres.ts";
import { redisEngine } from "./bullmq/redis.ts";
import { folder } from "./folder/folder.ts";
import type { QueueEngine } from "./queue.ts";

const engines: readonly QueueEngine[] = [redisEngine, postgresEngine, folder];

/** What `--queue` takes, for its help. */
export const QUEUE_USAGES: readonly string[] = engines.map(({ usage }) => usage);

/** The engine of a URL. @throws ConfigError if there is none */
export function queueEngine(url: string): QueueEngine {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  const found = engines.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  if (found !== undefined) return found;
  // What it is not may hold a password.
  const what = scheme === undefined ? "has no scheme" : `begins with ${shown(scheme)}`;
  throw new ConfigError(`The queue's URL ${what}. Expected one of: ${QUEUE_USAGES.join(", ")}.`);
}
