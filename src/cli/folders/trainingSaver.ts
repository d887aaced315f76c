/** Keeps a training in its folder: a subscriber that writes every epoch when it ends, and the rest at the end. */
import { type SimdWidth, simdWidth } from "../../backend/index.ts";
import { FileError, TrainingError } from "../../errors.ts";
import { counted } from "../../format/words.ts";
import type { EpochRow, Evaluation } from "../../model/history.ts";
import type { Model } from "../../model/model.ts";
import { countParameters } from "../../model/summary.ts";
import { on } from "../../runs/events.ts";
import type { Trained, TrainingComplete, TrainingEvent, TrainingPlan } from "../../runs/train.ts";
import { decisiveSettings } from "../../settings/settings.ts";
import { targetsOf } from "../../targets.ts";
import { buildId, VERSION } from "../version.ts";
import type { RunFolder } from "./runFolder.ts";
import { Saving } from "./saving.ts";

/** What a run leaves, the most wanted first. */
const FILES = ["model.safetensors", "metrics.jsonl", "summary.json", "config.json", "plots/"];

/** The outcome of a run, for summary.json and the command's last event. */
export interface TrainingSummary extends Trained {
  /** The width of the vectors, which decides no bits. */
  readonly simd: SimdWidth;
  /** Null if there are no test samples. */
  readonly test: Evaluation | null;
  readonly validation: Evaluation | null;
  /** Seconds from the process's start to the first step; null if there was no step. */
  readonly firstStepSeconds: number | null;
  readonly out: string;
  /** Seconds of the command, up to its saving. */
  readonly seconds: number;
  /** Bytes of the process at its largest. */
  readonly peakMemory: number;
}

export class TrainingSaver {
  readonly #folder: RunFolder;
  readonly #plan: TrainingPlan;
  /** When the command began. */
  readonly #begin: number;
  readonly #saving: Saving;
  readonly #rows: EpochRow[] = [];
  // Node's clock starts with the process.
  #firstStep = 0;
  /** Seconds of the sessions before. */
  #secondsBefore = 0;
  #summary: TrainingSummary | undefined;

  constructor(folder: RunFolder, plan: TrainingPlan, begin: number) {
    this.#folder = folder;
    this.#plan = plan;
    this.#begin = begin;
    this.#saving = new Saving(folder.path, FILES, ["config.json", "metrics.jsonl"]);
  }

  /** The summary of a complete training, once it is saved. */
  get summary(): TrainingSummary {
    return this.#summary!;
  }

  /** What is saved, and what is not. */
  get saving(): Saving {
    return this.#saving;
  }

  /** Hears every event before those who tell the user what is saved. */
  readonly hear = on<TrainingEvent>({
    resume: ({ rows }) => {
      this.#rows.push(...rows);
      this.#secondsBefore = rows.at(-1)?.seconds ?? 0;
    },
    step: () => {
      this.#firstStep ||= performance.now();
    },
    epoch: ({ row }) => {
      this.#rows.push(row);
      return this.#folder.appendMetrics(row);
    },
    trained: ({ model }) => this.#saveModel(model),
    interrupted: ({ trained, reason }) =>
      this.#saveRest(() => ({
        state: "interrupted",
        ...(trained === undefined ? { error: (reason as Error).message, epochs: 0 } : this.#facts(trained)),
      })),
    result: (event) => this.#saveResult(event),
    failed: ({ error, model }) => this.#saveFailure(error, model),
  });

  /** Keeps a checkpoint, or remembers why it cannot be kept: the training goes on without it. */
  readonly saveCheckpoint = (bytes: Uint8Array): Promise<void> =>
    this.#saving.write("checkpoints/", () => this.#folder.writeCheckpoint(bytes));

  /** An error of the training that also says what was saved. */
  explained(error: unknown): unknown {
    const epochs = this.#rows.length;
    if (!(error instanceof TrainingError) || epochs === 0) return error;
    return new TrainingError(
      `${error.message} The numbers of the ${counted(epochs, "epoch")} before are in ${this.#folder.path}; there is no model.`,
      { cause: error },
    );
  }

  #facts({ threads, weightsSha256, ...done }: Trained) {
    return {
      ...done,
      firstStepSeconds: this.#firstStep > 0 ? this.#firstStep / 1000 : null,
      ...{ threads, simd: simdWidth(), weightsSha256, out: this.#folder.path },
    };
  }

  #saveModel(model: Model): Promise<void> {
    const { settings, dataset } = this.#plan;
    return this.#saving.write("model.safetensors", () =>
      this.#folder.writeModel(
        model.toBytes({
          classNames: dataset.classNames,
          settings: decisiveSettings(settings),
          preprocessing: dataset.preprocessing,
        }),
      ),
    );
  }

  /** Saves the rest after the model: the summary, the plots, and the summary again, as it says whether they were saved. */
  async #saveRest(summary: () => object): Promise<void> {
    const facts = {
      ...{ command: "train", version: VERSION, build: buildId(), node: process.version },
      parameters: countParameters(this.#plan.summary),
    };
    const saveSummary = (missing = {}) =>
      this.#saving.write("summary.json", () => {
        const unsaved = { ...missing, ...this.#saving.facts.unsaved };
        return this.#folder.writeSummary({
          ...facts,
          ...summary(),
          ...(Object.keys(unsaved).length > 0 && { unsaved }),
        });
      });
    const inNats = targetsOf(this.#plan.dataset).kind !== "numbers";
    if (this.#rows.length > 0) {
      // Whoever is killed here has no plots, and the summary says so.
      await saveSummary({ "plots/": "They were not drawn yet." });
      await this.#saving.write("plots/", () => this.#folder.writePlots(this.#rows, { inNats }));
    }
    await saveSummary();
  }

  async #saveResult({ trained, test, validation }: TrainingComplete): Promise<void> {
    if (this.#saving.facts.unsaved === undefined) {
      // How often a checkpoint was made depends on time, and a whole run's files do not.
      await this.#saving.write("checkpoints/", () => this.#folder.removePreviousCheckpoint());
    }
    await this.#saveRest(() => {
      this.#summary = {
        ...{ test, validation, ...this.#facts(trained) },
        seconds: this.#secondsBefore + (performance.now() - this.#begin) / 1000,
        // The system's number is in kibibytes.
        peakMemory: 1024 * process.resourceUsage().maxRSS,
      };
      return { state: "complete", ...this.#summary };
    });
    // Closing finds out whether the folder was deleted: then nothing is saved.
    await this.#saving.write("lock", () => this.#folder.close());
  }

  async #saveFailure(error: unknown, model: Model): Promise<void> {
    // If a line could not be written, the weights may fit all the same.
    if (error instanceof FileError && this.#rows.length > 0) await this.#saveModel(model);
    await this.#saveRest(() => ({
      state: error instanceof TrainingError ? "diverged" : "failed",
      error: (this.explained(error) as Error).message,
      epochs: this.#rows.length,
    }));
  }
}
