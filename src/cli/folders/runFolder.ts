/**
 * The folder that a run leaves behind:
 *
 *   config.json         the resolved settings
 *   metrics.jsonl       a line of numbers for each epoch
 *   summary.json        the results
 *   model.safetensors   the trained network
 *   checkpoints/        the last two checkpoints, from which --resume goes on; after a whole run, the one of its end. Of an
 *                       ensemble, the members that are trained; after a whole run, nothing
 *   plots/              cost.svg, loss.svg, learning-rate.svg, and one of each metric that is a number: accuracy.svg. Of an
 *                       ensemble held-out-loss.svg, and confusion.svg and reliability.svg, or residuals.svg
 *
 * Every file but metrics.jsonl appears whole or not at all; metrics.jsonl grows by whole lines. While the run lasts
 * there is the file `lock` as well.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isFolder } from "../../files/folders.ts";
import { LineWriter } from "../../files/lines.ts";
import { MODEL_FILE } from "../../files/modelFiles.ts";
import { readBytes } from "../../files/read.ts";
import { previousOf } from "../../model/callbacks/checkpoint.ts";
import type { TrainingCheckpoint } from "../../model/checkpoint.ts";
import { readCheckpoint } from "../../model/resume.ts";
import { PLOT_NAMES, type PlotOptions, type PlotRow, renderPlots } from "../../report/plots.ts";
import { readJson } from "./jsonFiles.ts";
import { closing, isUnused, MEMBERS, type NewFolder, WorkFolder } from "./workFolder.ts";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const CHECKPOINT = "checkpoints/last.safetensors";
const PREVIOUS = previousOf(CHECKPOINT);
const plotFile = (name: string): string => join("plots", `${name}.svg`);

/** All that a run writes, and all that --force takes away. */
const FILES = [
  ...[CONFIG, METRICS, SUMMARY, MODEL_FILE, CHECKPOINT, PREVIOUS, MEMBERS],
  ...[...PLOT_NAMES, "held-out-loss", "confusion", "reliability", "residuals"].map(plotFile),
];

/** The file of a member of an ensemble, which is kept until there is a model. */
const memberFile = (number: number): string => MEMBERS.replace("*", String(number + 1).padStart(4, "0"));

export type RunFolderOptions = Partial<Pick<NewFolder, "out" | "root" | "name" | "force">>;

export class RunFolder {
  readonly #folder: WorkFolder;
  readonly #metrics: LineWriter;

  private constructor(folder: WorkFolder, metrics: LineWriter) {
    this.#folder = folder;
    this.#metrics = metrics;
  }

  /** The folder, as it was given: "runs/train-001". */
  get path(): string {
    return this.#folder.path;
  }

  /**
   * Makes the folder, or takes `out`, and writes config.json. Until then the folder counts as empty.
   *
   * @throws ConfigError if `out` is in use, or something is in it and not `force`
   * @throws FileError if it cannot be made
   */
  static async create(
    config: object,
    { name = "train", ...options }: RunFolderOptions = {},
  ): Promise<RunFolder> {
    const folder = await WorkFolder.create({ ...options, name, files: FILES, resumable: CONFIG });
    try {
      await folder.writeJson(CONFIG, config);
      return new RunFolder(folder, await LineWriter.open(join(folder.path, METRICS)));
    } catch (error) {
      await folder.abandon([CONFIG, METRICS]).catch(() => {});
      throw error;
    }
  }

  /** The path of a run's settings. */
  static configOf(path: string): string {
    return join(path, CONFIG);
  }

  /** Whether nothing but leftovers is in the folder, or it is not there. */
  static async isUnused(path: string): Promise<boolean> {
    return !(await isFolder(path)) || (await isUnused(path));
  }

