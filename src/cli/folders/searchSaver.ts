/** Keeps a search in its folder: a subscriber that writes every trial when it ends, and the report at the end. */
import { type SimdWidth, simdWidth } from "../../backend/index.ts";
import { validationCount } from "../../data/split.ts";
import { megabytes } from "../../format/numbers.ts";
import { renderSearchPlots } from "../../report/search/plots.ts";
import { searchReport } from "../../report/search/report.ts";
import { on } from "../../runs/events.ts";
import type { SearchComplete, SearchEvent, SearchPlan } from "../../runs/search.ts";
import { searchCommandLine, trainCommandLine } from "../../settings/commandLine.ts";
import { DEFAULT_PRUNER, prunerFlagsOf } from "../../settings/method.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { applyParams, parseSpace, shownParams, shownSpace, shownTrial } from "../../settings/space.ts";
import { targetsOf } from "../../targets.ts";
import { isTable } from "../../training/inputs.ts";
import { defaultObjective, OBJECTIVES } from "../../training/objective.ts";
import { parameterImportance } from "../../tuner/importance.ts";
import { VERSION } from "../version.ts";
import { Saving } from "./saving.ts";
import type { StudyDescription, StudyFolder } from "./studyFolder.ts";

/** What a search leaves, the most wanted first. The user is not told of study.json. */
const FILES = ["report.html", "plots/", "trials.jsonl", "summary.json"];

/** The outcome of a search, for summary.json and the command's last event. */
export interface SearchSummary {
  readonly command: string;
  readonly version: string;
  readonly node: string;
  /** Seconds of all sessions. */
  readonly seconds: number;
  readonly trials: number;
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  /** Epochs of all trials together. */
  readonly epochs: number;
  readonly memoryBytes: number;
  /** The width of the vectors, which decides no bits. */
  readonly simd: SimdWidth;
  /** The trial with which it started, if it did so with the settings themselves. Its value is null if it has none. */
  readonly start: { readonly trial: number; readonly value: number | null } | undefined;
  readonly best:
    | { readonly trial: number; readonly params: object; readonly value: number; readonly test?: unknown }
    | undefined;
  /** The command that trains the best network again. */
  readonly train: string | undefined;
}

export class SearchSaver {
  /** The contents of study.json. */
  readonly description: StudyDescription;
  readonly #folder: StudyFolder;
  readonly plan: SearchPlan;
  readonly #saving: Saving;
  #summary: SearchSummary | undefined;

  constructor(folder: StudyFolder, plan: SearchPlan, description: StudyDescription) {
    this.description = description;
    this.#folder = folder;
    this.plan = plan;
    this.#saving = new Saving(folder.path, FILES, ["study.json", "trials.jsonl"]);
  }

  /** The summary of a complete search, once it is saved. */
  get summary(): SearchSummary {
    return this.#summary!;
  }

  /** What is saved, and what is not. */
  get saving(): Saving {
    return this.#saving;
  }

  /** Hears every event before those who tell the user what is saved. */
  readonly hear = on<SearchEvent>({
    trial: ({ trial }) => this.#folder.append(trial),
    // The user will be told to go on in the folder, so it must be there.
    interrupted: () => this.#folder.check(),
    result: (event) => this.#saveResult(event),
  });

