/** `nnwasm reproduce`: trains the paper's experiments and sets them beside its numbers. */
import { availableParallelism, cpus, platform } from "node:os";
import type { Command } from "commander";
import type { SimdChoice } from "../../backend/index.ts";
import { ConfigError } from "../../errors.ts";
import { isPapersData } from "../../experiments/facts.ts";
import { EXPERIMENTS, selectExperiments } from "../../experiments/table.ts";
import { counted } from "../../format/words.ts";
import type { TrainingMetrics } from "../../model/fitOptions.ts";
import { inOrder } from "../../runs/events.ts";
import {
  baseSettings,
  FRESH_TRAININGS,
  planReproduction,
  type Reproduction,
  type ReproductionEvent,
  reproduce,
} from "../../runs/reproduce.ts";
import { flagOf } from "../../settings/flags.ts";
import { DEFAULTS, mergeSettings, type TrainSettings } from "../../settings/settings.ts";
import { openTrainingPool } from "../../training/pool.ts";
import { integer, newCommand } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { type ReproductionDescription, ReproductionFolder } from "../folders/reproductionFolder.ts";
import { ReproductionSaver } from "../folders/reproductionSaver.ts";
import { newStudyId } from "../folders/studyId.ts";
import { closing } from "../folders/workFolder.ts";
import { openDataset } from "../openDataset.ts";
import { reproductionJson } from "../output/reproductionJson.ts";
import { reproductionText } from "../output/reproductionText.ts";
import { ReproductionProgress } from "../progress/reproductionProgress.ts";
import { Coordinator } from "../queue/coordinator.ts";
import { addQueueOptions, askedQueue, QUEUE_FLAGS, type QueueFlags } from "../queue/options.ts";
import { queueStudy } from "../queue/study.ts";
import { chooseSimd, roughSeconds } from "../simd.ts";
import { settingOption } from "../trainingOptions.ts";
import { VERSION } from "../version.ts";
import { checkSameData, workerCount } from "../workers.ts";

interface ReproduceFlags extends QueueFlags {
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
  readonly simd?: SimdChoice;
  readonly out?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function reproduceCommand(context: CliContext): Command {
  const command = newCommand(
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
    );
  addQueueOptions(
    command,
    "hand the trainings to nnwasm worker, on as many machines as there are, over a queue",
  );
  return command
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
    .addOption(settingOption("simd"))
    .option("--out <dir>", "the folder (default: runs/reproduce-001, or the next number)")
    .option("--resume <dir>", "go on with a reproduction, by its folder")
    .option("--force", "replace the reproduction that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .action(async (ids: string[], flags: ReproduceFlags) => {
      await run(context, ids, flags);
    });
}

/** The flags that may be given with --resume. */
const RESUMABLE = ["resume", "workers", ...QUEUE_FLAGS, "json", "quiet"];

/** The measures of trainings whose curves are not shown: nobody would see those of a pass over all training samples. */
const TRAINING_METRICS: TrainingMetrics = "running";

async function run(context: CliContext, ids: readonly string[], flags: ReproduceFlags): Promise<void> {
  const { json = false, quiet = false, workers = availableParallelism(), resume } = flags;
  const queue = askedQueue(context, flags);
  const before = resume === undefined ? undefined : await describeResumed(resume, ids, flags);
  const asked: Asked = before ?? describe(ids, flags);
  const changes = asked.changes as Partial<TrainSettings>;
  const reproduction: Reproduction = { ...asked, changes };
  const base = baseSettings(reproduction);
  const { dataset, notice } = await openDataset(context, base.data, base.seed);
  const data = { name: dataset.name, training: dataset.training.count, test: dataset.test.count };
  const description: ReproductionDescription = { ...asked, id: asked.id ?? newStudyId(), data };
  if (resume !== undefined && asked.data !== undefined) checkSameData(resume, asked.data, data);
  const plan = planReproduction(reproduction, dataset, flagOf);
  const coordinator = queue && (await Coordinator.open(context, queue));
  const { folder, trainings } = await (resume === undefined
    ? ReproductionFolder.create(description, flags).then((folder) => ({ folder, trainings: [] }))
    : ReproductionFolder.open(resume, before!)
  ).catch(async (error: unknown) => {
    await coordinator?.close();
    throw error;
  });
  const { path } = folder;
  const departures = departuresOf(changes, data.training);
  const compared = isPapersData(data.name) && departures.length === 0;
  const made = compared ? undefined : [`on ${data.name}`, ...departures.map((flag) => `with ${flag}`)];
  const progress = new ReproductionProgress(context, quiet, plan, compared);
  coordinator?.tell(progress);
  const through = coordinator?.through ?? `${workers} at a time`;
  if (notice !== undefined) progress.say(notice);
  const facts = {
    command: commandLine(description),
    machine: machine(coordinator === undefined ? counted(workers, "worker") : "workers over a queue"),
  };
  const saver = new ReproductionSaver(folder, plan, { ...facts, changes: departures, settings: changes });
  const subscriber = inOrder<ReproductionEvent>(
    saver.hear,
    progress.hear,
    json
      ? reproductionJson(context, description, path, saver)
      : reproductionText(context, { progress, saver, through, path, departures: made }),
  );
  await closing(folder, async () => {
    const { signal } = context;
    if (before !== undefined && before.id === undefined) await folder.writeDescription(description);
    if (coordinator === undefined) {
      // The paper's networks begin with 50 units.
      const seconds = roughSeconds(dataset.features * 50, plan.samples * plan.epochs);
      await chooseSimd(context, { ...base, simd: flags.simd ?? "auto" }, seconds, (text) =>
        progress.say(text),
      );
    }
    const pool =
      coordinator?.pool(queueStudy("reproduce", { ...description, settings: base }), dataset, signal) ??
      openTrainingPool(dataset, { workers, signal });
    const end = await reproduce(plan, trainings, pool, { subscriber, signal });
    if (end.type === "interrupted") {
      throw new Interrupted(
        `Interrupted after ${end.trainings} of ${plan.trainings} trainings. Go on with: nnwasm reproduce --resume ${path}${queue?.again ?? ""}`,
      );
    }
    saver.saving.finish();
  }).finally(() => coordinator?.close());
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
  const other = Object.keys(flags).find((name) => !RESUMABLE.includes(name));
  if (other !== undefined || ids.length > 0) {
    const what = other === undefined ? ids[0] : flagOf(other);
    throw new ConfigError(
      `${what} with --resume: the reproduction goes on with what ${path}/reproduction.json says. ` +
        "Leave it out, or begin another one. (--workers and the queue may change.)",
    );
  }
  return await ReproductionFolder.read(path);
}

/** The settings in which a run differs from the paper: "--limit 2000". */
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

/** The changes as flags, without the path of a data set: it says nothing about the numbers, and is private. */
const changesInWords = ({ data, ...changes }: Partial<TrainSettings>): string[] => [
  ...(data === undefined || /[/\\]/.test(data) ? [] : [`--data ${data}`]),
  ...Object.entries(changes).map(([name, value]) => `${flagOf(name)} ${value}`),
];

const machine = (workers: string): string =>
  `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? "an unknown processor"}, ${platform()}, ${workers}`;
