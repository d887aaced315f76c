/** The first connection to a server. */
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigError } from "../../errors.ts";
import { messageOf } from "./trouble.ts";

/** Milliseconds for which a server that is just starting is waited for. */
const PATIENCE = 10_000;
const PAUSE = 500;

/** What a server says that is there, but will not have us. */
const REFUSED =
  /WRONGPASS|NOAUTH|NOPERM|AUTH|password|authenti|no pg_hba|does not exist|permission denied|certificate|SSL|TLS|DB index/i;

/**
 * What `connect` gives. A server that does not answer is asked for 10 s.
 * @throws ConfigError with the next step
 */
export async function retriedConnection<T>(
  shown: string,
  withoutSecrets: (text: string) => string,
  signal: AbortSignal | undefined,
  connect: () => Promise<T>,
): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await connect();
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      // Not as the cause: ioredis keeps the command there, and with it the password.
      const reason = withoutSecrets(messageOf(error as Error));
      if (REFUSED.test(reason)) {
        throw new ConfigError(
          `${shown} refuses the connection: ${reason}. Check user, password and database in the queue's URL.`,
        );
      }
      if (Date.now() + PAUSE > end) {
        throw new ConfigError(
          `${shown} cannot be reached: ${reason}. Check host and port of the queue's URL, and that the server runs.`,
        );
      }
      await sleep(PAUSE, undefined, { signal });
    }
  }
}
