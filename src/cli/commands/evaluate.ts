/** `nnwasm evaluate`: measures a saved model on data, by every metric of its task. */
import type { Command } from "commander";
import type { Samples } from "../../data/dataset.ts";
import { ConfigError, DatasetError } from "../../errors.ts";
import { inputName } from "../../formats/open.ts";
import type { Model } from "../../model/model.ts";
import { loadModel } from "../../model/openModel.ts";
import { isImages, tablePreprocessing } from "../../model/preprocessing.ts";
import { type TableSettings, testWarnings } from "../../runs/data/table.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { writePlots } from "../folders/evaluationFolder.ts";
import { openData } from "../openData.ts";
import { kindOf } from "../openDataset.ts";
import { openTest } from "../openTable.ts";
import { evaluationText, reportJson } from "../output/evaluationText.ts";
import { StatusLine } from "../progress/statusLine.ts";
import { printableLines } from "../text.ts";
import { settingOption } from "../trainingOptions.ts";

type Flags = Pick<
  TableSettings,
  "format" | "delimiter" | "header" | "encoding" | "missing" | "decimal" | "weight"
> &
  Partial<Pick<TrainSettings, "threads">> & {
    readonly out?: string;
    readonly force?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
  };

export function evaluateCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "evaluate",
    "measure a saved model on data: loss, every metric of its task, per class, confusion",
    [
      "nnwasm evaluate runs/train-001 houses.test.csv             # a table: its target is found by the model's",
      "nnwasm evaluate runs/train-001 cifar10                     # the test split of a data set by name",
      "nnwasm evaluate runs/train-001 photos/ --out evaluation    # with plots",
      "nnwasm evaluate runs/train-001 - --json < houses.test.csv  # one result event",
    ],
    [
      "Rows without a target are left out. A class that the model does not know is an error. Missing and unseen values are " +
        "taken as in the training, and counted on stderr.",
      "Errors of numbers are in the target's own unit; loss and cost are as the training has them.",
    ],
  )
    .argument("<model>", "a run's folder, or its model.safetensors")
    .argument(
      "<data>",
      "a table, - for the standard input, a folder of images, arrays of images, or a data set's name",
    );
  command.optionsGroup("The file:");
  for (const name of ["format", "delimiter", "header", "encoding", "missing", "decimal", "weight"] as const) {
    command.addOption(settingOption(name));
  }
  return command
    .optionsGroup("Output:")
    .addOption(settingOption("threads"))
    .option("--out <dir>", "write plots there: confusion.svg and reliability.svg, or residuals.svg")
    .option("--force", "replace the plots that are in --out")
    .option("--json", "print one result event as JSON")
    .option("--quiet", "print the results only")
    .action(async (model: string, data: string, flags: Flags) => {
      await run(context, model, data, flags);
    });
}

async function run(context: CliContext, path: string, data: string, flags: Flags): Promise<void> {
  const { evaluateModel } = await import("../../runs/evaluate.ts");
  const { out, force = false, json = false, quiet = false, threads } = flags;
  const model = await loadModel(path, threads === undefined ? {} : { threads });
  const line = new StatusLine(context, quiet);
  try {
    const { samples, name, warnings } = await samplesFor(context, path, model, data, flags);
    for (const warning of warnings) line.note(warning);
    const target = tablePreprocessing(model.preprocessing)?.target;
    const names = namesOf(model, samples);
    const report = await evaluateModel(model, samples, {
      ...{ names, mean: target?.mean, std: target?.std, signal: context.signal },
      onProgress: (done, total) =>
        line.draw(() => line.withBar("evaluating  ", done / total, `  ${done}/${total} samples`)),
    });
    line.clear();
    const plots = out === undefined ? undefined : await writePlots(out, report, force);
    if (json) {
      writeEvent(context, {
        event: "result",
        model: path,
        data: name,
        ...reportJson(report),
        ...(plots && { out }),
      });
    } else {
      context.stdout.write(printableLines(evaluationText(report, name)));
      if (plots !== undefined) line.note(`plots in ${out}: ${plots.join(", ")}`);
    }
  } catch (error) {
    if (!context.signal.aborted) throw error;
    throw new Interrupted("Interrupted: nothing was measured.", { cause: error });
  } finally {
    line.clear();
    await model.close();
  }
}

/** The names of a model's classes, flags or numbers; numbers where it has none. */
function namesOf(model: Model, samples: Samples): readonly string[] {
  const count = samples.targets?.width ?? samples.classes;
  const names = model.classNames ?? samples.classNames ?? [];
  return Array.from({ length: Math.max(count, names.length) }, (_, i) => names[i] ?? String(i));
}

interface Found {
  readonly samples: Samples;
  readonly name: string;
  readonly warnings: readonly string[];
}

/** The samples of the data, as the model takes them. */
async function samplesFor(
  context: CliContext,
  path: string,
  model: Model,
  data: string,
  flags: Flags,
): Promise<Found> {
  const { preprocessing, classNames } = model;
  const table = tablePreprocessing(preprocessing);
  if (table !== undefined) {
    const tested = await openTest(context, data, table, flags);
    const name = inputName(data);
    return { samples: tested.samples, name, warnings: testWarnings(name, tested) };
  }
  if (isImages(preprocessing)) {
    const what = data === "-" ? "the standard input" : await kindOf(data, data);
    if (what !== undefined && what !== "a folder") {
      throw new ConfigError(
        `${data} is ${what}, and the model in ${path} was trained on a folder of images. ` +
          "Give it one, DIR/class/*.png.",
      );
    }
    const { imageSets, openImageFolder } = await import("../../data/imageFolder.ts");
    const { training, test = training } = await imageSets(data);
    const { samples, understanding } = await openImageFolder(test, {
      preprocessing,
      classNames,
      signal: context.signal,
    });
    return { samples, name: test, warnings: understanding.warnings };
  }
  const { seed = 1 } = (model.provenance?.settings ?? {}) as Partial<TrainSettings>;
  const opened = await openData(context, { data, seed }, { command: "nnwasm train" });
  if (opened.kind === "table") {
    throw new ConfigError(
      `${data} is a table, and the model in ${path} was not trained on one. Give it what it was trained on.`,
    );
  }
  const { dataset, warnings } = opened;
  const samples = opened.kind === "named" ? dataset.test : dataset.training;
  if (samples === undefined) throw new DatasetError(`${data} has no samples to test on.`);
  const wrong = dataset.classNames.find((name) => classNames !== undefined && !classNames.includes(name));
  if (wrong !== undefined) {
    throw new DatasetError(
      `${data} has a class ${JSON.stringify(wrong)}, which the model does not know: its classes are ${classNames!.slice(0, 10).join(", ")}.`,
    );
  }
  return { samples, name: opened.kind === "named" ? `${data} (test)` : data, warnings };
}
