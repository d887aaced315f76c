/** `nnwasm search`: looks for the best hyper-parameters, trials side by side. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { Dataset } from "../../data/dataset.ts";
import { splitDataset } from "../../data/split.ts";
import { ConfigError, StudyError, TrialPruned } from "../../errors.ts";
import { batchSizes } from "../../model/batches.ts";
import { renderSearchPlots } from "../../report/search/plots.ts";
import { searchReport } from "../../report/search/report.ts";
import { searchCommandLine, trainCommandLine } from "../../settings/commandLine.ts";
import { checkTrials, DEFAULT_PRUNER, prunerFlagsOf, prunerOf, samplerOf } from "../../settings/method.ts";
import { flagOf } from "../../settings/names.ts";
import {
  mergeSettings,
  resolveSettings,
  SEARCH_DEFAULTS,
  splitOptions,
  type TrainSettings,
} from "../../settings/settings.ts";
import {
  applyParams,
  checkSpaceFits,
  parseSpace,
  shownName,
  shownParams,
  shownSpace,
  shownTrial,
} from "../../settings/space.ts";
import {
  DEFAULT_OBJECTIVE,
  OBJECTIVES,
  objectiveOf,
  requireFinite,
  requireObjective,
} from "../../training/objective.ts";
import { placeDataset } from "../../training/placedDataset.ts";
import { TrainingPool } from "../../training/pool.ts";
import { parameterImportance } from "../../tuner/importance.ts";
import type { Trial } from "../../tuner/runningTrial.ts";
import type { SearchSpace } from "../../tuner/searchSpace.ts";
import { Study } from "../../tuner/study.ts";
import type { FinishedTrial, Pruner, Sampler } from "../../tuner/trial.ts";
import { newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { Saving } from "../folders/saving.ts";
import { type StudyDescription, StudyFolder } from "../folders/studyFolder.ts";
import { closing } from "../folders/workFolder.ts";
import { openDataset } from "../openDataset.ts";
import { SearchProgress, shortParams, shortValue } from "../progress/searchProgress.ts";
import { addSearchOptions, describeSearch, type SearchFlags } from "../searchOptions.ts";
import { printable, printableLines } from "../text.ts";
import { addTrainingOptions } from "../trainingOptions.ts";
import { VERSION } from "../version.ts";
import { checkSameData } from "../workers.ts";

export function searchCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "search",
    "search for the best hyper-parameters, trials side by side",
    [
      "nnwasm search                          # λ, coarse to fine, in 20 trainings",
      "nnwasm search --resume runs/search-001 # go on after Ctrl-C, or a crash",
      "nnwasm search --sampler tpe --trials 40 --space lr=log:0.01:0.5 --space 'batch=50|100|200'",
      "nnwasm search --sampler random --pruner asha --trials 81 --space 'layers=50,50|100,50|50,30,20'",
      "nnwasm search --sampler gp --space layers.1=int:log:16:256 --space layers.2=int:log:16:256",
    ],
    [
      "The same seed gives the same trials, whatever the number of workers.",
      "Ctrl-C ends at once. The trials that have ended are kept, and --resume goes on.",
    ],
  );
  addSearchOptions(command);
  addTrainingOptions(command, { defaults: SEARCH_DEFAULTS })
    .optionsGroup("Input and output:")
    .option("--config <file>", "settings as JSON, such as a run's config.json; flags come before them")
    .option("--out <dir>", "the search's folder (default: runs/search-001, or the next number)")
    .option("--resume <dir>", "go on with a search, by its folder; with --trials, to more trials than it had")
    .option("--force", "replace the search that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .action(async (flags: SearchFlags) => {
      await search(context, flags);
    });
  return command;
}

/** What a search leaves, the most wanted first; study.json goes without saying. */
const FILES = ["report.html", "plots/", "trials.jsonl", "summary.json"];

const RESUMABLE = ["resume", "trials", "workers", "maxFailures", "json", "quiet"];

