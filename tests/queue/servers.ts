/**
 * Real servers for the tests of queues: a redis-server or a postgres of this machine, on a free port of 127.0.0.1, with its files in
 * a temporary folder. They end with the test file, at the latest with its process.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Time for a server to answer. It ends only what hangs. */
const START_MILLISECONDS = 120_000;

export interface Server {
  /** "redis://127.0.0.1:PORT/0": with the password, if it has one. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it: with SIGKILL, as a machine that loses its power, or in order. */
  stop(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>;
  restart(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

export interface RedisOptions {
  /** Whether it keeps what it has over a restart. Default: true. */
  readonly appendOnly?: boolean;
  /** "20mb". Default: no limit. */
  readonly maxMemory?: string;
  /** Default: "noeviction". */
  readonly policy?: string;
  readonly password?: string;
  readonly args?: readonly string[];
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const redisServer = onPath("redis-server");
const postgresFolder = newestPostgres();

/** Why a test over it is skipped: undefined if the server is installed. */
export const noRedis =
  redisServer === undefined ? "needs redis-server (apt-get install redis-server)" : undefined;
export const noPostgres =
  postgresFolder === undefined ? "needs PostgreSQL (apt-get install postgresql)" : undefined;

export async function startRedis(options: RedisOptions = {}): Promise<Server> {
  const { appendOnly = true, maxMemory, policy = "noeviction", password, args = [] } = options;
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-redis-"));
  const port = await freePort();
  const command = [
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--daemonize", "no"],
    // What was answered has been written, so that a kill loses nothing.
    ...["--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "always"],
    ...["--maxmemory-policy", policy],
    ...(maxMemory === undefined ? [] : ["--maxmemory", maxMemory]),
    ...(password === undefined ? [] : ["--requirepass", password]),
    ...args,
  ];
  const user = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  const ping = async () => (await answerOf(port, "PING\r\n")).match(/PONG|NOAUTH/) !== null;
  const url = `redis://${user}127.0.0.1:${port}/0`;
  return startServer({ url, port, folder, ping, spawn: () => spawn(redisServer!, command, quiet) });
}

export async function startPostgres(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-postgres-"));
  const port = await freePort();
  const { before, user } = otherUser();
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
  const data = join(folder, "data");
  const run = { ...user, cwd: folder, stdio: "ignore" } as const;
  const command = (name: string, args: readonly string[]) => {
    const [file, ...rest] = [...before, join(postgresFolder!, name), ...args];
    return [file!, rest] as const;
  };
  const init = ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
  execFileSync(...command("initdb", init), run);
  const serve = [
    ...["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder],
    ...["-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=200"],
  ];
  const ready = ["-h", "127.0.0.1", "-p", `${port}`, "-t", "5", "-q"];
  const ping = async () => {
    try {
      execFileSync(join(postgresFolder!, "pg_isready"), ready, quiet);
      return true;
    } catch {
      return false;
    }
  };
  return startServer({
    ...{ url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, folder, ping },
    spawn: () => spawn(...command("postgres", serve), run),
    // In order, without waiting for the sessions to end by themselves.
    inOrder: "SIGINT",
  });
}

/** A command to Redis in its inline form, and what comes back. */
export async function redisCommand({ port, url }: Server, command: string): Promise<string> {
  const { password } = new URL(url);
  const auth = password === "" ? "" : `AUTH ${decodeURIComponent(password)}\r\n`;
  return answerOf(port, `${auth}${command}\r\n`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const quiet = { stdio: "ignore" } as const;

interface Start {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** Whether it serves. */
  readonly ping: () => Promise<boolean>;
  readonly spawn: () => ChildProcess;
  readonly inOrder?: NodeJS.Signals;
}

async function startServer(how: Start): Promise<Server> {
  const { url, port, folder, ping, inOrder = "SIGTERM" } = how;
  let child: ChildProcess | undefined;
  const server: Server = {
    url,
    port,
    get pid() {
      return child!.pid!;
    },
    async start() {
      if (child !== undefined) return;
      const started = how.spawn();
      child = started;
      running.add(started);
      started.once("exit", () => running.delete(started));
      const end = Date.now() + START_MILLISECONDS;
      while (!(await ping().catch(() => false))) {
        if (started.exitCode !== null)
          throw new Error(`The server of ${url} ended with ${started.exitCode}.`);
        if (Date.now() > end) throw new Error(`The server of ${url} does not start.`);
        await sleep(50);
      }
    },
    async stop(signal = "SIGTERM") {
      const stopped = child;
      child = undefined;
      if (stopped === undefined || !running.has(stopped)) return;
      const ended = new Promise((resolve) => stopped.once("exit", resolve));
      stopped.kill(signal === "SIGTERM" ? inOrder : signal);
      await ended;
    },
    async restart(signal) {
      await server.stop(signal);
      await server.start();
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  try {
    await server.start();
  } catch (error) {
    await server.stop("SIGKILL");
    throw error;
  }
  return server;
}

/** What a server sends in answer to a text. */
function answerOf(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(`${text}QUIT\r\n`));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

function onPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [...folders, "/usr/bin", "/usr/local/bin"].map((folder) => join(folder, name)).find(existsSync);
}

function newestPostgres(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return onPath("postgres") && join(onPath("postgres")!, "..");
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(root, version, "bin"))
    .find((bin) => existsSync(join(bin, "postgres")));
}

/** PostgreSQL refuses to run as root: what goes before its commands, and whose they are. */
function otherUser(): { before: readonly string[]; user: { uid?: number; gid?: number } } {
  if (process.getuid?.() !== 0) return { before: [], user: {} };
  // initdb writes to it, and some containers let only root do so: there, a namespace gives root another number.
  if ((statSync("/dev/null").mode & 0o002) === 0) {
    return { before: ["unshare", "--user", "--map-user=1000", "--map-group=1000"], user: {} };
  }
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { before: [], user: { uid: id("-u"), gid: id("-g") } };
}
