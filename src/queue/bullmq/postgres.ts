/** Queues in PostgreSQL, by BullMQ's own backend and pg. */
import { ConfigError } from "../../errors.ts";
import type { QueueEngine, QueueOptions } from "../queue.ts";
import { openClient } from "./client.ts";
import { openConsumer } from "./consumer.ts";
import { load } from "./load.ts";
import { retriedConnection } from "./start.ts";
import type { Store } from "./store.ts";
import { messageOf } from "./trouble.ts";
import { requireUrl, shownUrl, withoutSecrets } from "./url.ts";

const INSTALL = "bullmq pg";
const USAGE = "postgres://[user:password@]host[:port]/database";
const CONNECT_MILLISECONDS = 10_000;
/** BullMQ's tables are in it. */
const SCHEMA = "nnwasm";

export const postgresEngine: QueueEngine = {
  schemes: ["postgres:", "postgresql:"],
  usage: USAGE,
  shown: shownUrl,
  openClient: async (url, options) => openClient(await openStore(url, options), options),
  openConsumer: async (url, options) => openConsumer(await openStore(url, options), options),
};

async function openStore(url: string, { signal }: QueueOptions): Promise<Store> {
  const parsed = requireUrl(url, USAGE);
  const { bullmq, pg } = await load(parsed.protocol, INSTALL, async () => ({
    bullmq: await import("bullmq"),
    pg: (await import("pg")).default,
  }));
  const [shown, hide] = [shownUrl(url), withoutSecrets(url)];
  // In the URL, they would take the place of BullMQ's own, which name the schema.
  const options = parsed.searchParams.get("options") ?? undefined;
  parsed.searchParams.delete("options");
  const connection = {
    ...{ connectionString: parsed.href, options, max: 4, keepAlive: true, schema: SCHEMA },
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    // A silent connection is a dead one.
    query_timeout: 60_000,
  };
  await retriedConnection(shown, hide, signal, async () => {
    const { schema: _, max: __, ...config } = connection;
    const client = new pg.Client(config);
    client.on("error", () => {});
    try {
      await client.connect();
      await prepare(bullmq, client, shown, hide);
    } finally {
      await client.end().catch(() => {});
    }
  });
  return {
    ...{ bullmq, connection, shown, withoutSecrets: hide, eventsWait: 500, notices: [] },
    factory: bullmq.createPostgresBackend as unknown as Store["factory"],
  };
}

type Queryable = Parameters<typeof import("bullmq").runMigrations>[0];

/** Brings the tables up to BullMQ's version. Several at once wait for one another. */
async function prepare(
  bullmq: typeof import("bullmq"),
  client: unknown,
  shown: string,
  hide: (text: string) => string,
): Promise<void> {
  const session = client as Queryable;
  try {
    let version = 0;
    try {
      version = await bullmq.assertSchemaCompatibility(session, SCHEMA);
    } catch (error) {
      if (!(error instanceof bullmq.SchemaMigrationRequiredError)) throw error;
    }
    // It takes rights that a user of tables which are there already may lack.
    if (version < bullmq.LATEST_SCHEMA_VERSION) await bullmq.runMigrations(session, SCHEMA);
  } catch (error) {
    if (error instanceof bullmq.UnsupportedPostgresVersionError) {
      const { serverVersion, minimumVersion } = error;
      throw new ConfigError(
        `${shown} is PostgreSQL ${serverVersion}. Expected ${minimumVersion} or newer. Update it.`,
      );
    }
    if (error instanceof bullmq.SchemaVersionMismatchError) {
      throw new ConfigError(
        `${shown} has tables of a newer BullMQ, of version ${error.minimumClientVersion}. Update it: npm install bullmq@${error.minimumClientVersion}`,
      );
    }
    if ((error as { code?: unknown }).code === "42501") {
      throw new ConfigError(
        `${shown} does not let this user make the tables: ${hide(messageOf(error as Error))}. ` +
          `Run once, as the database's owner: CREATE SCHEMA ${SCHEMA} AUTHORIZATION its_user; GRANT CREATE ON DATABASE its_database TO its_user;`,
      );
    }
    throw error;
  }
}
