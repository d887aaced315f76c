/** Workers of a queue in a folder, each a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { folder as engine } from "../../../src/queue/folder/folder.ts";
import type { QueueClient, QueueOptions } from "../../../src/queue/queue.ts";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));

export interface WorkerOptions extends Pick<QueueOptions, "lease" | "retries"> {
  /** How long a job takes. */
  readonly milliseconds?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A queue in a folder of its own, its clients and its workers. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "nnwasm-queue-"));
  readonly url = `folder:${this.folder}`;
  readonly root = join(this.folder, "nnwasm.queue");
  readonly troubles: string[] = [];
  readonly #log = join(this.folder, "log");
  readonly #workers: ChildProcess[] = [];
  readonly #clients: QueueClient[] = [];

  constructor() {
    appendFileSync(this.#log, "");
  }

  async client(options: QueueOptions = {}): Promise<QueueClient> {
    const onTrouble = (text: string) => this.troubles.push(text);
    const client = await engine.openClient(this.url, { onTrouble, ...options });
    this.#clients.push(client);
    return client;
  }

  /** Starts a worker. */
  start({ env = {}, ...options }: WorkerOptions = {}): ChildProcess {
    const settings = JSON.stringify({ ...options, log: this.#log });
    const worker = fork(WORKER, [this.url, settings], { env: { ...process.env, ...env }, execArgv: [] });
    this.#workers.push(worker);
    return worker;
  }

  /** What the workers noted: ["took a 0", "answered a"]. */
  get lines(): string[] {
    return readFileSync(this.#log, "utf8").split("\n").slice(0, -1);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await pause(10);
  }

  /** Ends all and removes the folder. */
  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    for (const worker of this.#workers) {
      if (isOver(worker)) continue;
      const exit = once(worker, "exit");
      worker.kill("SIGKILL");
      await exit;
    }
    rmSync(this.folder, { recursive: true });
  }
}

export const isOver = (worker: ChildProcess): boolean =>
  worker.exitCode !== null || worker.signalCode !== null;