async function search(context: CliContext, flags: SearchFlags): Promise<void> {
  const { json = false, quiet = false, workers = availableParallelism(), resume } = flags;
  const before = resume === undefined ? undefined : await readResumed(resume, flags);
  const asked = before === undefined ? await describeSearch(context, flags) : changed(before, flags);
  const settings = mergeSettings(asked.settings as Partial<TrainSettings>);
  const space = parseSpace(asked.space);
  const { dataset, notice } = await openDataset(context, settings.data, settings.seed);
  const data = {
    name: dataset.name,
    training: dataset.training.count,
    test: dataset.test.count,
  };
  const description: StudyDescription = { ...asked, data };
  if (resume !== undefined && asked.data !== undefined) checkSameData(resume, asked.data, data);
  // What is wrong with the settings shall show before the first trial.
  const { train, validation, test } = splitDataset(dataset, splitOptions(settings));
  const { epochs } = resolveSettings(settings, dataset.name, train.count, flagOf);
  batchSizes(train.count, settings.batch, settings.bn === false ? 1 : 2);
  requireObjective(description.objective, validation !== undefined);
  checkSpaceFits(space, settings);
  const [sampler, pruner] = [samplerOf(description), prunerOf(description, epochs)];
  checkTrials(description, sampler, space);
  const opened =
    resume === undefined
      ? { folder: await StudyFolder.create(description, flags), trials: [] }
      : await StudyFolder.open(resume, space, before!);
  const { folder } = opened;
  const counts = { train: train.count, validation: validation?.count ?? 0, test: test.count };
  await closing(folder, () =>
    run({
      ...{ context, json, quiet, workers, settings, space, sampler, pruner, dataset, notice, counts },
      ...{ description, epochs, folder, before: opened.trials },
    }),
  );
}

/** A search that is about to begin, or to go on. */
interface Run {
  readonly context: CliContext;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly workers: number;
  readonly settings: TrainSettings;
  readonly space: SearchSpace;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly dataset: Dataset;
  readonly notice: string | undefined;
  /** Samples. */
  readonly counts: { readonly train: number; readonly validation: number; readonly test: number };
  readonly description: StudyDescription;
  /** Of a trial that is not pruned. */
  readonly epochs: number;
  readonly folder: StudyFolder;
  /** Trials that have ended in an earlier session. */
  readonly before: readonly FinishedTrial[];
}

