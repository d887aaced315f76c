/**
 * The folder of a reproduction:
 *
 *   reproduction.json   what is reproduced, with which seeds, on what
 *   trainings.jsonl     a line for each training that has ended, its epochs in it
 *   report.html         the report, in one file; report.md, its twin, with plots/
 *   summary.json        a row for each experiment
 *
 * A training is on the disk as soon as it has ended. A reproduction that is killed loses only the trainings under way.
 */
import * as v from "valibot";
import { type TrainingMetrics, trainingMetrics } from "../../model/fitOptions.ts";
import type { RecordedTraining } from "../../runs/reproduce.ts";
import { FileSettings } from "../../settings/file.ts";
import { check } from "./jsonFiles.ts";
import { type CreateOptions, LogFolder, type LogFolderKind } from "./logFolder.ts";
import { StudyId } from "./studyId.ts";
import { PLOTS } from "./workFolder.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const ReproductionFile = v.strictObject({
  version: v.string(),
  id: StudyId,
  ids: v.array(v.string()),
  seeds: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1)),
  /** The settings of every training that differ from the paper. */
  changes: FileSettings,
  appendix: v.boolean(),
  freshSearch: v.boolean(),
  /** The metrics of trainings whose curves are not shown. An earlier version did not write them, and took full ones. */
  trainingMetrics: v.optional(v.picklist(Object.keys(trainingMetrics) as TrainingMetrics[]), "full"),
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
  /** The λ that a search of this run proposed. */
  l2: v.optional(v.number()),
  test: v.nullable(Evaluation),
  validation: v.nullable(Evaluation),
  epochs: v.pipe(v.number(), v.integer()),
  seconds: v.number(),
  trainSeconds: v.number(),
  weightsSha256: v.string(),
  error: v.optional(v.string()),
  rows: v.array(EpochRow),
  clock: v.optional(v.number()),
});

const REPAIR = "Take the line away and the training runs again.";

const REPRODUCTION: LogFolderKind<typeof ReproductionFile> = {
  command: "reproduce",
  description: "reproduction.json",
  schema: ReproductionFile,
  log: "trainings.jsonl",
  others: ["report.html", "report.md", PLOTS],
};

export class ReproductionFolder {
  readonly #folder: LogFolder;

  private constructor(folder: LogFolder) {
    this.#folder = folder;
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Begins a reproduction. @throws as {@link LogFolder.create} */
  static async create(
    description: ReproductionDescription,
    options: CreateOptions,
  ): Promise<ReproductionFolder> {
    return new ReproductionFolder(await LogFolder.create(REPRODUCTION, description, options));
  }

  /** The description with which a reproduction was begun. @throws as {@link LogFolder.read} */
  static async read(path: string): Promise<ReproductionDescription> {
    return await LogFolder.read(REPRODUCTION, path);
  }

  /**
   * Opens a reproduction to go on with it.
   * @param before its description, as {@link read} gave it
   * @throws FileError, with the line, if a training is damaged
   */
  static async open(
    path: string,
    before: ReproductionDescription,
  ): Promise<{ folder: ReproductionFolder; trainings: RecordedTraining[] }> {
    const { folder, lines } = await LogFolder.open(REPRODUCTION, path, before);
    try {
      const trainings = lines.map(({ value, where }) => {
        const { clock: _, ...training } = check(TrainingLine, value, where, REPAIR);
        return training;
      });
      // A measure that is null was not finite: plots and tables leave both out.
      return {
        folder: new ReproductionFolder(folder),
        trainings: trainings as unknown as RecordedTraining[],
      };
    } catch (error) {
      await folder.close().catch(() => {});
      throw error;
    }
  }

  /** Adds a training; it is on the disk when the promise resolves. */
  async append(training: RecordedTraining): Promise<void> {
    await this.#folder.append(training);
  }

  /** Seconds of all sessions. */
  get seconds(): number {
    return this.#folder.seconds;
  }

  /** Replaces reproduction.json. */
  async writeDescription(description: ReproductionDescription): Promise<void> {
    await this.#folder.writeDescription(REPRODUCTION, description);
  }

  async writeSummary(summary: object): Promise<void> {
    await this.#folder.writeSummary(summary);
  }

  /** Writes files of the report by their paths from the folder. */
  async writeReport(files: Readonly<Record<string, string>>): Promise<void> {
    await this.#folder.writeFiles(Object.entries(files));
  }

  /** @throws FileError unless the folder is there and this process still has it */
  async check(): Promise<void> {
    await this.#folder.check();
  }

  async close(): Promise<void> {
    await this.#folder.close();
  }
}
