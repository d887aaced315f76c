/**
 * Keeps the training of an ensemble in its folder: a subscriber that writes every member when it is trained, and the rest at the
 * end, plots among it.
 */
import { type SimdWidth, simdWidth } from "../../backend/index.ts";
import { heldOutLosses } from "../../ensemble/heldOutLoss.ts";
import { labelsOfRows } from "../../ensemble/members.ts";
import type { Evaluation } from "../../model/history.ts";
import type { Model } from "../../model/model.ts";
import { countParameters } from "../../model/summary.ts";
import { unitOfTargets } from "../../preprocessing/scaleOfTargets.ts";
import { heldOutLossPlot } from "../../report/ensemble/plots.ts";
import type {
  CrossValidation,
  EnsembleComplete,
  EnsembleEvent,
  EnsemblePlan,
  EnsembleTrained,
  TrainedEnsemble,
} from "../../runs/ensemble.ts";
import { reportOnAnswers } from "../../runs/evaluate.ts";
import { on } from "../../runs/events.ts";
import { decisiveSettings } from "../../settings/settings.ts";
import { decodeMember, encodeMember, type TrainedMember } from "../../training/memberFile.ts";
import { buildId, VERSION } from "../version.ts";
import { plotsOf } from "./evaluationFolder.ts";
import type { RunFolder } from "./runFolder.ts";
import { Saving } from "./saving.ts";

/** What a run leaves, the most wanted first. */
const FILES = ["model.safetensors", "metrics.jsonl", "summary.json", "config.json", "plots/"];

/** A line of the plots of answers. */
const NOTE = "Rows that the networks that answer were not trained on";

/** The outcome of an ensemble's training, for summary.json and the command's last event. */
export interface EnsembleSummary {
  /** Null if there are no test samples. */
  readonly test: Evaluation | null;
  /** On rows that the members that answer were not trained on. */
  readonly crossValidation: CrossValidation;
  /** The rows that it is measured on. A class of one row, for example, is always trained on. */
  readonly crossValidationRows: number;
  readonly trainingRows: number;
  readonly folds: number;
  /** Networks in the model. */
  readonly members: number;
  /** What the ways to train count in the model, the epoch that is taken of each, and their losses by cross-validation. */
  readonly candidates: readonly {
    readonly name: string;
    readonly epoch: number;
    readonly loss: number;
    readonly weight: number;
  }[];
  readonly temperature: number;
  readonly steps: number;
  readonly trainSeconds: number;
  /** The width of the vectors, which decides no bits. */
  readonly simd: SimdWidth;
  readonly weightsSha256: string;
  readonly out: string;
  readonly seconds: number;
  readonly peakMemory: number;
}

export class EnsembleSaver {
  readonly #folder: RunFolder;
  readonly #plan: EnsemblePlan;
  /** When the command began. */
  readonly #begin: number;
  readonly #saving: Saving;
  /** Draws the plots, once there is something to draw. */
  #drawn: () => Promise<(readonly [name: string, svg: string])[]> = async () => [];
  #summary: EnsembleSummary | undefined;

  constructor(folder: RunFolder, plan: EnsemblePlan, begin: number) {
    this.#folder = folder;
    this.#plan = plan;
    this.#begin = begin;
    this.#saving = new Saving(folder.path, FILES, ["config.json", "metrics.jsonl"]);
  }

  /** The summary of a complete training, once it is saved. */
  get summary(): EnsembleSummary {
    return this.#summary!;
  }

  /** What is saved, and what is not. */
  get saving(): Saving {
    return this.#saving;
  }

  /** The members that an earlier session has trained. @throws FileError if one is damaged, or of other data */
  async readMembers(): Promise<TrainedMember[]> {
    const { members, fingerprint: data, outputs } = this.#plan;
    const found: TrainedMember[] = [];
    for (const { number, rows, snapshots } of members) {
      const kept = await this.#folder.readMember(number);
      if (kept === undefined) continue;
      const expected = {
        number,
        epochs: snapshots,
        outputs: outputs * rows.validation.length,
        data,
      };
      const member = decodeMember(kept.bytes, kept.path, expected);
      await this.#appendRows(member);
      found.push(member);
    }
    return found;
  }