  /** The summary of a run that is complete, with all of its files; else undefined. */
  static async readComplete(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const summary = (await readJson(join(path, SUMMARY))) as Readonly<Record<string, unknown>>;
      if (summary.state !== "complete" || summary.unsaved !== undefined) return undefined;
      return (await isFile(join(path, MODEL_FILE))) ? summary : undefined;
    } catch {
      return undefined;
    }
  }

  /** Takes away what a process has left that was killed in the folder, if that can be done. */
  static async tidy(path: string): Promise<void> {
    await WorkFolder.open(path)
      .then((folder) => folder.close())
      .catch(() => {});
  }

  /**
   * Takes a run's folder to go on with it: reads its last checkpoint, and has metrics.jsonl hold the rows of then.
   * @returns undefined in place of a checkpoint if there is none yet: the run begins anew
   * @throws ConfigError if another process has the folder; FileError if the checkpoint cannot be read
   */
  static async open(
    path: string,
  ): Promise<{ folder: RunFolder; checkpoint: TrainingCheckpoint | undefined }> {
    const folder = await WorkFolder.open(path);
    try {
      const checkpoint = await readLast(join(path, CHECKPOINT));
      const rows = checkpoint?.rows ?? [];
      await folder.writeFiles([[METRICS, rows.map((row) => `${JSON.stringify(row)}\n`).join("")]]);
      return { folder: new RunFolder(folder, await LineWriter.open(join(path, METRICS))), checkpoint };
    } catch (error) {
      await folder.close().catch(() => {});
      throw error;
    }
  }

  /** Writes a checkpoint. The one before it stays until this one is whole, and one more. */
  async writeCheckpoint(bytes: Uint8Array): Promise<void> {
    await this.#folder.writeFiles([[CHECKPOINT, bytes]], { previous: PREVIOUS });
  }

  /** Takes away the checkpoint before the last one, which a run that has ended needs no more. */
  async removePreviousCheckpoint(): Promise<void> {
    // The last one may be missing because there was no room for it.
    if (await isFile(join(this.path, CHECKPOINT))) await this.#folder.remove([PREVIOUS]);
  }

  /** Keeps a member of an ensemble. */
  async writeMember(number: number, bytes: Uint8Array): Promise<void> {
    await this.#folder.writeFiles([[memberFile(number), bytes]]);
  }

  /** A member that an earlier session has kept, with its file's path; undefined if there is none. @throws FileError */
  async readMember(number: number): Promise<{ bytes: Uint8Array; path: string } | undefined> {
    const path = join(this.path, memberFile(number));
    return (await isFile(path)) ? { bytes: await readBytes(path), path } : undefined;
  }

  /** Takes away the members, which a run that has its model needs no more. */
  async removeMembers(): Promise<void> {
    await this.#folder.remove([MEMBERS]);
  }

  /**
   * Adds a line to metrics.jsonl, or several; they are on the disk when the promise resolves. NaN and infinities become
   * null.
   * @throws FileError, as do all that write
   */
  async appendMetrics(...rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#folder.append(this.#metrics, rows.map((row) => JSON.stringify(row)).join("\n"));
  }

  /** Writes summary.json, or replaces it. */
  async writeSummary(summary: object): Promise<void> {
    await this.#folder.writeJson(SUMMARY, summary);
  }

  /** Writes model.safetensors, or replaces it. */
  async writeModel(bytes: Uint8Array): Promise<void> {
    await this.#folder.writeFiles([[MODEL_FILE, bytes]]);
  }

  /** Draws the epochs and writes the plots, or replaces them. */
  async writePlots(rows: readonly PlotRow[], options?: PlotOptions): Promise<void> {
    const plots = Object.entries(await renderPlots(rows, options));
    await this.writeDrawn(plots.map(([name, svg]) => [`${name}.svg`, svg]));
  }

  /** Writes plots by the names of their files, or replaces them. */
  async writeDrawn(plots: readonly (readonly [name: string, svg: string])[]): Promise<void> {
    await this.#folder.writeFiles(plots.map(([name, svg]) => [join("plots", name), svg]));
  }

  /** Closes metrics.jsonl and lets others have the folder. */
  async close(): Promise<void> {
    await closing(this.#folder, () => this.#metrics.close());
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );

/** The last checkpoint that can be read; undefined if there is none. */
async function readLast(path: string): Promise<TrainingCheckpoint | undefined> {
  try {
    return await readCheckpoint(path);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
