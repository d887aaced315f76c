/**
 * The folder of a command that does many trainings: a description that is there before the first of them, a log that
 * grows by a whole line for each that has ended, and what is made of them at the end. Every file but the log appears
 * whole or not at all, so the command can be killed at any moment, and goes on with what is there.
 */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type * as v from "valibot";
import { ConfigError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { LineWriter } from "../files/lines.ts";
import { check, readJson, readJsonLines, takeFolder, writeJson } from "./jsonFiles.ts";
import { makeNumberedFolder } from "./runFolder.ts";

/** What the folders of a command have in common. */
export interface LogFolderKind<Description extends v.GenericSchema> {
  /** The command: "search" has its folders in runs/search-001, runs/search-002, … */
  readonly command: string;
  /** "study.json", and what it must hold. */
  readonly description: string;
  readonly schema: Description;
  /** "trials.jsonl". */
  readonly log: string;
  /** Whatever else the command writes. */
  readonly others: readonly string[];
}

export interface CreateOptions {
  /** The folder, if the user named one; default: the next free one. */
  readonly out?: string | undefined;
  /** Take `out` even if it has been used before. */
  readonly force?: boolean | undefined;
}

const SUMMARY = "summary.json";
const LOCK = "lock";

/** A folder that is open to be written, by this process alone. */
export class LogFolder {
  readonly path: string;
  readonly #lines: LineWriter;
  /** Seconds of the sessions before, as far as the log knows of them. */
  readonly #secondsBefore: number;
  readonly #begin = performance.now();

  private constructor(path: string, lines: LineWriter, secondsBefore: number) {
    this.path = path;
    this.#lines = lines;
    this.#secondsBefore = secondsBefore;
  }

  /** Seconds that the command has worked on it, in all sessions. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begin) / 1000;
  }

  /** @throws ConfigError if `out` is in use and not `force`; FileError if it cannot be made */
  static async create<T extends v.GenericSchema>(
    { command, description: file, log, others }: LogFolderKind<T>,
    description: v.InferOutput<T> & object,
    { out, force = false }: CreateOptions,
  ): Promise<LogFolder> {
    const path = out ?? (await makeNumberedFolder("runs", command));
    if (out !== undefined)
      await takeFolder(out, { force, resumable: true, files: [file, log, SUMMARY, ...others] });
    await lock(path);
    await writeJson(join(path, file), description);
    return new LogFolder(path, await LineWriter.open(join(path, log)), 0);
  }

  /** The description. @throws FileError if there is none, or it is not the command's */
  static async read<T extends v.GenericSchema>(
    { command, description, schema }: LogFolderKind<T>,
    path: string,
  ): Promise<v.InferOutput<T>> {
    const file = join(path, description);
    return check(schema, await readJson(file), file, `Is it the ${description} of nnwasm ${command}?`);
  }

  /** The log's lines, each with its place for errors; a last one that a crash has left half-written does not count. */
  static async open<T extends v.GenericSchema>(
    { log }: LogFolderKind<T>,
    path: string,
  ): Promise<{ folder: LogFolder; lines: { value: unknown; where: string }[] }> {
    await lock(path);
    const file = join(path, log);
    // Opening it cuts a torn line off.
    const writer = await LineWriter.open(file);
    try {
      const lines = await readJsonLines(file);
      const { clock } = (lines.at(-1)?.value ?? {}) as { clock?: unknown };
      return { folder: new LogFolder(path, writer, typeof clock === "number" ? clock : 0), lines };
    } catch (error) {
      await writer.close();
      await unlock(path);
      throw error;
    }
  }

  /** Adds a line to the log, with the clock; it is on the disk when the promise resolves. */
  async append(line: object): Promise<void> {
    await this.#lines.append(JSON.stringify({ ...line, clock: this.seconds }));
  }

  /** Replaces the description: what of it may change has changed. */
  async writeDescription<T extends v.GenericSchema>(
    { description: file }: LogFolderKind<T>,
    description: v.InferOutput<T> & object,
  ): Promise<void> {
    await writeJson(join(this.path, file), description);
  }

  async writeSummary(summary: object): Promise<void> {
    await writeJson(join(this.path, SUMMARY), summary);
  }

  /** Closes the log and lets others have the folder. The other files can still be written. */
  async close(): Promise<void> {
    await this.#lines.close();
    await unlock(this.path);
  }
}

/**
 * Two processes that log to one folder would do the same trainings: the second is refused. A lock whose process is gone
 * (kill -9) counts for nothing.
 */
async function lock(path: string): Promise<void> {
  const file = join(path, LOCK);
  for (let attempt = 0; ; attempt++) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(file, "created", error);
    }
    const owner = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
    if (attempt > 0 || (owner !== process.pid && isRunning(owner))) {
      throw new ConfigError(
        `${path} is in use by process ${owner}. Wait for it, or end it; if it is none of nnwasm's, remove ${file}.`,
      );
    }
    await unlock(path);
  }
}

async function unlock(path: string): Promise<void> {
  await rm(join(path, LOCK), { force: true });
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
