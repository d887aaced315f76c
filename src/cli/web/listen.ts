/** Finds a port for a server on this machine's own address. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError } from "../../errors.ts";

/** Only this machine reaches it. */
const ADDRESS = "127.0.0.1";
/** The port if none is asked for. It is always the same, so that the page finds what it has kept in the browser. */
export const USUAL_PORT = 8017;
/** How many ports are tried, one after another, before the system gives any that is free. */
const TRIES = 20;

function tryPort(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, ADDRESS, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program has it",
  EACCES: "the system does not let you have it",
};

/**
 * Makes a server listen, and gives its address: "http://127.0.0.1:PORT/".
 * @param asked the port, 0 for any. Default: the usual one, or the next that is free
 * @throws ConfigError if the port that was asked for cannot be had
 */
export async function listen(server: Server, asked?: number): Promise<string> {
  const ports =
    asked === undefined ? [...Array.from({ length: TRIES }, (_, i) => USUAL_PORT + i), 0] : [asked];
  for (const port of ports) {
    try {
      await tryPort(server, port);
      break;
    } catch (error) {
      const why = WHY[codeOf(error) ?? ""];
      if (why === undefined) throw error;
      if (port === ports.at(-1)) {
        throw new ConfigError(
          `--port ${port}: ${why}. Give another one (0: any), or leave --port out: then the next free one from ${USUAL_PORT} on is taken.`,
          { cause: error },
        );
      }
    }
  }
  return `http://${ADDRESS}:${(server.address() as AddressInfo).port}/`;
}
