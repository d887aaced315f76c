/**
 * The folder that a run leaves behind:
 *
 *   config.json         the resolved settings
 *   metrics.jsonl       a line of numbers for each epoch
 *   summary.json        the results
 *   model.safetensors   the trained network
 *   plots/              cost.svg, loss.svg, learning-rate.svg, and one of each metric that is a number: accuracy.svg
 *
 * Every file but metrics.jsonl appears whole or not at all; metrics.jsonl grows by whole lines. While the run lasts
 * there is the file `lock` as well.
 */
import { join } from "node:path";
import { LineWriter } from "../../files/lines.ts";
import { MODEL_FILE } from "../../files/modelFiles.ts";
import { PLOT_NAMES, type PlotOptions, type PlotRow, renderPlots } from "../../report/plots.ts";
import { closing, type NewFolder, WorkFolder } from "./workFolder.ts";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SUMMARY = "summary.json";
const plotFile = (name: string): string => join("plots", `${name}.svg`);

/** All that a run writes, and all that --force takes away. */
const FILES = [CONFIG, METRICS, SUMMARY, MODEL_FILE, ...PLOT_NAMES.map(plotFile)];

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
    const folder = await WorkFolder.create({ ...options, name, files: FILES });
    try {
      await folder.writeJson(CONFIG, config);
      return new RunFolder(folder, await LineWriter.open(join(folder.path, METRICS)));
    } catch (error) {
      await folder.abandon([CONFIG, METRICS]).catch(() => {});
      throw error;
    }
  }

  /**
   * Adds a line to metrics.jsonl; it is on the disk when the promise resolves. NaN and infinities become
   * null.
   * @throws FileError, as do all that write
   */
  async appendMetrics(row: object): Promise<void> {
    await this.#folder.append(this.#metrics, JSON.stringify(row));
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
    await this.#folder.writeFiles(plots.map(([name, svg]) => [plotFile(name), svg]));
  }

  /** Closes metrics.jsonl and lets others have the folder. */
  async close(): Promise<void> {
    await closing(this.#folder, () => this.#metrics.close());
  }
}