/** Runs the trials that are missing, and makes the report. */
async function run({ context, json, quiet, workers, settings, space, ...others }: Run): Promise<void> {
  const { sampler, pruner, dataset, notice, counts, description, epochs, folder, before } = others;
  const { signal } = context;
  const { trials } = description;
  // What has changed shall hold when the search goes on once more.
  await folder.writeDescription(description);
  const progress = new SearchProgress(context, quiet, {
    ...{ trials, epochs, objective: description.objective, names: Object.keys(space) },
  });
  const study: Study = new Study({
    ...{ sampler, pruner },
    direction: OBJECTIVES[description.objective]!,
    seed: settings.seed,
    space,
    ...(description.roundSize !== undefined && { roundSize: description.roundSize }),
    trials: before,
    onFinished: async (trial) => {
      await folder.append(trial);
      const { best } = study;
      const better =
        trial.state === "complete" && (best === undefined || study.isBetter(trial.value!, best.value!));
      progress.trial(trial, better ? trial : best);
      if (json) writeEvent(context, trialEvent(trial));
    },
  });
  if (notice !== undefined) progress.say(notice);
  if (json) {
    writeEvent(context, {
      ...{ event: "start", command: "search", config: { ...description, settings }, out: folder.path },
      data: { name: dataset.name, ...counts },
    });
    for (const trial of study.trials) writeEvent(context, trialEvent(trial));
  } else {
    progress.say(
      `${dataset.name} (${printable(dataset.origin)}): ${counts.train} training, ${counts.validation} validation samples\n` +
        `${trials} trials of up to ${epochs} epochs by ${description.sampler}` +
        `${description.pruner === DEFAULT_PRUNER ? "" : ` with ${description.pruner}`}, ${workers} at a time, in ${printable(folder.path)}`,
    );
  }
  const placed = await placeDataset(dataset, {
    onRead: (done, total) => progress.read(done, total),
    signal,
  }).catch(async (error: unknown) => {
    if (!signal.aborted) throw error;
    await folder.check();
    throw interrupted(study, trials, folder.path);
  });
  progress.start(study.trials, study.best);
  const pool = new TrainingPool({ data: placed, workers, signal });
  try {
    await study.optimize((trial) => runTrial(trial, study, pool, settings, description, progress), {
      ...{ trials, parallel: workers, maxConsecutiveFailures: description.maxFailures, signal },
    });
  } catch (error) {
    if (signal.aborted) {
      await folder.check();
      throw interrupted(study, trials, folder.path);
    }
    if (error instanceof StudyError) {
      throw new StudyError(
        `${error.message} Go on with: nnwasm search --resume ${folder.path} --max-failures ${2 * description.maxFailures}`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    progress.end();
    await pool.close();
  }
  const { best } = study;
  const { seconds } = folder;
  const bestCommand = best && trainCommandLine(applyParams(settings, best.params));
  const counted = (state: string) => study.trials.filter((trial) => trial.state === state).length;
  const summary = {
    ...{ command: "search", version: VERSION, node: process.version, seconds },
    ...{ trials: study.trials.length, complete: counted("complete") },
    ...{ pruned: counted("pruned"), failed: counted("failed") },
    epochs: study.trials.reduce((sum, { reports }) => sum + reports.length, 0),
    memoryBytes: pool.memoryBytes,
    best: best && {
      trial: best.number,
      params: shownParams(best.params),
      value: best.value,
      ...best.attributes,
    },
    train: bestCommand,
  };
  const saving = new Saving(folder.path, FILES, ["study.json", "trials.jsonl"]);
  const saveSummary = () =>
    saving.write("summary.json", () => folder.writeSummary({ ...summary, ...saving.facts }));
  await saveSummary();
  await writeReport(folder, saving, study, description, settings, summary, bestCommand);
  await saveSummary(); // once more, for what it says of the report
  await saving.write("lock", () => folder.close());
  const result = { ...summary, ...saving.facts };
  if (json) writeEvent(context, { event: "result", ...result, out: folder.path });
  else {
    const text = resultText(study, description, summary, bestCommand, saving.inWords);
    context.stdout.write(printableLines(text));
  }
  saving.finish();
}

/** What a study was begun with. @throws ConfigError if a flag asks for something else */
async function readResumed(path: string, flags: SearchFlags): Promise<StudyDescription> {
  // Commander gives shuffle: true for an absent --no-shuffle.
  const other = Object.keys(flags).find(
    (name) => !RESUMABLE.includes(name) && !(name === "shuffle" && flags.shuffle === true),
  );
  if (other !== undefined) {
    throw new ConfigError(
      `${flagOf(other)} with --resume: the search goes on with the settings of ${path}/study.json. ` +
        "Leave it out, or begin another search. (--trials, --workers, --max-failures may change.)",
    );
  }
  return await StudyFolder.read(path);
}

/** The little that may change when a study goes on. */
const changed = (description: StudyDescription, flags: SearchFlags): StudyDescription => ({
  ...description,
  trials: flags.trials ?? description.trials,
  maxFailures: flags.maxFailures ?? description.maxFailures,
});

/** Trains with the trial's parameters; up to each epoch on which the pruner decides, then on. */
async function runTrial(
  trial: Trial,
  study: Study,
  pool: TrainingPool,
  base: TrainSettings,
  { objective, data }: StudyDescription,
  progress: SearchProgress,
): Promise<number> {
  const settings = applyParams(base, trial.params);
  const samples = Math.min(settings.limit ?? Number.POSITIVE_INFINITY, data.training - settings.validation);
  const { epochs } = resolveSettings(settings, data.name, samples, flagOf);
  const group = study.pruner.group(trial.indexInRound);
  /** The first epoch after `epoch` on which the pruner decides, or the last of all. */
  const stopAfter = (epoch: number) => {
    let next = epoch + 1;
    while (next < epochs && !study.pruner.decidesAt(next, group)) next++;
    return next;
  };
  let seconds = 0;
  let from: Parameters<TrainingPool["run"]>[0]["from"];
  let value = Number.NaN;
  for (let done = 0; done < epochs; ) {
    const to = stopAfter(done);
    const outcome = await pool.run(
      { settings, from, to },
      { onEpoch: ({ epoch }) => progress.epoch(trial.number, epoch) },
    );
    seconds += outcome.seconds;
    trial.seconds = seconds;
    requireFinite(outcome);
    for (const row of outcome.rows) {
      value = objectiveOf(row, objective);
      trial.report(value, row.epoch);
    }
    if (outcome.end !== undefined) {
      const { test, weightsSha256 } = outcome.end;
      trial.setAttribute("test", test);
      trial.setAttribute("weightsSha256", weightsSha256);
    } else if (await trial.shouldPrune()) {
      throw new TrialPruned(`Trial ${trial.number} lags behind after epoch ${to}.`);
    }
    from = { epoch: to, tensors: outcome.tensors };
    done = to;
  }
  return value;
}

function interrupted(study: Study, trials: number, path: string): Interrupted {
  return new Interrupted(
    `Interrupted after ${study.trials.length} of ${trials} trials. Go on with: nnwasm search --resume ${path}`,
  );
}

function trialEvent({ number, params, value, state, seconds, error, attributes }: FinishedTrial): object {
  const { test } = attributes;
  return {
    ...{ event: "trial", trial: number, params: shownParams(params), value: value ?? null, state, seconds },
    ...(test !== undefined && { test }),
    ...(error !== undefined && { error }),
  };
}

async function writeReport(
  folder: StudyFolder,
  saving: Saving,
  study: Study,
  { objective, space, sampler, samplerOptions, pruner, prunerOptions, roundSize, data }: StudyDescription,
  settings: TrainSettings,
  { seconds, epochs, memoryBytes }: { seconds: number; epochs: number; memoryBytes: number },
  bestCommand: string | undefined,
): Promise<void> {
  const { direction } = study;
  const trials = study.trials.map(shownTrial);
  const input = {
    ...{ trials, space: shownSpace(study.space), direction, objective },
    importance: parameterImportance(trials, { direction, seed: settings.seed }),
  };
  const plots = await renderSearchPlots(input);
  const html = await searchReport({
    ...input,
    title: `Search for ${Object.keys(input.space).join(", ")}`,
    command: searchCommandLine({
      ...{ settings, space },
      options: {
        ...{ sampler, ...samplerOptions, trials: trials.length, roundSize },
        ...(objective !== DEFAULT_OBJECTIVE && { objective }),
        ...(pruner !== DEFAULT_PRUNER && { pruner, ...prunerFlagsOf(prunerOptions) }),
      },
    }),
    bestCommand: bestCommand ?? "",
    facts: [
      ["data", dataFact(data, settings, space)],
      ["sampler", sampler],
      ["pruner", pruner],
      ["epochs trained", String(epochs)],
      ["time", `${seconds.toFixed(0)} s`],
      ["memory shared by all trials", `${(memoryBytes / 1e6).toFixed(0)} MB`],
      ["nnwasm, Node", `${VERSION}, ${process.version}`],
    ],
  });
  await saving.write("report.html", () => folder.writeReport(html));
  await saving.write("plots/", () => folder.writePlots(plots));
}

/** What of the data the trials trained on; of numbers that they choose for themselves nothing is said. */
function dataFact(
  { name, training }: StudyDescription["data"],
  { validation, limit }: TrainSettings,
  space: readonly string[],
): string {
  const keys = Object.keys(parseSpace(space));
  if (keys.includes("validation") || keys.includes("limit")) return `${name}, ${training} training samples`;
  const split = training - validation;
  const used = limit === undefined || limit >= split ? "" : `, ${limit} of the rest used`;
  return `${name}, ${training} training samples: ${validation} for validation${used}`;
}

function resultText(
  study: Study,
  { objective }: StudyDescription,
  { seconds, epochs, memoryBytes }: { seconds: number; epochs: number; memoryBytes: number },
  bestCommand: string | undefined,
  saved: string,
): string {
  const names = Object.keys(study.space);
  const rows = study.ranked.map(({ number, params, value, state, attributes }) => {
    const test = (attributes.test as { accuracy?: number } | undefined)?.accuracy;
    return [
      String(number),
      ...names.map((name) => shortValue(params, name)),
      value?.toFixed(4) ?? "",
      test?.toFixed(4) ?? "",
      state === "complete" ? "" : state,
    ];
  });
  const table = [["trial", ...names.map(shownName), objective, "test acc.", ""], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padStart(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  const { best } = study;
  return (
    `${lines.join("\n")}\n` +
    (best === undefined
      ? "No trial has a value.\n"
      : `\nbest: trial ${best.number}, ${objective} ${best.value!.toFixed(4)}: ${shortParams(best.params)}\n  ${bestCommand}\n`) +
    `${study.trials.length} trials, ${epochs} epochs in ${seconds.toFixed(1)} s; ${(memoryBytes / 1e6).toFixed(0)} MB shared by all\n` +
    `${saved}\n`
  );
}
