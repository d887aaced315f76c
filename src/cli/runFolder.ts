/**
 * The folder that a run leaves behind:
 *
 *   config.json         the resolved settings
 *   metrics.jsonl       a line of numbers for each epoch
 *   summary.json        the results
 *   model.safetensors   the trained network
 *   plots/              cost.svg, loss.svg, accuracy.svg, learning-rate.svg
 *
 * Every file but metrics.jsonl appears whole or not at all; metrics.jsonl grows by whole lines.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.ts";
import { fileError } from "../files/errors.ts";
import { LineWriter } from "../files/lines.ts";
import { PLOT_NAMES, type PlotRow, renderPlots } from "../report/plots.ts";
import { listFolder, makeFolder, takeFolder, writeFiles, writeJson } from "./jsonFiles.ts";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const MODEL = "model.safetensors";
const PLOTS = "plots";
const plotFile = (name: string): string => join(PLOTS, `${name}.svg`);

/** All that a run writes, and all that --force takes away. */
const FILES = [CONFIG, METRICS, SUMMARY, MODEL, ...PLOT_NAMES.map(plotFile)];

export interface RunFolderOptions {
  /**
   * The folder, if the user named one; it may exist if it is empty. Default: the next free `root`/`name`-001.
   */
  readonly out?: string | undefined;
  /** Where folders go that the user did not name. */
  readonly root?: string;
  /** What they are called before their number: the command. */
  readonly name?: string;
  /** Take `out` even if there is something in it: what this run writes is replaced, all else stays. */
  readonly force?: boolean | undefined;
}

export class RunFolder {
  /** The folder, as it was given: "runs/train-001". */
  readonly path: string;
  readonly #metrics: LineWriter;

  private constructor(path: string, metrics: LineWriter) {
    this.path = path;
    this.#metrics = metrics;
  }

  /**
   * Makes the folder, and those above it. Two runs that start at once get two folders.
   *
   * @throws ConfigError if `out` is in use and not `force`
   * @throws FileError if it cannot be made
   */
  static async create({
    out,
    root = "runs",
    name = "train",
    force = false,
  }: RunFolderOptions = {}): Promise<RunFolder> {
    const path = out ?? (await makeNumberedFolder(root, name));
    if (out !== undefined) await takeFolder(out, { force, files: FILES });
    return new RunFolder(path, await LineWriter.open(join(path, METRICS)));
  }

  /** Writes config.json. @throws FileError as do all that write */
  async writeConfig(config: object): Promise<void> {
    await this.#writeJson(CONFIG, config);
  }

  /**
   * Adds a line to metrics.jsonl; it is on the disk when the promise resolves. NaN and infinities become
   * null.
   */
  async appendMetrics(row: object): Promise<void> {
    await this.#metrics.append(JSON.stringify(row));
  }

  /** Writes summary.json, or replaces it. */
  async writeSummary(summary: object): Promise<void> {
    await this.#writeJson(SUMMARY, summary);
  }

  /** Writes model.safetensors, or replaces it. */
  async writeModel(bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(join(this.path, MODEL), bytes);
  }

  /** Draws the epochs and writes the plots, or replaces them. */
  async writePlots(rows: readonly PlotRow[]): Promise<void> {
    const plots = await renderPlots(rows);
    await writeFiles(
      this.path,
      PLOT_NAMES.map((name) => [plotFile(name), plots[name]]),
    );
  }

  /** Closes metrics.jsonl. The other files can still be written. */
  async close(): Promise<void> {
    await this.#metrics.close();
  }

  async #writeJson(file: string, value: object): Promise<void> {
    await writeJson(join(this.path, file), value);
  }
}

/** `root`/`name`-001, or one more than the highest number there: names in the order of time. */
export async function makeNumberedFolder(root: string, name: string): Promise<string> {
  await makeFolder(root);
  let number = 1 + Math.max(0, ...(await listFolder(root)).map((entry) => numberOf(entry, name)));
  for (;;) {
    const path = join(root, `${name}-${String(number).padStart(3, "0")}`);
    try {
      await mkdir(path); // fails if another run was quicker
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(path, "created", error);
      number++;
    }
  }
}

/** 12 for "train-012" and the name "train"; 0 for what is not such a name. */
function numberOf(entry: string, name: string): number {
  const digits = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : "";
  return /^[0-9]{3,9}$/.test(digits) ? Number(digits) : 0;
}
