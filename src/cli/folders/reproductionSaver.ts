/** Keeps a reproduction in its folder: a subscriber that writes every training when it ends, and the report at the end. */
import { type SimdWidth, simdWidth } from "../../backend/index.ts";
import type { ReproductionFacts } from "../../experiments/facts.ts";
import { reproductionReport } from "../../experiments/report.ts";
import type { RowSummary } from "../../experiments/summary.ts";
import { on } from "../../runs/events.ts";
import type { ReproductionComplete, ReproductionEvent, ReproductionPlan } from "../../runs/reproduce.ts";
import { PAPER_L2 } from "../../settings/settings.ts";
import { VERSION } from "../version.ts";
import type { ReproductionFolder } from "./reproductionFolder.ts";
import { Saving } from "./saving.ts";

/** What a reproduction leaves, as the user is told. */
const FILES = ["report.html", "report.md", "plots/", "trainings.jsonl"];

/** The facts that the report has about its command. */
export type CommandFacts = Pick<ReproductionFacts, "command" | "machine" | "changes" | "settings">;

/** The outcome of a reproduction, for summary.json and the command's last event. */
export interface ReproductionSummary {
  readonly command: string;
  readonly version: string;
  readonly node: string;
  readonly machine: string;
  readonly trainings: number;
  /** Seconds of all sessions. */
  readonly seconds: number;
  readonly memoryBytes: number;
  /** The width of the vectors, which decides no bits. */
  readonly simd: SimdWidth;
}

export class ReproductionSaver {
  readonly #folder: ReproductionFolder;
  readonly #plan: ReproductionPlan;
  readonly #facts: CommandFacts;
  readonly #saving: Saving;
  #summary: ReproductionSummary | undefined;

  constructor(folder: ReproductionFolder, plan: ReproductionPlan, facts: CommandFacts) {
    this.#folder = folder;
    this.#plan = plan;
    this.#facts = facts;
    this.#saving = new Saving(folder.path, FILES, ["reproduction.json", "trainings.jsonl"]);
  }

  /** The summary of a complete reproduction, once it is saved. */
  get summary(): ReproductionSummary {
    return this.#summary!;
  }

  /** What is saved, and what is not. */
  get saving(): Saving {
    return this.#saving;
  }

  /** Hears every event before those who tell the user what is saved. */
  readonly hear = on<ReproductionEvent>({
    training: ({ training }) => this.#folder.append(training),
    // The user will be told to go on in the folder, so it must be there.
    interrupted: () => this.#folder.check(),
    result: (event) => this.#saveResult(event),
  });

  async #saveResult(end: ReproductionComplete): Promise<void> {
    const folder = this.#folder;
    const saving = this.#saving;
    const { seconds } = folder;
    const { html, markdown, plots } = await this.#report(end, seconds);
    const summary: ReproductionSummary = {
      ...{ command: "reproduce", version: VERSION, node: process.version, machine: this.#facts.machine },
      ...{ trainings: end.trainings.length, seconds, memoryBytes: end.memoryBytes, simd: simdWidth() },
    };
    const experiments = end.rows.map(rowFacts);
    const saveSummary = () =>
      saving.write("summary.json", () => folder.writeSummary({ ...summary, experiments, ...saving.facts }));
    await saveSummary();
    await saving.write("report.html", () => folder.writeReport({ "report.html": html }));
    await saving.write("report.md", () => folder.writeReport({ "report.md": markdown }));
    await saving.write("plots/", () => folder.writeReport(plots));
    await saveSummary(); // once more, as it says whether the report was saved
    await saving.write("lock", () => folder.close());
    this.#summary = summary;
  }

  #report({ trainings, fresh }: ReproductionComplete, seconds: number) {
    const { experiments, appendix, seeds, dataset } = this.#plan;
    const { name: data, training, test, features, classes } = dataset;
    return reproductionReport({
      ...{ results: trainings, experiments, appendix, fresh },
      facts: {
        ...{ ...this.#facts, version: VERSION, node: process.versions.node, seconds, seeds, data },
        samples: { training: training.count, test: test.count, features, classes },
      },
    });
  }
}

/** A row for events and summary.json. */
export function rowFacts({
  experiment,
  trainings,
  values,
  mean,
  sd,
  difference,
  outside,
}: RowSummary): object {
  const { id, metric, published, settings } = experiment;
  return {
    ...{ id, metric, published: published ?? null, values, mean: mean ?? null, sd: sd ?? null },
    ...{ difference: difference ?? null, outside, l2: settings.l2 ?? PAPER_L2 },
    seconds: trainings.reduce((sum, training) => sum + training.seconds, 0),
  };
}
