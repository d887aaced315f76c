/** A worker's health for orchestrators, over HTTP: /healthz says whether it lives and has its queue, /readyz whether it takes jobs. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigError, FileError } from "../../errors.ts";
import { VERSION } from "../version.ts";
import type { WorkerState } from "./workerState.ts";

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program has it",
  EACCES: "the system does not let you have it",
  EADDRNOTAVAIL: "this machine does not have the address of --health-host",
  ENOTFOUND: "there is no such host as that of --health-host",
};

/** What is said of the worker: nothing of the queue, and nothing of the data. */
const factsOf = (state: WorkerState) => ({
  version: VERSION,
  state: state.name,
  trainings: [...state.underWay.values()].map(({ name, epoch, epochs }) => ({ name, epoch, epochs })),
  done: state.done,
  idleSeconds: state.idleSince === undefined ? 0 : Math.round((Date.now() - state.idleSince) / 1000),
});

function statusOf(path: string, state: WorkerState): 200 | 404 | 503 {
  if (path === "/healthz") return state.isInTrouble ? 503 : 200;
  if (path === "/readyz") return state.isReady && !state.isEnding && !state.isInTrouble ? 200 : 503;
  return 404;
}

export interface HealthServer {
  /** "http://0.0.0.0:8018" */
  readonly url: string;
  close(): void;
}

/**
 * @param port 0 for any that is free
 * @throws ConfigError if the port cannot be had
 */
export async function openHealthServer(
  state: WorkerState,
  host: string,
  port: number,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const status = statusOf((request.url ?? "/").split("?")[0]!, state);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const body = status === 404 ? { error: "There are /healthz and /readyz." } : factsOf(state);
    response.writeHead(isRead ? status : 405, {
      ...{ "content-type": "application/json", "cache-control": "no-store", connection: "close" },
      ...(isRead ? {} : { allow: "GET, HEAD" }),
    });
    response.end(request.method === "HEAD" ? undefined : `${JSON.stringify(body)}\n`);
  });
  // Who is slow must not keep a worker's connections.
  server.requestTimeout = 5000;
  server.headersTimeout = 5000;
  server.maxConnections = 64;
  await listening(server, host, port);
  const { address, port: got, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${got}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = WHY[error.code ?? ""];
      reject(
        why === undefined
          ? new FileError(`--health-port ${port}: ${error.message}.`, { cause: error })
          : new ConfigError(
              `--health-port ${port}: ${why}. Give another one (0: any), or another --health-host.`,
              {
                cause: error,
              },
            ),
      );
    });
    server.listen(port, host, () => resolve());
  });
