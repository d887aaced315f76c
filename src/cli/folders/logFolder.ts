/**
 * The folder of a command that does many trainings.
 *
 * A description is there before the first training. A log grows by a whole line for each training that has ended. The
 * results are written at the end. Every file but the log appears whole or not at all. So the command can be killed at any
 * moment, and goes on with what is there.
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
  /** The file of the description, such as "study.json". */
  readonly description: string;
  readonly schema: Description;
  /** The file of the log, such as "trials.jsonl". */
  readonly log: string;
  /** The other files that the command writes. */
  readonly others: readonly string[];
}

export interface CreateOptions {
  /** The folder that the user named. Default: the next free one. */
  readonly out?: string | undefined;
  /** Take `out` even if it has been used before. */
  readonly force?: boolean | undefined;
}

const SUMMARY = "summary.json";

/** A folder to which only this process writes. */
export class LogFolder {
  readonly #folder: WorkFolder;
  readonly #lines: LineWriter;
  /** Seconds of the sessions before, up to the last line of the log. */
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

  /** The description. @throws FileError if there is none, or it is another command's */
  static async read<T extends v.GenericSchema>(
    { command, description, schema }: LogFolderKind<T>,
    path: string,
  ): Promise<v.InferOutput<T>> {
    const file = join(path, description);
    // A command that was killed before it wrote this file has done nothing yet.
    if (await isUnused(path)) {
      throw new FileError(
        `${file} cannot be read: it does not exist (ENOENT). Nothing was done in ${path} yet: begin with nnwasm ${command} --out ${path}.`,
      );
    }
    return check(schema, await readJson(file), file, `Is it the ${description} of nnwasm ${command}?`);
  }

  /**
   * Opens the folder to go on. It gives the lines of the log, each with its place for errors. A last line that a crash has
   * left half-written does not count.
   * @param before the description, as {@link read} gave it
   * @throws ConfigError if another process has the folder, or has changed the description since
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
      // This cuts off a torn line.
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

  /** @throws FileError unless the folder is there and this process still has it */
  async check(): Promise<void> {
    await this.#folder.check();
  }

  /** Adds a line to the log, with the clock; it is on the disk when the promise resolves. */
  async append(line: object): Promise<void> {
    await this.#folder.append(this.#lines, JSON.stringify({ ...line, clock: this.seconds }));
  }

  /** Replaces the description, some of which may change when the command goes on. */
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
