/** `nnwasm train`: trains a network and leaves its results in a folder. */
import type { Command } from "commander";
import { counted } from "../../format/words.ts";
import { inOrder } from "../../runs/events.ts";
import type { TrainingEvent, TrainingInterrupted } from "../../runs/train.ts";
import { settingsFromEnvironment } from "../../settings/environment.ts";
import { readSettingsFile } from "../../settings/file.ts";
import { flagOf } from "../../settings/flags.ts";
import { mergeSettings, type TrainSettings } from "../../settings/settings.ts";
import { newCommand } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { RunFolder } from "../folders/runFolder.ts";
import { TrainingSaver } from "../folders/trainingSaver.ts";
import { closing } from "../folders/workFolder.ts";
import { openDataset } from "../openDataset.ts";
import { trainingJson } from "../output/trainingJson.ts";
import { trainingText } from "../output/trainingText.ts";
import { TrainingProgress } from "../progress/trainingProgress.ts";
import { addTrainingOptions, settingsFromFlags, type TrainingFlags } from "../trainingOptions.ts";

type Flags = TrainingFlags & {
  readonly config?: string;
  readonly out?: string;
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
      "nnwasm train                                          # two hidden layers of 50, 20 epochs",
      "nnwasm train --layers 50,30,20,20,10,10,10,10 --bn    # nine layers, batch normalisation",
      "nnwasm train --data ~/cifar-10-batches-bin --epochs 2 # a quick look at a folder's CIFAR-10",
      "nnwasm train --config runs/train-001/config.json      # the same training, bit for bit",
      "nnwasm train --json | jq .train.loss                  # events for another program",
    ],
    [
      "The defaults are those of the course report that `nnwasm reproduce` repeats.",
      "Every setting can also come from the environment (NNWASM_SEED for --seed). NNWASM_DATA is a folder of data sets.",
      "Ctrl-C ends after the step under way and saves what there is.",
    ],
  );
  addTrainingOptions(command, { alone: true });
  command
    .optionsGroup("Input and output:")
    .option("--config <file>", "settings as JSON, such as a run's config.json; flags come before them")
    .option("--out <dir>", "the run's folder (default: runs/train-001, or the next number)")
    .option("--force", "replace the run that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .action(async (flags: Flags) => {
      await run(context, flags, settingsFromEnvironment(context.env, { alone: true }));
    });
  return command;
}

async function run(context: CliContext, flags: Flags, environment: Partial<TrainSettings>): Promise<void> {
  const begin = performance.now();
  // What --help does not need.
  const { planTraining, train } = await import("../../runs/train.ts");
  const { config, out, json = false, quiet = false, force = false } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  const asked = mergeSettings(file, environment, settingsFromFlags(flags));
  const { dataset, notice } = await openDataset(context, asked.data, asked.seed);
  // If the settings cannot be trained, this throws before a folder is made.
  const plan = await planTraining(asked, dataset, flagOf);
  const folder = await RunFolder.create(plan.settings, { out, force });
  const progress = new TrainingProgress(context, quiet);
  if (notice !== undefined) progress.say(notice);
  const saver = new TrainingSaver(folder, plan, begin);
  const subscriber = inOrder<TrainingEvent>(
    saver.hear,
    progress.hear,
    json ? trainingJson(context, saver) : trainingText(context, progress, saver),
  );
  await closing(folder, async () => {
    const end = await train(plan, { subscriber, signal: context.signal }).catch((error: unknown) => {
      throw saver.explained(error);
    });
    saver.saving.finish();
    if (end.type === "interrupted") throw interrupted(end, folder.path);
  });
}

function interrupted({ trained, reason }: TrainingInterrupted, path: string): Interrupted {
  return new Interrupted(
    trained === undefined
      ? "Interrupted before the first step: there is nothing to save."
      : `Interrupted after ${counted(trained.steps, "step")}, in epoch ${trained.epochs + 1}. The model as it is, and the ` +
          `numbers of the epochs before, are in ${path}.`,
    { cause: reason },
  );
}
