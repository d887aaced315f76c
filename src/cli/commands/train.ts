/** `nnwasm train`: trains a network and leaves its results in a folder. */
import type { Command } from "commander";
import { isEnsemble } from "../../ensemble/size.ts";
import { ConfigError, FileError } from "../../errors.ts";
import { counted } from "../../format/words.ts";
import { countParameters } from "../../model/summary.ts";
import { settingsFor } from "../../runs/data/opened.ts";
import { inOrder } from "../../runs/events.ts";
import type { TrainingEvent, TrainingInterrupted } from "../../runs/train.ts";
import { settingsFromEnvironment } from "../../settings/environment.ts";
import { readSettingsFile } from "../../settings/file.ts";
import { flagOf } from "../../settings/flags.ts";
import type { SettingName } from "../../settings/names.ts";
import { usualMembers } from "../../settings/preset.ts";
import type { Setting } from "../../settings/setting.ts";
import { mergeSettings, type TrainSettings } from "../../settings/settings.ts";
import { settings } from "../../settings/table.ts";
import { newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { RunFolder } from "../folders/runFolder.ts";
import { TrainingSaver } from "../folders/trainingSaver.ts";
import { closing } from "../folders/workFolder.ts";
import { openData, sayUnderstood, withData } from "../openData.ts";
import { trainingJson } from "../output/trainingJson.ts";
import { trainingText } from "../output/trainingText.ts";
import { TrainingProgress } from "../progress/trainingProgress.ts";
import { chooseSimd, roughSeconds } from "../simd.ts";
import { printableLines } from "../text.ts";
import { addTrainingOptions, settingsFromFlags, type TrainingFlags } from "../trainingOptions.ts";

type Flags = TrainingFlags & {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly force?: boolean;
};

export function trainCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "train",
    "train a network, and save it with its measurements and plots",
    [
      "nnwasm train houses.csv --target price                # a table, and the column to predict",
      "nnwasm train photos --layers 200,100 --flip           # a folder of images, with a folder for each class",
      "nnwasm train                                          # CIFAR-10: two hidden layers of 50, 20 epochs",
      "nnwasm train --layers 50,30,20,20,10,10,10,10 --bn    # nine layers, batch normalisation",
      "nnwasm train --data ~/cifar-10-batches-bin --epochs 2 # a quick look at a folder's CIFAR-10",
      "nnwasm train --config runs/train-001/config.json      # the same training, bit for bit",
      "nnwasm train --resume runs/train-001                  # go on after Ctrl-C, or a crash",
      "nnwasm train --json | jq .train.loss                  # events for another program",
    ],
    [
      "The defaults are those of the course report that `nnwasm reproduce` repeats. Tables have others (--preset table), " +
        "which stand beside them.",
      "Every setting can also come from the environment (NNWASM_SEED for --seed). NNWASM_DATA is a folder of data sets.",
      "Ctrl-C ends after the step under way and saves what there is. --resume goes on from there, or from the last " +
        "checkpoint, and ends with the same bits.",
    ],
  );
  addTrainingOptions(command, { alone: true });
  command
    .optionsGroup("Input and output:")
    .option("--config <file>", "settings as JSON, such as a run's config.json; flags come before them")
    .option("--out <dir>", "the run's folder (default: runs/train-001, or the next number)")
    .option("--resume <dir>", "go on with a run, by its folder, with the settings that it has")
    .option("--force", "replace the run that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .argument("[data]", "the same as --data: a table, a folder of images, …")
    .action(async (file: string | undefined, flags: Flags) => {
      await run(context, withData(flags, file), settingsFromEnvironment(context.env, { alone: true }));
    });
  return command;
}

