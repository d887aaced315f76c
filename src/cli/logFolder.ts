/**
 * The folder of a command that does many trainings: a description that is there before the first of them, a log that
 * grows by a whole line for each that has ended, and what is made of them at the end. Every file but the log appears
 * whole or not at all, so the command can be killed at any moment, and goes on with what is there.
 */
import { join } from "node:path";
import type * as v from "valibot";
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

/** A folder that is open to be written. */
export class LogFolder {
  readonly path: string;
  readonly #lines: LineWriter;

  private constructor(path: string, lines: LineWriter) {
    this.path = path;
    this.#lines = lines;
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
    await writeJson(join(path, file), description);
    return new LogFolder(path, await LineWriter.open(join(path, log)));
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
    const file = join(path, log);
    // Opening it cuts a torn line off.
    const lines = await LineWriter.open(file);
    return { folder: new LogFolder(path, lines), lines: await readJsonLines(file) };
  }

  /** Adds a line to the log; it is on the disk when the promise resolves. */
  async append(line: object): Promise<void> {
    await this.#lines.append(JSON.stringify(line));
  }

  async writeSummary(summary: object): Promise<void> {
    await writeJson(join(this.path, SUMMARY), summary);
  }

  /** Closes the log. The other files can still be written. */
  async close(): Promise<void> {
    await this.#lines.close();
  }
}
