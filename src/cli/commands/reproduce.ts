/** `nnwasm reproduce`: trains the report's experiments and sets them beside its numbers. */
import { availableParallelism, cpus, platform } from "node:os";
import type { Command } from "commander";
import type { Dataset } from "../../data/dataset.ts";
import { splitDataset } from "../../data/split.ts";
import { ConfigError, TrainingError } from "../../errors.ts";
import { reproductionReport } from "../../experiments/report.ts";
import { accuracy, type RowSummary, summarize } from "../../experiments/summary.ts";
import {
  appendixExperiments,
  EXPERIMENTS,
  type Experiment,
  freshExperiment,
  selectExperiments,
} from "../../experiments/table.ts";
import { duration, timeLeft } from "../../format/numbers.ts";
import { listed } from "../../format/words.ts";
import { batchSizes } from "../../model/batches.ts";
import type { TrainingMetrics } from "../../model/fitOptions.ts";
import { flagOf } from "../../settings/names.ts";
import {
  DEFAULTS,
  mergeSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../../settings/settings.ts";
import { placeDataset } from "../../training/placedDataset.ts";
import { TrainingPool } from "../../training/pool.ts";
import { CoarseToFineSampler } from "../../tuner/samplers/index.ts";
import { float } from "../../tuner/searchSpace.ts";
import { Study } from "../../tuner/study.ts";
import type { FinishedTrial } from "../../tuner/trial.ts";
import { integer, newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import {
  type RecordedTraining,
  type ReproductionDescription,
  ReproductionFolder,
} from "../folders/reproductionFolder.ts";
import { Saving } from "../folders/saving.ts";
import { closing } from "../folders/workFolder.ts";
import { openDataset } from "../openDataset.ts";
import { StatusLine } from "../progress/statusLine.ts";
import { printable, printableLines } from "../text.ts";
import { settingOption } from "../trainingOptions.ts";
import { VERSION } from "../version.ts";
import { checkSameData, workerCount } from "../workers.ts";

interface ReproduceFlags {
  readonly seeds?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly appendix?: boolean;
  readonly freshSearch?: boolean;
  readonly data?: string;
  readonly limit?: number;
  readonly validation?: number;
  readonly epochs?: number;
  readonly trainingMetrics?: TrainingMetrics;
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Trainings of a search of the run's own: as many as the report's. */
const FRESH_TRAININGS = new CoarseToFineSampler().limit();

export function reproduceCommand(context: CliContext): Command {
  return newCommand(
    context,
    "reproduce",
    `repeat a course report's ${EXPERIMENTS.length} trainings on CIFAR-10, and compare with its numbers`,
    [
      "nnwasm reproduce                             # all: five figures, four tables, conclusions",
      "nnwasm reproduce --seeds 3                   # with means and standard deviations",
      "nnwasm reproduce fig2 tab4-9                 # some of it",
      "nnwasm reproduce --appendix --fresh-search   # and what is not in the report",
      "nnwasm reproduce --resume runs/reproduce-001 # go on after Ctrl-C, or a crash",
    ],
    [
      "The report: DD2424 Assignment 3, KTH, April 2021, on batch normalisation in networks of dense layers.",
      "It leaves report.html, report.md and plots/ in its folder.",
      "Ctrl-C ends at once. The trainings that have ended are kept, and --resume goes on.",
    ],
  )
    .argument("[ids...]", "fig1 … fig5, tab1 … tab4, or a row of a table, as tab1-3 (default: all)")
    .option(
      "--seeds <n>",
      "trainings of each row, with seeds one after another (default: 1)",
      integer(1, 1000),
    )
    .option("--seed <n>", "the first seed (default: 1)", integer(0))
    .option(
      "--workers <n|auto>",
      "trainings side by side, on one copy of the data (default: auto, the cores)",
      workerCount,
    )
    .option("--appendix", "also: normalisation before the activation, and biases that start at 0")
    .option(
      "--fresh-search",
      `also: a coarse-to-fine search of its own, beside the report's λ (${FRESH_TRAININGS} trainings)`,
    )
    .addOption(settingOption("data", { usual: "as train" }))
    .addOption(settingOption("limit"))
    .addOption(settingOption("validation").argParser(integer(1)))
    .addOption(
      settingOption("epochs", { help: "stop every training after n epochs, for a quick look", usual: null }),
    )
    .addOption(
      settingOption("trainingMetrics", {
        help:
          "of trainings whose curves are not shown: running in the course of an epoch, or full, after it, which takes up " +
          "to half as long again and changes no result",
        byDefault: TRAINING_METRICS,
      }),
    )
    .option("--out <dir>", "the folder (default: runs/reproduce-001, or the next number)")
    .option("--resume <dir>", "go on with a reproduction, by its folder")
    .option("--force", "replace the reproduction that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .action(async (ids: string[], flags: ReproduceFlags) => {
      await reproduce(context, ids, flags);
    });
}

/** What a reproduction leaves, as it is told. */
const FILES = ["report.html", "report.md", "plots/", "trainings.jsonl"];

/** Of trainings whose curves are not shown: nobody would see what a pass over all training samples gives. */
const TRAINING_METRICS: TrainingMetrics = "running";

/** A training that is to be done, or to be found among those that are. */
interface Job {
  readonly experiment: Experiment;
  readonly settings: TrainSettings;
}

const key = ({ id, seed }: { id: string; seed: number }) => `${id} ${seed}`;
const jobKey = ({ experiment: { id }, settings: { seed } }: Job) => key({ id, seed });

/** A reproduction under way. */
interface Run {
  readonly context: CliContext;
  readonly json: boolean;
  readonly description: ReproductionDescription;
  readonly folder: ReproductionFolder;
  readonly pool: TrainingPool;
  readonly progress: ReproductionProgress;
  /** By {@link key}. */
  readonly results: Map<string, RecordedTraining>;
  /** Samples to train on. */
  readonly samples: number;
}

async function reproduce(context: CliContext, ids: readonly string[], flags: ReproduceFlags): Promise<void> {
  const { json = false, quiet = false, workers = availableParallelism(), resume } = flags;
  const before = resume === undefined ? undefined : await describeResumed(resume, ids, flags);
  const asked: Asked = before ?? describe(ids, flags);
  const changes = asked.changes as Partial<TrainSettings>;
  const { trainingMetrics } = asked;
  const base = mergeSettings(changes, { seed: asked.seeds[0]!, trainingMetrics, threads: 1 });
  const { dataset, notice } = await openDataset(context, base.data, base.seed);
  const data = { name: dataset.name, training: dataset.training.count, test: dataset.test.count };
  const description: ReproductionDescription = { ...asked, data };
  if (resume !== undefined && asked.data !== undefined) checkSameData(resume, asked.data, data);
  const { train: samples } = splitDataset(dataset, splitOptions(base));
  batchSizes(samples.count, base.batch, 2); // most of the networks normalise
  const experiments = selectExperiments(description.ids);
  const appendix = description.appendix ? appendixExperiments() : [];
  // Of these the report shows the curves, as they are after each epoch.
  const drawn = new Set([...experiments.filter(({ readings }) => readings !== undefined), ...appendix]);
  const jobs = description.seeds.flatMap((seed) =>
    [...experiments, ...appendix].map((experiment): Job => {
      const trainingMetrics = drawn.has(experiment) ? DEFAULTS.trainingMetrics : base.trainingMetrics;
      const own = { seed, trainingMetrics, threads: 1 };
      return { experiment, settings: mergeSettings(experiment.settings, changes, own) };
    }),
  );
  const epochsOf = ({ settings }: Job) => resolveSettings(settings, data.name, samples.count, flagOf).epochs;
  const searches = description.freshSearch
    ? FRESH_TRAININGS * epochsOf({ experiment: freshExperiment(1, 1, 1), settings: base })
    : 0;
  const epochs = jobs.reduce((sum, job) => sum + epochsOf(job), searches);
  const { folder, trainings } =
    resume === undefined
      ? { folder: await ReproductionFolder.create(description, flags), trainings: [] }
      : await ReproductionFolder.open(resume, before!);
  await closing(folder, () =>
    reproduceIn(folder, {
      ...{ context, json, quiet, workers, description, base, dataset, notice, samples: samples.count },
      ...{ experiments, appendix, jobs, epochs, trainings },
    }),
  );
}

/** A reproduction that is about to begin, or to go on. */
interface Plan {
  readonly context: CliContext;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly workers: number;
  readonly description: ReproductionDescription;
  readonly base: TrainSettings;
  readonly dataset: Dataset;
  readonly notice: string | undefined;
  /** Samples to train on. */
  readonly samples: number;
  readonly experiments: readonly Experiment[];
  readonly appendix: readonly Experiment[];
  readonly jobs: readonly Job[];
  /** Of all trainings. */
  readonly epochs: number;
  /** Those that have ended in an earlier session. */
  readonly trainings: readonly RecordedTraining[];
}

/** Does the trainings that are missing, and makes the report. */
async function reproduceIn(folder: ReproductionFolder, plan: Plan): Promise<void> {
  const { context, json, quiet, workers, description, base, dataset, notice, samples } = plan;
  const { experiments, appendix, jobs, epochs, trainings } = plan;
  const { signal } = context;
  const { data } = description;
  const changes = description.changes as Partial<TrainSettings>;
  const departures = departuresOf(changes, data.training);
  const compared = data.name === "cifar10" && departures.length === 0;
  const progress = new ReproductionProgress(context, quiet, {
    trainings: jobs.length + (description.freshSearch ? FRESH_TRAININGS : 0),
    epochs,
    ...{ seeds: description.seeds.length, compared },
  });
  const results = new Map(trainings.map((training) => [key(training), training]));
  if (notice !== undefined) progress.say(notice);
  if (json) {
    writeEvent(context, {
      ...{ event: "start", command: "reproduce", config: description, out: folder.path },
      data: { name: data.name, train: samples, validation: base.validation, test: data.test },
    });
  } else {
    progress.say(
      `${dataset.name} (${printable(dataset.origin)}): ${counted(progress.trainings, "training")}, ${counted(progress.epochs, "epoch")}, ` +
        `${workers} at a time, in ${printable(folder.path)}`,
    );
  }
  const stopped = () =>
    new Interrupted(
      `Interrupted after ${results.size} of ${progress.trainings} trainings. Go on with: nnwasm reproduce --resume ${folder.path}`,
    );
  const placed = await placeDataset(dataset, {
    onRead: (done, total) => progress.read(done, total),
    signal,
  }).catch(async (error: unknown) => {
    if (!signal.aborted) throw error;
    await folder.check();
    throw stopped();
  });
  const pool = new TrainingPool({ data: placed, workers, signal });
  const run: Run = { context, json, description, folder, pool, progress, results, samples };
  let fresh: Experiment[] = [];
  try {
    await runAll(run, jobs);
    if (description.freshSearch) fresh = await freshSearch(run, base, workers);
  } catch (error) {
    if (!signal.aborted) throw error;
    await folder.check();
    throw stopped();
  } finally {
    progress.end();
    await pool.close();
  }
  const { seconds } = folder;
  const all = [...results.values()];
  const { html, markdown, plots } = await reproductionReport({
    ...{ results: all, experiments, appendix, fresh },
    facts: {
      command: commandLine(description),
      ...{ version: VERSION, node: process.versions.node, machine: machine(workers), seconds },
      ...{ seeds: description.seeds, data: data.name, changes: departures, settings: changes },
      samples: {
        ...{ training: data.training, test: data.test },
        ...{ features: dataset.features, classes: dataset.classes },
      },
    },
  });
  const rows = summarize([...experiments, ...appendix, ...fresh], all);
  const summary = {
    ...{ command: "reproduce", version: VERSION, node: process.version, machine: machine(workers) },
    ...{ trainings: all.length, seconds, memoryBytes: pool.memoryBytes },
  };
  const saving = new Saving(folder.path, FILES, ["reproduction.json", "trainings.jsonl"]);
  const saveSummary = () =>
    saving.write("summary.json", () =>
      folder.writeSummary({ ...summary, experiments: rows.map(rowFacts), ...saving.facts }),
    );
  await saveSummary();
  await saving.write("report.html", () => folder.writeReport({ "report.html": html }));
  await saving.write("report.md", () => folder.writeReport({ "report.md": markdown }));
  await saving.write("plots/", () => folder.writeReport(plots));
  await saveSummary(); // once more, for what it says of the report
  await saving.write("lock", () => folder.close());
  if (json) writeEvent(context, { event: "result", ...summary, ...saving.facts, out: folder.path });
  else {
    const made = compared ? undefined : [`on ${data.name}`, ...departures.map((flag) => `with ${flag}`)];
    context.stdout.write(printableLines(resultText(rows, seconds, saving.inWords, made)));
  }
  saving.finish();
}

type Asked = Omit<ReproductionDescription, "data"> & Partial<Pick<ReproductionDescription, "data">>;

function describe(ids: readonly string[], flags: ReproduceFlags): Asked {
  const {
    seeds = 1,
    seed = 1,
    appendix = false,
    freshSearch = false,
    data,
    limit,
    validation,
    epochs,
    trainingMetrics = TRAINING_METRICS,
  } = flags;
  selectExperiments(ids);
  const changes = Object.fromEntries(
    Object.entries({ data, limit, validation, epochs }).filter(([, value]) => value !== undefined),
  );
  return {
    version: VERSION,
    ids: [...ids],
    seeds: Array.from({ length: seeds }, (_, i) => seed + i),
    ...{ changes, appendix, freshSearch, trainingMetrics },
  };
}

async function describeResumed(
  path: string,
  ids: readonly string[],
  flags: ReproduceFlags,
): Promise<ReproductionDescription> {
  const other = Object.keys(flags).find((name) => !["resume", "workers", "json", "quiet"].includes(name));
  if (other !== undefined || ids.length > 0) {
    const what = other === undefined ? ids[0] : flagOf(other);
    throw new ConfigError(
      `${what} with --resume: the reproduction goes on with what ${path}/reproduction.json says. ` +
        "Leave it out, or begin another one. (--workers may change.)",
    );
  }
  return await ReproductionFolder.read(path);
}

/** Does the jobs that are not done, workers in parallel; says each row as soon as it has all its seeds. */
async function runAll(run: Run, jobs: readonly Job[]): Promise<void> {
  const { results, progress, description } = run;
  const said = new Set<string>();
  const sayRow = (experiment: Experiment) => {
    const trainings = description.seeds.map((seed) => results.get(key({ id: experiment.id, seed })));
    if (said.has(experiment.id) || trainings.includes(undefined)) return;
    said.add(experiment.id);
    const [row] = summarize([experiment], trainings as RecordedTraining[]);
    progress.row(row!);
    if (run.json) writeEvent(run.context, { event: "experiment", ...rowFacts(row!) });
  };
  for (const job of jobs) {
    const done = results.get(jobKey(job));
    if (done !== undefined) progress.found(done);
    sayRow(job.experiment);
  }
  await Promise.all(
    jobs.map(async (job) => {
      if (results.has(jobKey(job))) return;
      await train(run, job);
      sayRow(job.experiment);
    }),
  );
}

/** One training, recorded. One that diverges is a result as well. */
async function train(run: Run, { experiment, settings }: Job, l2?: number): Promise<RecordedTraining> {
  const { pool, progress, folder, results, description } = run;
  const name = key({ id: experiment.id, seed: settings.seed });
  const begin = performance.now();
  const facts = { id: experiment.id, seed: settings.seed, ...(l2 !== undefined && { l2 }) };
  let training: RecordedTraining;
  try {
    const { rows, seconds, trainSeconds, end } = await pool.run(
      { settings },
      { onEpoch: ({ epoch }) => progress.epoch(name, epoch) },
    );
    const { test, weightsSha256 } = end!;
    const validation = rows.at(-1)!.validation ?? null;
    training = {
      ...facts,
      test,
      validation,
      epochs: rows.length,
      seconds,
      trainSeconds,
      weightsSha256,
      rows,
    };
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    const { epochs } = resolveSettings(settings, description.data.name, run.samples, flagOf);
    const seconds = (performance.now() - begin) / 1000;
    training = {
      ...{ ...facts, test: null, validation: null, epochs, seconds, trainSeconds: seconds },
      ...{ weightsSha256: "", error: error.message, rows: [] },
    };
  }
  await folder.append(training);
  results.set(name, training);
  progress.training(name, training);
  return training;
}

/** The report's search made anew: its λ come from the seed. */
async function freshSearch(run: Run, base: TrainSettings, workers: number): Promise<Experiment[]> {
  const { results, context, json, progress } = run;
  const { signal } = context;
  const sampler = new CoarseToFineSampler();
  const space = { l2: float(1e-5, 1e-1, { log: true }) };
  const experiments: Experiment[] = [];
  const before: FinishedTrial[] = [];
  const probe = new Study({ sampler, space, seed: base.seed });
  for (let number = 0; number < sampler.limit(); number++) {
    const { round, first } = probe.roundOf(number);
    const done = results.get(key({ id: `fresh-${round + 1}-${number - first + 1}`, seed: base.seed }));
    if (done?.l2 === undefined) continue;
    const value = accuracy(done, "validation");
    progress.found(done);
    experiments[number] = freshExperiment(round + 1, number - first + 1, done.l2);
    before.push({
      ...{ number, round, params: { l2: done.l2 }, distributions: space, reports: [], attributes: {} },
      ...(value === undefined ? { state: "failed" } : { state: "complete", value }),
      seconds: done.seconds,
    });
  }
  const study = new Study({ sampler, space, seed: base.seed, trials: before });
  // A training that diverges is a failed trial; whatever else goes wrong ends the search, and the reproduction.
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  const search = study.optimize(
    async (trial) => {
      const l2 = trial.params.l2 as number;
      const experiment = freshExperiment(trial.round + 1, trial.indexInRound + 1, l2);
      experiments[trial.number] = experiment;
      const settings = mergeSettings(base, experiment.settings);
      const training = await train(run, { experiment, settings }, l2).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      });
      const value = accuracy(training, "validation");
      if (value === undefined) throw new TrainingError(training.error ?? "It has no validation accuracy.");
      return value;
    },
    {
      trials: sampler.limit(),
      parallel: workers,
      maxConsecutiveFailures: Number.POSITIVE_INFINITY,
      signal: stop.signal,
    },
  );
  await search.finally(() => signal.removeEventListener("abort", onAbort));
  for (const row of summarize(experiments, [...results.values()])) {
    progress.row(row);
    if (json) writeEvent(context, { event: "experiment", ...rowFacts(row) });
  }
  return experiments;
}

