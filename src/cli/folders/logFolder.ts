/**
 * The folder of a command that does many trainings: a description that is there before the first of them, a log that
 * grows by a whole line for each that has ended, and what is made of them at the end. Every file but the log appears
 * whole or not at all, so the command can be killed at any moment, and goes on with what is there.
 */
import { join } from "node:path";
import type * as v from "valibot";
import { ConfigError, FileError } from "../../errors.ts";
import { LineWriter } from "../../files/lines.ts";
import { check, readJson, readJsonLines } from "./jsonFiles.ts";
import { closing, isUnused, WorkFolder } from "./workFolder.ts";

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

/** A folder that is open to be written, by this process alone. */
export class LogFolder {
  readonly #folder: WorkFolder;
  readonly #lines: LineWriter;
  /** Seconds of the sessions before, as far as the log knows of them. */
  readonly #secondsBefore: number;
  readonly #begin = performance.now();

  private constructor(folder: WorkFolder, lines: LineWriter, secondsBefore: number) {
    this.#folder = folder;
    this.#lines = lines;
    this.#secondsBefore = secondsBefore;
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Seconds that the command has worked on it, in all sessions. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begin) / 1000;
  }

  /** @throws ConfigError if `out` is in use, or has been used and not `force`; FileError if it cannot be made */
  static async create<T extends v.GenericSchema>(
    { command, description: file, log, others }: LogFolderKind<T>,
    description: v.InferOutput<T> & object,
    { out, force }: CreateOptions,
  ): Promise<LogFolder> {
    const files = [file, log, SUMMARY, ...others];
    const folder = await WorkFolder.create({ out, force, files, name: command, resumable: file });
    try {
      await folder.writeJson(file, description);
      return new LogFolder(folder, await LineWriter.open(join(folder.path, log)), 0);
    } catch (error) {
      await folder.abandon([file, log]).catch(() => {});
      throw error;
    }
  }

  /** The description. @throws FileError if there is none, or it is not the command's */
  static async read<T extends v.GenericSchema>(
    { command, description, schema }: LogFolderKind<T>,
    path: string,
  ): Promise<v.InferOutput<T>> {
    const file = join(path, description);
    // What was killed before this file was there has done nothing yet.
    if (await isUnused(path)) {
      throw new FileError(
        `${file} cannot be read: it does not exist (ENOENT). Nothing was done in ${path} yet: begin with nnwasm ${command} --out ${path}.`,
      );
    }
    return check(schema, await readJson(file), file, `Is it the ${description} of nnwasm ${command}?`);
  }

  /**
   * Opens the folder to go on. Of the log it gives the lines, each with its place for errors; a last one that a crash has
   * left half-written does not count.
   * @param before the description, as {@link read} gave it
   * @throws ConfigError if another process has the folder, or had it since
   */
  static async open<T extends v.GenericSchema>(
    kind: LogFolderKind<T>,
    path: string,
    before: unknown,
  ): Promise<{ folder: LogFolder; lines: { value: unknown; where: string }[] }> {
    const folder = await WorkFolder.open(path);
    try {
      const now = await LogFolder.read(kind, path);
      if (JSON.stringify(now) !== JSON.stringify(before)) {
        throw new ConfigError(
          `${join(path, kind.description)} has changed since it was read: another process was in ${path}. Run the same again.`,
        );
      }
      const file = join(path, kind.log);
      // Opening it cuts a torn line off.
      const writer = await LineWriter.open(file);
      try {
        const lines = await readJsonLines(file);
        const { clock } = (lines.at(-1)?.value ?? {}) as { clock?: unknown };
        return { folder: new LogFolder(folder, writer, typeof clock === "number" ? clock : 0), lines };
      } catch (error) {
        await writer.close().catch(() => {});
        throw error;
      }
    } catch (error) {
      await folder.close().catch(() => {});
      throw error;
    }
  }

  /** @throws FileError unless the folder is still there, and this process's */
  async check(): Promise<void> {
    await this.#folder.check();
  }

  /** Adds a line to the log, with the clock; it is on the disk when the promise resolves. */
  async append(line: object): Promise<void> {
    await this.#folder.check();
    await this.#lines.append(JSON.stringify({ ...line, clock: this.seconds }));
  }

  /** Replaces the description: what of it may change has changed. */
  async writeDescription<T extends v.GenericSchema>(
    { description: file }: LogFolderKind<T>,
    description: v.InferOutput<T> & object,
  ): Promise<void> {
    await this.#folder.writeJson(file, description);
  }

  async writeSummary(summary: object): Promise<void> {
    await this.#folder.writeJson(SUMMARY, summary);
  }

  /** Writes files by their paths from the folder. */
  async writeFiles(files: readonly (readonly [path: string, content: string])[]): Promise<void> {
    await this.#folder.writeFiles(files);
  }

  /** Closes the log and lets others have the folder. */
  async close(): Promise<void> {
    await closing(this.#folder, () => this.#lines.close());
  }
}