  /** Hears every event before those who tell the user what is saved. */
  readonly hear = on<EnsembleEvent>({
    member: async ({ trained }) => {
      await this.#saving.write("checkpoints/", () =>
        this.#folder.writeMember(trained.number, encodeMember(trained, this.#plan.fingerprint)),
      );
      await this.#appendRows(trained);
    },
    trained: async (event) => {
      await this.#saveModel(event.model);
      this.#drawn = () => this.#draw(event);
    },
    interrupted: ({ members, reason }) =>
      this.#saveSummary(() => ({ state: "interrupted", members, error: (reason as Error).message })),
    result: (event) => this.#saveResult(event),
    failed: ({ error }) => this.#saveSummary(() => ({ state: "failed", error: (error as Error).message })),
  });

  /** The rows of a member stand together, in the order in which members are done. */
  async #appendRows({ number, rows }: TrainedMember): Promise<void> {
    const { candidate, round, fold } = this.#plan.members[number]!;
    const facts = { member: number + 1, candidate, round, fold };
    await this.#folder.appendMetrics(...rows.map((row) => ({ ...facts, ...row })));
  }

  #saveModel(model: Model): Promise<void> {
    const { settings, dataset } = this.#plan;
    const { classNames, preprocessing } = dataset;
    return this.#saving.write("model.safetensors", () =>
      this.#folder.writeModel(
        model.toBytes({ classNames, settings: decisiveSettings(settings), preprocessing }),
      ),
    );
  }

  /** What the user may want to see: how each way to train went, and the answers to the rows that were held out. */
  async #draw({
    trained,
    members,
    labels,
  }: EnsembleTrained): Promise<(readonly [name: string, svg: string])[]> {
    const plan = this.#plan;
    const { candidates, rows, predictions } = trained.combination;
    const losses = heldOutLosses(
      plan.members,
      members.map(({ snapshots }) => snapshots),
      labels,
    );
    const curves = losses.map((loss, k) => ({
      ...{ name: plan.candidates[k]!.name, ...candidates[k]!, ...loss },
    }));
    const { kind, width } = labels;
    const { targets, weights } = labelsOfRows(rows, labels);
    const { classNames, preprocessing, training } = plan.dataset;
    const names = Array.from({ length: width }, (_, i) => (classNames ?? training.classNames)?.[i] ?? `${i}`);
    const report = reportOnAnswers(
      { kind, outputs: width, count: rows.length, predictions, targets, weights },
      { names, ...unitOfTargets(preprocessing) },
    );
    return [
      ["held-out-loss.svg", await heldOutLossPlot(curves, kind !== "numbers")],
      ...(await plotsOf(report, NOTE)),
    ];
  }

  #saveSummary(summary: () => object, missing = {}): Promise<void> {
    return this.#saving.write("summary.json", () => {
      const unsaved = { ...missing, ...this.#saving.facts.unsaved };
      return this.#folder.writeSummary({
        ...{ command: "train", version: VERSION, build: buildId(), node: process.version },
        parameters: countParameters(this.#plan.summary),
        ...summary(),
        ...(Object.keys(unsaved).length > 0 && { unsaved }),
      });
    });
  }

  async #saveResult({ trained, test }: EnsembleComplete): Promise<void> {
    const summary = () => {
      this.#summary = {
        ...{ test, ...this.#facts(trained), out: this.#folder.path },
        seconds: (performance.now() - this.#begin) / 1000,
        // The system's number is in kibibytes.
        peakMemory: 1024 * process.resourceUsage().maxRSS,
      };
      return { state: "complete", ...this.#summary };
    };
    // Whoever is killed here has no plots, and the summary says so.
    await this.#saveSummary(summary, { "plots/": "They were not drawn yet." });
    await this.#saving.write("plots/", async () => this.#folder.writeDrawn(await this.#drawn()));
    await this.#saveSummary(summary);
    // They are needed until the model and the summary are there.
    if (this.#saving.facts.unsaved === undefined) {
      await this.#saving.write("checkpoints/", () => this.#folder.removeMembers());
    }
    // Closing finds out whether the folder was deleted: then nothing is saved.
    await this.#saving.write("lock", () => this.#folder.close());
  }

  #facts({ combination, crossValidation, members, steps, trainSeconds, weightsSha256 }: TrainedEnsemble) {
    const { candidates, folds, rows } = this.#plan;
    return {
      ...{ crossValidation, crossValidationRows: combination.rows.length, folds, members },
      trainingRows: rows.length,
      candidates: combination.candidates.map((each, k) => ({ name: candidates[k]!.name, ...each })),
      temperature: combination.temperature,
      ...{ steps, trainSeconds, simd: simdWidth(), weightsSha256 },
    };
  }
}