/** A row for events and summary.json. */
function rowFacts({ experiment, trainings, values, mean, sd, difference, outside }: RowSummary): object {
  const { id, metric, published, settings } = experiment;
  return {
    ...{ id, metric, published: published ?? null, values, mean: mean ?? null, sd: sd ?? null },
    ...{ difference: difference ?? null, outside, l2: mergeSettings(settings).l2 },
    seconds: trainings.reduce((sum, training) => sum + training.seconds, 0),
  };
}

/** @param departures data set and settings of a run whose numbers are not compared with the report's */
function resultText(
  rows: readonly RowSummary[],
  seconds: number,
  saved: string,
  departures: readonly string[] | undefined,
): string {
  const compared = departures === undefined;
  const cell = (value: number | undefined) => value?.toFixed(4) ?? "–";
  const table = rows.map(({ experiment: { id, metric, published }, mean, sd, difference, outside }) => [
    ...[id, metric, cell(published), cell(mean), cell(sd)],
    ...(compared ? [`${signed(difference)}${outside ? " *" : ""}`] : []),
  ]);
  const head = ["experiment", "accuracy", "report", "mean", "sd", ...(compared ? ["difference"] : [])];
  const all = [head, ...table];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const lines = all.map((row) =>
    row
      .map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const marked = !compared
    ? `Made ${listed(departures)}: these numbers are not the report's, and are not compared with them.\n`
    : rows.some(({ outside }) => outside)
      ? "* further from the report than three standard deviations\n"
      : "";
  return `${lines.join("\n")}\n${marked}${duration(seconds)} in all; ${saved}\n`;
}

/** "+0.0117", "−0.0003" */
const signed = (difference: number | undefined): string =>
  difference === undefined ? "–" : `${difference >= 0 ? "+" : "−"}${Math.abs(difference).toFixed(4)}`;

/** The settings in which a run is not the report's: "--limit 2000". */
function departuresOf({ data: _, ...changes }: Partial<TrainSettings>, training: number): string[] {
  const { validation, limit } = mergeSettings(changes);
  const isUsual = (name: string, value: unknown) =>
    name === "limit" ? limit! >= training - validation : value === DEFAULTS[name as keyof TrainSettings];
  return changesInWords(
    Object.fromEntries(Object.entries(changes).filter(([name, value]) => !isUsual(name, value))),
  );
}

function commandLine(description: ReproductionDescription): string {
  const { ids, seeds, appendix, freshSearch, trainingMetrics, changes } = description;
  return [
    "nnwasm reproduce",
    ...ids,
    ...(seeds.length > 1 ? [`--seeds ${seeds.length}`] : []),
    ...(seeds[0] === 1 ? [] : [`--seed ${seeds[0]}`]),
    ...(appendix ? ["--appendix"] : []),
    ...(freshSearch ? ["--fresh-search"] : []),
    ...(trainingMetrics === TRAINING_METRICS ? [] : [`--training-metrics ${trainingMetrics}`]),
    ...changesInWords(changes as Partial<TrainSettings>),
  ].join(" ");
}

/** A path says nothing about the numbers, and where it was is nobody's business. */
const changesInWords = ({ data, ...changes }: Partial<TrainSettings>): string[] => [
  ...(data === undefined || /[/\\]/.test(data) ? [] : [`--data ${data}`]),
  ...Object.entries(changes).map(([name, value]) => `${flagOf(name)} ${value}`),
];

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

const machine = (workers: number): string =>
  `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, ${platform()}, ${counted(workers, "worker")}`;

/** Overall progress on stderr: a line for each row that is done, and a bar over all epochs. */
class ReproductionProgress {
  readonly trainings: number;
  readonly epochs: number;
  /** With several, a row takes long: each training has a line of its own. */
  readonly #seeds: number;
  /** Whether its numbers are set beside the report's. */
  readonly #compared: boolean;
  readonly #line: StatusLine;
  readonly #begin = performance.now();
  readonly #underWay = new Map<string, number>();
  #ended = 0;
  #epochsDone = 0;
  #epochsFound = 0;

  constructor(
    context: CliContext,
    quiet: boolean,
    {
      trainings,
      epochs,
      seeds,
      compared,
    }: Record<"trainings" | "epochs" | "seeds", number> & { readonly compared: boolean },
  ) {
    this.#seeds = seeds;
    this.#compared = compared;
    this.#line = new StatusLine(context, quiet);
    this.trainings = trainings;
    this.epochs = epochs;
  }

  say(text: string): void {
    this.#line.note(text);
  }

  read(done: number, total: number): void {
    this.#line.draw(() => this.#line.withBar("reading  ", done / total, `  ${done}/${total} samples`));
  }

  /** A training that was done before. */
  found({ epochs }: RecordedTraining): void {
    this.#ended++;
    this.#epochsFound += epochs;
  }

  epoch(name: string, epoch: number): void {
    this.#underWay.set(name, epoch);
    this.#draw();
  }

  training(name: string, { id, seed, epochs, test, seconds }: RecordedTraining): void {
    this.#underWay.delete(name);
    this.#ended++;
    this.#epochsDone += epochs;
    if (this.#seeds > 1) {
      const accuracy = test === null ? "diverged" : `test ${test.accuracy!.toFixed(4)}`;
      this.#line.note(
        `  ${this.#ended}/${this.trainings}  ${id}, seed ${seed}: ${accuracy}, ${seconds.toFixed(1)} s`,
      );
    }
    this.#draw(true);
  }

  row({ experiment: { id, metric, published }, mean, sd, difference }: RowSummary): void {
    const report = published === undefined ? "" : `  report ${published.toFixed(4)}`;
    const ours =
      mean === undefined
        ? "  diverged"
        : `  here ${mean.toFixed(4)}${sd === undefined ? "" : ` ± ${sd.toFixed(4)}`}`;
    const apart = difference === undefined || !this.#compared ? "" : `  (${signed(difference)})`;
    this.#line.note(`${id.padEnd(18)} ${metric.padEnd(10)}${report}${ours}${apart}`);
    this.#draw(true);
  }

  #draw(force = false): void {
    this.#line.draw(() => {
      const now = this.#epochsDone + [...this.#underWay.values()].reduce((sum, epoch) => sum + epoch, 0);
      const seconds = (performance.now() - this.#begin) / 1000;
      const left = this.epochs - this.#epochsFound - now;
      const rate =
        now === 0
          ? ""
          : `  ${(now / seconds).toFixed(1)} epochs/s  ${timeLeft((seconds * Math.max(0, left)) / now)}`;
      const share = (this.#epochsFound + now) / this.epochs;
      return this.#line.withBar(`${this.#ended}/${this.trainings} trainings  `, share, rate);
    }, force);
  }

  end(): void {
    this.#line.clear();
  }
}
