/**
 * The folder of a reproduction:
 *
 *   reproduction.json   what is reproduced, with which seeds, on what
 *   trainings.jsonl     a line for each training that has ended, its epochs in it
 *   report.html         the report, in one file; report.md, its twin, with plots/
 *   summary.json        a row for each experiment
 *
 * A training is on the disk as soon as it has ended: a reproduction that is killed loses those under way, no more.
 */
import { dirname, join } from "node:path";
import * as v from "valibot";
import type { TrainingResult } from "../experiments/summary.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { LineWriter } from "../files/lines.ts";
import { check, makeFolder, readJson, readJsonLines, takeFolder, writeJson } from "./jsonFiles.ts";
import { makeNumberedFolder } from "./runFolder.ts";
import { FileSettings } from "./settingsFile.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const ReproductionFile = v.strictObject({
  version: v.string(),
  ids: v.array(v.string()),
  seeds: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** What differs from the report in every training. */
  changes: FileSettings,
  appendix: v.boolean(),
  freshSearch: v.boolean(),
  data: v.strictObject({ name: v.string(), training: count, test: v.pipe(v.number(), v.integer()) }),
});

export type ReproductionDescription = v.InferOutput<typeof ReproductionFile>;

/** A measure can be infinite or NaN, which JSON has no word for. */
const measure = v.nullable(v.number());
const Evaluation = v.intersect([
  v.record(v.string(), v.number()),
  v.object({ loss: v.number(), cost: v.number() }),
]);
const EpochRow = v.object({
  epoch: count,
  learningRate: v.number(),
  train: v.record(v.string(), measure),
  validation: v.optional(v.record(v.string(), measure)),
  steps: count,
  seconds: v.number(),
  trainSeconds: v.number(),
  stepsPerSecond: v.number(),
});
const TrainingLine = v.strictObject({
  id: v.string(),
  seed: v.pipe(v.number(), v.integer()),
  /** Of a search of this run's own: what it proposed. */
  l2: v.optional(v.number()),
  test: v.nullable(Evaluation),
  validation: v.nullable(Evaluation),
  epochs: v.pipe(v.number(), v.integer()),
  seconds: v.number(),
  trainSeconds: v.number(),
  weightsSha256: v.string(),
  error: v.optional(v.string()),
  rows: v.array(EpochRow),
});

/** A training, with the λ that a search proposed if it was one of a search's. */
export type RecordedTraining = TrainingResult & { readonly l2?: number };

const DESCRIPTION = "reproduction.json";
const TRAININGS = "trainings.jsonl";
const SUMMARY = "summary.json";
const HTML = "report.html";
const MARKDOWN = "report.md";
const FILES = [DESCRIPTION, TRAININGS, SUMMARY, HTML, MARKDOWN, "plots"];

export class ReproductionFolder {
  readonly path: string;
  readonly #lines: LineWriter;

  private constructor(path: string, lines: LineWriter) {
    this.path = path;
    this.#lines = lines;
  }

  /**
   * @param options.out the folder; default: the next free runs/reproduce-001
   * @throws ConfigError if `out` is in use and not `force`; FileError if it cannot be made
   */
  static async create(
    description: ReproductionDescription,
    { out, force = false }: { readonly out?: string | undefined; readonly force?: boolean | undefined },
  ): Promise<ReproductionFolder> {
    const path = out ?? (await makeNumberedFolder("runs", "reproduce"));
    if (out !== undefined) await takeFolder(out, force, FILES);
    await writeJson(join(path, DESCRIPTION), description);
    return new ReproductionFolder(path, await LineWriter.open(join(path, TRAININGS)));
  }

  /** @throws FileError if there is none, or what is there is none */
  static async read(path: string): Promise<ReproductionDescription> {
    const file = join(path, DESCRIPTION);
    return check(ReproductionFile, await readJson(file), file, `Is it the ${DESCRIPTION} of a reproduction?`);
  }

  /** The trainings that are recorded; a last line that a crash has left half-written does not count. */
  static async open(path: string): Promise<{ folder: ReproductionFolder; trainings: RecordedTraining[] }> {
    const file = join(path, TRAININGS);
    const lines = await LineWriter.open(file);
    const trainings = (await readJsonLines(file)).map(({ value, where }) =>
      check(TrainingLine, value, where, "Take the line away and the training runs again."),
    );
    // A measure that is null was not finite: plots and tables leave both out.
    return {
      folder: new ReproductionFolder(path, lines),
      trainings: trainings as unknown as RecordedTraining[],
    };
  }

  /** Adds a training; it is on the disk when the promise resolves. */
  async append(training: RecordedTraining): Promise<void> {
    await this.#lines.append(JSON.stringify(training));
  }

  async writeSummary(summary: object): Promise<void> {
    await writeJson(join(this.path, SUMMARY), summary);
  }

  async writeReport(html: string, markdown: string, plots: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, svg] of Object.entries(plots)) {
      const file = join(this.path, name);
      await makeFolder(dirname(file));
      await writeFileAtomic(file, svg);
    }
    await writeFileAtomic(join(this.path, MARKDOWN), markdown);
    await writeFileAtomic(join(this.path, HTML), html);
  }

  async close(): Promise<void> {
    await this.#lines.close();
  }
}
