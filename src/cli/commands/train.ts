/** `nnwasm train`: trains a network and leaves a folder with what came out. */
import type { Command } from "commander";
import type { Dataset, Samples } from "../../data/dataset.ts";
import { splitDataset } from "../../data/split.ts";
import { FileError, TrainingError } from "../../errors.ts";
import { DIVERGED_ADVICE } from "../../model/evaluate.ts";
import { batchSizes } from "../../model/fit.ts";
import type { EpochRow, Evaluation, History } from "../../model/history.ts";
import type { Model } from "../../model/model.ts";
import { encodeSafetensors } from "../../model/safetensors.ts";
import { countParameters, type SummaryRow } from "../../model/summary.ts";
import { readSettingsFile } from "../../settings/file.ts";
import {
  mergeSettings,
  type ResolvedSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../../settings/settings.ts";
import { buildModel } from "../../training/build.ts";
import { newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { RunFolder } from "../folders/runFolder.ts";
import { closing, Saving } from "../folders/workFolder.ts";
import { openDataset } from "../openDataset.ts";
import { TrainingProgress } from "../progress/trainingProgress.ts";
import { printable, printableLines } from "../text.ts";
import {
  addTrainingOptions,
  settingsFromEnvironment,
  settingsFromFlags,
  type TrainingFlags,
  threadsOption,
} from "../trainingOptions.ts";
import { buildId, VERSION } from "../version.ts";

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
  addTrainingOptions(command).addOption(threadsOption());
  command
    .optionsGroup("Input and output:")
    .option("--config <file>", "settings as JSON, such as a run's config.json; flags come before them")
    .option("--out <dir>", "the run's folder (default: runs/train-001, or the next number)")
    .option("--force", "replace the run that is in --out")
    .option("--json", "print events as JSON, one a line, on stdout; progress stays on stderr")
    .option("--quiet", "print the results only")
    .action(async (flags: Flags) => {
      await train(context, flags, settingsFromEnvironment(command, context));
    });
  return command;
}

async function train(context: CliContext, flags: Flags, environment: Partial<TrainSettings>): Promise<void> {
  const begin = performance.now();
  const { config, out, json = false, quiet = false, force = false } = flags;
  const file = config === undefined ? {} : await readSettingsFile(config);
  const asked = mergeSettings(file, environment, settingsFromFlags(flags));
  const { dataset, notice } = await openDataset(context, asked.data, asked.seed);
  const { train: samples, validation, test } = splitDataset(dataset, splitOptions(asked));
  const settings = resolveSettings(
    asked,
    dataset.name === "synthetic" ? "synthetic" : (asked.data ?? dataset.name),
    samples.count,
  );
  // What cannot be trained shall leave no folder behind.
  batchSizes(samples.count, settings.batch, settings.bn === false ? 1 : 2);
  const model = await buildModel(settings, dataset);
  const summary = model.summary(dataset.features);
  const parameters = countParameters(summary);
  const folder = await RunFolder.create(settings, { out, force });
  const progress = new TrainingProgress(context, quiet);
  if (notice !== undefined) progress.say(notice);
  if (json) {
    const data = {
      name: dataset.name,
      train: samples.count,
      validation: validation?.count ?? 0,
      test: test.count,
    };
    writeEvent(context, { event: "start", command: "train", config: settings, parameters, data });
  } else {
    progress.say(
      `${dataset.name} (${printable(dataset.origin)}): ${samples.count} training, ${validation?.count ?? 0} validation, ` +
        `${test.count} test samples of ${dataset.features} numbers, ${dataset.classes} classes\n` +
        `${summaryTable(summary)}\n${printable(settingsLine(settings))}`,
    );
  }
  await closing(folder, () =>
    run({
      begin,
      context,
      json,
      settings,
      dataset,
      samples,
      validation,
      test,
      model,
      parameters,
      folder,
      progress,
    }),
  );
}

/** What a run leaves, the most wanted first. */
const FILES = ["model.safetensors", "metrics.jsonl", "summary.json", "config.json", "plots/"];

/** A training that is about to begin. */
interface Run {
  /** When the command began. */
  readonly begin: number;
  readonly context: CliContext;
  readonly json: boolean;
  readonly settings: ResolvedSettings;
  readonly dataset: Dataset;
  readonly samples: Samples;
  readonly validation: Samples | undefined;
  readonly test: Samples;
  readonly model: Model;
  readonly parameters: number;
  readonly folder: RunFolder;
  readonly progress: TrainingProgress;
}

/** Trains, evaluates, saves and tells. */
async function run({ begin, context, json, parameters, folder, progress, ...others }: Run): Promise<void> {
  const { settings, dataset, samples, validation, test, model } = others;
  const { signal } = context;
  const facts = { command: "train", version: VERSION, build: buildId(), node: process.version, parameters };
  const rows: EpochRow[] = [];
  const saving = new Saving(folder.path, FILES, ["config.json", "metrics.jsonl"]);
  const saveModel = () =>
    saving.write("model.safetensors", () =>
      folder.writeModel(encodeModel(model, settings, dataset.classNames)),
    );
  /** What comes after the model, the dearest first; the summary once more for what it says of the plots. */
  const saveRest = async (summary: () => object) => {
    const saveSummary = () =>
      saving.write("summary.json", () => folder.writeSummary({ ...facts, ...summary(), ...saving.facts }));
    await saveSummary();
    if (rows.length > 0) await saving.write("plots/", () => folder.writePlots(rows));
    await saveSummary();
  };
  // Node's clock starts with the process.
  let firstStep = 0;
  let history: History;
  let evaluation: Evaluation | undefined;
  try {
    history = await model.fit(samples, {
      epochs: settings.epochs,
      batchSize: settings.batch,
      validation,
      shuffle: settings.shuffle,
      trainingMetrics: settings.trainingMetrics,
      signal,
      onThreads: ({ notice }) => notice && progress.say(notice),
      onRead: (done, total) => progress.read(done, total),
      onStep: (report) => {
        firstStep ||= performance.now();
        progress.step(report);
      },
      onEpoch: async (row) => {
        rows.push(row);
        await folder.appendMetrics(row);
        progress.epoch(row, settings.epochs);
        if (json) writeEvent(context, { event: "epoch", ...row });
      },
    });
    // Before anything is saved: of a training that diverged there is nothing to save.
    if (!history.interrupted) evaluation = await model.evaluate(test);
    requireFinite(model);
  } catch (error) {
    progress.end();
    const unread = error === signal.reason; // Ctrl-C while the samples were read
    const diverged = error instanceof TrainingError;
    const state = unread ? "interrupted" : diverged ? "diverged" : "failed";
    const epochs = rows.length;
    const failure =
      diverged && epochs > 0
        ? new TrainingError(
            `${error.message} The numbers of the ${counted(epochs, "epoch")} before are in ${folder.path}; there is no model.`,
            { cause: error },
          )
        : (error as Error);
    // A line that could not be written: the weights may fit all the same.
    if (error instanceof FileError && rows.length > 0) await saveModel();
    const saveFailure = () => saveRest(() => ({ state, error: failure.message, epochs }));
    if (!unread) {
      await saveFailure().catch(() => {}); // the first error says more than a second one would
      throw failure;
    }
    await saveFailure();
    saving.finish();
    throw new Interrupted("Interrupted before the first step: there is nothing to save.", { cause: error });
  }
  progress.end();
  const trained = {
    epochs: rows.length,
    steps: history.steps,
    trainSeconds: history.trainSeconds,
    stepsPerSecond: history.steps / history.trainSeconds,
    firstStepSeconds: firstStep > 0 ? firstStep / 1000 : null,
    threads: model.threads,
    weightsSha256: await model.weightsSha256(),
    out: folder.path,
  };
  await saveModel();
  if (evaluation === undefined) {
    await saveRest(() => ({ state: "interrupted", ...trained }));
    saving.finish();
    throw new Interrupted(
      `Interrupted after ${counted(history.steps, "step")}, in epoch ${rows.length + 1}. The model as it is, and the ` +
        `numbers of the epochs before, are in ${folder.path}.`,
    );
  }
  const results = { test: evaluation, validation: rows.at(-1)?.validation ?? null };
  const resultNow = () => ({
    ...results,
    ...trained,
    seconds: (performance.now() - begin) / 1000,
    // Kibibytes, of the process at its largest.
    peakMemory: 1024 * process.resourceUsage().maxRSS,
  });
  let result = resultNow();
  await saveRest(() => {
    result = resultNow();
    return { state: "complete", ...result };
  });
  // A folder that was deleted in the end has nothing saved in it.
  await saving.write("lock", () => folder.close());
  if (json) writeEvent(context, { event: "result", ...result, ...saving.facts });
  else context.stdout.write(printableLines(resultText(result, saving.inWords)));
  saving.finish();
}

/**
 * The weights of a training that was stopped within an epoch: they are checked after whole epochs only.
 * @throws TrainingError if one is infinite or NaN
 */
function requireFinite(model: Model): void {
  const bad = model.tensors().find(({ data }) => !data.every(Number.isFinite));
  if (bad === undefined) return;
  throw new TrainingError(
    `After the last step ${bad.name} has values that are not finite. ${DIVERGED_ADVICE}`,
  );
}

/** The trained network with its standardisation, and in the metadata what is needed to build it again. */
function encodeModel(model: Model, settings: ResolvedSettings, classNames: readonly string[]): Uint8Array {
  const { layers, bn, activation } = settings;
  return encodeSafetensors(model.tensors(), {
    format: "nnwasm",
    version: VERSION,
    network: JSON.stringify({ layers, bn, activation, classes: classNames }),
  });
}

function summaryTable(rows: readonly SummaryRow[]): string {
  const cells = rows.map(({ name, inputs, outputs, parameters }) => [
    name,
    inputs === outputs && parameters === 0 ? String(outputs) : `${inputs} → ${outputs}`,
    parameters === 0 ? "" : String(parameters),
  ]);
  const total = ["", "", String(countParameters(rows))];
  const table = [["layer", "numbers", "parameters"], ...cells, total];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map(([a, b, c]) =>
      `  ${a!.padEnd(widths[0]!)}  ${b!.padEnd(widths[1]!)}  ${c!.padStart(widths[2]!)}`.trimEnd(),
    )
    .join("\n");
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function settingsLine(settings: ResolvedSettings): string {
  const { batch, l2, lrSchedule, etaMin, etaMax, stepSize, optimizer, seed, init, biasInit } = settings;
  const rate = lrSchedule === "constant" ? `${etaMax}` : `${etaMin} … ${etaMax}, step size ${stepSize}`;
  return (
    `${counted(settings.epochs, "epoch")}, batch ${batch}, ${optimizer}, learning rate ${lrSchedule} ${rate}, ` +
    `λ ${l2}, init ${init} (biases ${biasInit === "same" ? "too" : "zeros"}), seed ${seed}`
  );
}

function resultText(
  {
    test,
    validation,
    epochs,
    steps,
    trainSeconds,
    stepsPerSecond,
    threads,
    seconds,
  }: {
    test: Evaluation;
    validation: Evaluation | null;
    epochs: number;
    steps: number;
    trainSeconds: number;
    stepsPerSecond: number;
    threads: number;
    seconds: number;
  },
  saved: string,
): string {
  const line = (name: string, { loss, cost, accuracy }: Evaluation) =>
    `${name.padEnd(10)}  loss ${loss.toFixed(4)}  cost ${cost.toFixed(4)}  accuracy ${accuracy!.toFixed(4)}\n`;
  return (
    line("test", test) +
    (validation === null ? "" : line("validation", validation)) +
    `${counted(epochs, "epoch")}, ${counted(steps, "step")} in ${trainSeconds.toFixed(1)} s (${stepsPerSecond.toFixed(0)} steps/s, ` +
    `${counted(threads, "thread")}); ` +
    `${seconds.toFixed(1)} s in all\n${saved}\n`
  );
}
