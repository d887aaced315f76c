/** `nnwasm search`: looks for the best hyper-parameters, trials side by side. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { ConfigError, StudyError } from "../../errors.ts";
import { inOrder } from "../../runs/events.ts";
import type { SearchEvent } from "../../runs/search.ts";
import { flagOf } from "../../settings/flags.ts";
import { mergeSettings, SEARCH_DEFAULTS, type TrainSettings } from "../../settings/settings.ts";
import { parseSpace } from "../../settings/space.ts";
import { newCommand } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { SearchSaver } from "../folders/searchSaver.ts";
import { type StudyDescription, StudyFolder } from "../folders/studyFolder.ts";
import { newStudyId } from "../folders/studyId.ts";
import { closing } from "../folders/workFolder.ts";
import { sayUnderstood, withData } from "../openData.ts";
import { searchJson } from "../output/searchJson.ts";
import { searchText } from "../output/searchText.ts";
import { SearchProgress } from "../progress/searchProgress.ts";
import { Coordinator } from "../queue/coordinator.ts";
import { askedQueue, QUEUE_FLAGS } from "../queue/options.ts";
import { queueStudy } from "../queue/study.ts";
import {
  addSearchOptions,
  dataOf,
  describeSearch,
  givenSettings,
  openSearchData,
  type SearchFlags,
} from "../searchOptions.ts";
import { chooseSimd, roughSeconds } from "../simd.ts";
import { addTrainingOptions } from "../trainingOptions.ts";
import { checkSameData } from "../workers.ts";

export function searchCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "search",
    "search for the best hyper-parameters, trials side by side",
    [
      "nnwasm search                          # λ, coarse to fine, in 20 trainings",
      "nnwasm search --resume runs/search-001 # go on after Ctrl-C, or a crash",
      "nnwasm search houses.csv --target price # a table: its preset first, then around it",
      "nnwasm search --sampler tpe --trials 40 --space lr=log:0.01:0.5 --space 'batch=50|100|200'",
      "nnwasm search --sampler random --pruner asha --trials 81 --space 'layers=50,50|100,50|50,30,20'",
      "nnwasm search --sampler gp --space layers.1=int:log:16:256 --space layers.2=int:log:16:256",
      "nnwasm search --queue redis://host:6379 # trials on all machines that run nnwasm worker",
    ],
    [
      "The same seed gives the same trials, whatever the number of workers.",
      "A trial of a table of under 2,000 rows is measured over five folds (--cv N; --validation N measures on rows that are " +
        "held out once). The command that is printed at the end trains the best one.",
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
    .argument("[data]", "the same as --data: a table, a folder of images, …")
    .action(async (file: string | undefined, flags: SearchFlags) => {
      await run(context, withData(flags, file));
    });
  return command;
}

const RESUMABLE = ["resume", "trials", "workers", "maxFailures", ...QUEUE_FLAGS, "json", "quiet"];

async function run(context: CliContext, flags: SearchFlags): Promise<void> {
  // What --help does not need.
  const { planSearch, search } = await import("../../runs/search.ts");
  const { planEnsemble } = await import("../../runs/ensemble.ts");
  const { openTrainingPool } = await import("../../training/pool.ts");
  const { json = false, quiet = false, workers = availableParallelism(), resume } = flags;
  const queue = askedQueue(context, flags);
  const recorded = resume === undefined ? undefined : await readResumed(resume, flags);
  const before = recorded && changed(recorded, flags);
  const given =
    before === undefined ? await givenSettings(context, flags) : (before.settings as Partial<TrainSettings>);
  const opened = await openSearchData(context, given, flags);
  const { dataset, heldOutBy } = opened;
  const description = before ?? describeSearch(flags, given, opened);
  if (before !== undefined) checkSameData(resume!, before.data, dataOf(dataset));
  const settings = mergeSettings(description.settings as Partial<TrainSettings>);
  const space = parseSpace(description.space);
  const plan = planSearch({ ...description, settings, space, heldOutBy }, dataset, flagOf);
  // What is wrong for every trial is told before a folder is made.
  if (plan.folds !== undefined) await planEnsemble(settings, dataset, heldOutBy, flagOf);
  const coordinator = queue && (await Coordinator.open(context, queue));
  const { folder, trials } = await (resume === undefined
    ? StudyFolder.create(description, flags).then((folder) => ({ folder, trials: [] }))
    : StudyFolder.open(resume, space, recorded!)
  ).catch(async (error: unknown) => {
    await coordinator?.close();
    throw error;
  });
  const progress = new SearchProgress(context, quiet, plan);
  coordinator?.tell(progress);
  const through = coordinator?.through ?? `${workers} at a time`;
  const saver = new SearchSaver(folder, plan, description);
  const subscriber = inOrder<SearchEvent>(
    saver.hear,
    progress.hear,
    json
      ? searchJson(context, folder.path, saver)
      : searchText(context, { progress, saver, space, through, path: folder.path }),
  );
  await closing(folder, async () => {
    // The flags that may change are kept for the next time that the search goes on.
    await folder.writeDescription(description);
    sayUnderstood(progress, opened);
    const { signal } = context;
    if (coordinator === undefined) {
      const { samples, epochs, folds = 1 } = plan;
      const weights = dataset.features * (settings.layers[0] ?? 10);
      const seconds = roughSeconds(weights, samples.train * epochs * folds * plan.trials);
      // It may go on with another Node than that which was asked for wide vectors; no bit depends on it.
      const simd = before === undefined ? settings.simd : "auto";
      await chooseSimd(context, { ...settings, simd }, seconds, (text) => progress.say(text));
    }
    const pool =
      coordinator?.pool(queueStudy("search", description), dataset, signal) ??
      openTrainingPool(dataset, { workers, signal });
    const end = await search(plan, trials, pool, { subscriber, signal }).catch((error: unknown) => {
      throw withAdvice(error, folder.path, description.maxFailures, queue?.again);
    });
    if (end.type === "interrupted") {
      throw new Interrupted(
        `Interrupted after ${end.trials} of ${plan.trials} trials. Go on with: nnwasm search --resume ${folder.path}${queue?.again ?? ""}`,
      );
    }
    saver.saving.finish();
  }).finally(() => coordinator?.close());
}

/** The error. If too many trials have failed, it also says how to go on. */
function withAdvice(error: unknown, path: string, maxFailures: number, again = ""): unknown {
  if (!(error instanceof StudyError)) return error;
  return new StudyError(
    `${error.message} Go on with: nnwasm search --resume ${path} --max-failures ${2 * maxFailures}${again}`,
    { cause: error },
  );
}

/** The description of the study that goes on. @throws ConfigError if a flag asks for something else */
async function readResumed(path: string, flags: SearchFlags): Promise<StudyDescription> {
  // Commander gives shuffle: true for an absent --no-shuffle.
  const other = Object.keys(flags).find(
    (name) => !RESUMABLE.includes(name) && !(name === "shuffle" && flags.shuffle === true),
  );
  if (other !== undefined) {
    throw new ConfigError(
      `${flagOf(other)} with --resume: the search goes on with the settings of ${path}/study.json. ` +
        "Leave it out, or begin another search. (--trials, --workers, --max-failures and the queue may change.)",
    );
  }
  return await StudyFolder.read(path);
}

/** The description with the flags that may change when a study goes on. */
const changed = (description: StudyDescription, flags: SearchFlags): StudyDescription => ({
  ...description,
  id: description.id ?? newStudyId(),
  trials: flags.trials ?? description.trials,
  maxFailures: flags.maxFailures ?? description.maxFailures,
});