  async #saveResult(end: SearchComplete): Promise<void> {
    const summary = summaryOf(end, this.plan, this.#folder.seconds);
    const saveSummary = () =>
      this.#saving.write("summary.json", () =>
        this.#folder.writeSummary({ ...summary, ...this.#saving.facts }),
      );
    await saveSummary();
    await this.#saveReport(end, summary);
    await saveSummary(); // once more, as it says whether the report was saved
    await this.#saving.write("lock", () => this.#folder.close());
    this.#summary = summary;
  }

  async #saveReport(end: SearchComplete, summary: SearchSummary): Promise<void> {
    const { settings, objective, space } = this.plan;
    const direction = OBJECTIVES[objective]!;
    const trials = end.trials.map(shownTrial);
    const input = {
      ...{ trials, space: shownSpace(space), direction, objective },
      importance: parameterImportance(trials, { direction, seed: settings.seed }),
    };
    const plots = await renderSearchPlots(input);
    const html = await searchReport({
      ...input,
      title: `Search for ${Object.keys(input.space).join(", ")}`,
      command: commandLine(this.description, this.plan, trials.length),
      bestCommand: summary.train ?? "",
      facts: factsOf(this.description, this.plan, summary),
    });
    await this.#saving.write("report.html", () => this.#folder.writeReport(html));
    await this.#saving.write("plots/", () => this.#folder.writePlots(plots));
  }
}

function summaryOf(
  { trials, best, memoryBytes }: SearchComplete,
  { settings, starts, folds = 1 }: SearchPlan,
  seconds: number,
): SearchSummary {
  const counted = (state: string) => trials.filter((trial) => trial.state === state).length;
  const start = starts.length === 0 ? undefined : trials.find(({ number }) => number === 0);
  return {
    ...{ command: "search", version: VERSION, node: process.version, seconds, trials: trials.length },
    ...{ complete: counted("complete"), pruned: counted("pruned"), failed: counted("failed") },
    ...{
      epochs: folds * trials.reduce((sum, { reports }) => sum + reports.length, 0),
      memoryBytes,
      simd: simdWidth(),
    },
    start: start && { trial: start.number, value: start.state === "complete" ? start.value! : null },
    best: best && {
      ...{ trial: best.number, params: shownParams(best.params), value: best.value!, ...best.attributes },
    },
    train: best && trainCommandLine(applyParams(settings, best.params)),
  };
}

/** The command that does the same search with so many trials. */
function commandLine(
  { space, sampler, samplerOptions, pruner, prunerOptions, objective, roundSize, start }: StudyDescription,
  { settings, dataset }: SearchPlan,
  trials: number,
): string {
  const usual = defaultObjective(targetsOf(dataset).kind);
  return searchCommandLine({
    ...{ settings, space },
    options: {
      ...{
        sampler,
        ...samplerOptions,
        trials,
        roundSize,
        ...(start ? { start } : { noStart: isTable(dataset) || undefined }),
      },
      ...(objective !== usual && { objective }),
      ...(pruner !== DEFAULT_PRUNER && { pruner, ...prunerFlagsOf(prunerOptions) }),
    },
  });
}

/** The facts that the report has beside the trials. */
function factsOf(
  { data, space, sampler, pruner }: StudyDescription,
  { settings, folds }: SearchPlan,
  { epochs, seconds, memoryBytes }: SearchSummary,
): [name: string, value: string][] {
  return [
    [
      "data",
      folds === undefined
        ? dataFact(data, settings, space)
        : `${data.name}, ${data.training} training samples, held out by turns in ${folds} folds`,
    ],
    ["sampler", sampler],
    ["pruner", pruner],
    ["epochs trained", String(epochs)],
    ["time", `${seconds.toFixed(0)} s`],
    memoryBytes === 0
      ? ["trained by", "workers over a queue"]
      : ["memory shared by all trials", `${megabytes(memoryBytes, { digits: 0 })} MB`],
    ["nnwasm, Node", `${VERSION}, ${process.version}`],
  ];
}

/** The samples on which trials trained. Numbers that they choose for themselves are left out. */
function dataFact(
  { name, training }: StudyDescription["data"],
  { validation, limit }: TrainSettings,
  space: readonly string[],
): string {
  const keys = Object.keys(parseSpace(space));
  if (keys.includes("validation") || keys.includes("limit")) return `${name}, ${training} training samples`;
  const held = validationCount(validation, training);
  const split = training - held;
  const used = limit === undefined || limit >= split ? "" : `, ${limit} of the rest used`;
  return `${name}, ${training} training samples: ${held} for validation${used}`;
}