async function run(context: CliContext, flags: Flags, environment: Partial<TrainSettings>): Promise<void> {
  const begin = performance.now();
  // What --help does not need.
  const { planTraining, train } = await import("../../runs/train.ts");
  const { config, resume, json = false, quiet = false } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  const fromFlags = settingsFromFlags(flags);
  const given = mergeGiven(file, fromFlags);
  const before = resume === undefined ? undefined : await readResumed(resume, flags, given);
  if (before !== undefined && (await tellComplete(context, resume!, json))) return;
  const all =
    before === undefined
      ? mergeGiven(file, environment, fromFlags)
      : // It may go on with another Node than that which was asked for wide vectors; no bit depends on it.
        mergeGiven(before, { simd: "auto" }, harmless(environment), harmless(given));
  const data = await openData(context, all, {
    command: "nnwasm train",
    // The settings of a run that goes on are complete.
    ...(before === undefined && { membersFor: (counts) => usualMembers(all, "table", counts) }),
  });
  const { dataset } = data;
  const asked = before === undefined ? settingsFor(data, all) : mergeSettings(all);
  const opened = before === undefined ? undefined : await RunFolder.open(resume!);
  const closeIfOpen = (error: unknown) =>
    opened?.folder.close().then(() => Promise.reject(error)) ?? Promise.reject(error);
  // If the settings cannot be trained, this throws before a folder is made.
  const isResumed = opened?.checkpoint !== undefined;
  if (isEnsemble(asked)) {
    const { runEnsemble } = await import("../runEnsemble.ts");
    await runEnsemble(context, { asked, data, opened: opened?.folder, flags, begin, closeIfOpen });
    return;
  }
  const plan = await planTraining(asked, dataset, flagOf, { isResumed }).catch(closeIfOpen);
  const out = flags.out ?? resume;
  const folder = opened?.folder ?? (await RunFolder.create(plan.settings, { out, force: flags.force }));
  const progress = new TrainingProgress(context, quiet);
  sayUnderstood(progress, data);
  const saver = new TrainingSaver(folder, plan, begin);
  const subscriber = inOrder<TrainingEvent>(
    saver.hear,
    progress.hear,
    json ? trainingJson(context, saver) : trainingText(context, progress, saver),
  );
  await closing(folder, async () => {
    const { epochs } = plan.settings;
    const seconds = roughSeconds(countParameters(plan.summary), plan.split.train.count * epochs);
    await chooseSimd(context, plan.settings, seconds, (text) => progress.say(text));
    const from = resume === undefined ? undefined : (opened?.checkpoint ?? null);
    const { saveCheckpoint } = saver;
    const end = await train(plan, { subscriber, signal: context.signal, from, saveCheckpoint }).catch(
      (error: unknown) => {
        throw saver.explained(error);
      },
    );
    saver.saving.finish();
    if (end.type === "interrupted") throw interrupted(end, folder.path);
  });
}

/** The settings over those before them, without defaults. */
const mergeGiven = (...sources: readonly Partial<TrainSettings>[]): Partial<TrainSettings> =>
  Object.assign(
    {},
    ...sources.map((source) =>
      Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined)),
    ),
  );

/** Settings that change no result. */
const isOfMachine = (key: string): boolean =>
  (settings[key as SettingName] as Setting).changesResults === false;

/** Settings that may change when a run goes on. The data may have been moved. */
const mayChange = (key: string): boolean => key === "data" || isOfMachine(key);

const harmless = (given: Partial<TrainSettings>): Partial<TrainSettings> =>
  Object.fromEntries(Object.entries(given).filter(([key]) => mayChange(key)));

/**
 * The settings of the run that goes on; undefined if none were written yet, and the run begins with those that are given.
 * @throws ConfigError if a flag asks for something else; FileError if the folder holds no run
 */
async function readResumed(
  path: string,
  { out, force }: Flags,
  given: Partial<TrainSettings>,
): Promise<Partial<TrainSettings> | undefined> {
  if (out !== undefined || force) {
    throw new ConfigError(
      `--${force ? "force" : "out"} with --resume: the run goes on in ${path}. Leave one of them out.`,
    );
  }
  const file = RunFolder.configOf(path);
  if (await RunFolder.isUnused(path)) {
    // A command that was killed before it wrote this file has done nothing yet.
    if (Object.keys(given).some((key) => !isOfMachine(key))) return undefined;
    throw new FileError(
      `${file} cannot be read: it does not exist (ENOENT). Nothing was done in ${path} yet: begin with nnwasm train --out ${path}.`,
    );
  }
  const before = await readSettingsFile(file);
  for (const [key, value] of Object.entries(given)) {
    const its = before[key as keyof TrainSettings];
    if (mayChange(key) || JSON.stringify(value) === JSON.stringify(its)) continue;
    const { write = String } = (settings[key as SettingName] as Setting).type;
    const begun = its === undefined ? "none" : write(its);
    throw new ConfigError(
      `${flagOf(key)} ${write(value)} with --resume: the run in ${path} was begun with ${begun}. ` +
        "Leave it out, or begin another run.",
    );
  }
  return before;
}

/** What summary.json has beside the result. */
const ABOUT_THE_COMMAND = new Set(["command", "version", "build", "node", "parameters", "state"]);

/** Tells the result of a run that is complete; nothing is left to do then. */
async function tellComplete(context: CliContext, path: string, json: boolean): Promise<boolean> {
  const summary = await RunFolder.readComplete(path);
  if (summary === undefined) return false;
  await RunFolder.tidy(path);
  if (json) {
    const result = Object.entries(summary).filter(([key]) => !ABOUT_THE_COMMAND.has(key));
    writeEvent(context, { event: "result", ...Object.fromEntries(result) });
  } else
    context.stdout.write(printableLines(`The run in ${path} is complete: there is nothing to go on with.\n`));
  return true;
}

function interrupted({ trained, reason }: TrainingInterrupted, path: string): Interrupted {
  const goOn = `Go on with: nnwasm train --resume ${path}`;
  return new Interrupted(
    trained === undefined
      ? `Interrupted before the first step: there is nothing to save. ${goOn}`
      : `Interrupted after ${counted(trained.steps, "step")}, in epoch ${trained.epochs + 1}. The model as it is, and the ` +
          `numbers of the epochs before, are in ${path}. ${goOn}`,
    { cause: reason },
  );
}
