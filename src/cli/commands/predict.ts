/** `nnwasm predict`: a saved model's answers to the rows of a file, or to images; which columns they depend on. */
import type { Command } from "commander";
import { ConfigError } from "../../errors.ts";
import { thousands } from "../../format/numbers.ts";
import { pluralOf } from "../../format/words.ts";
import type { FormatOptions } from "../../formats/format.ts";
import type { Model } from "../../model/model.ts";
import type { TablePreprocessing } from "../../preprocessing/preprocessing.ts";
import type { GivenTableOptions } from "../../preprocessing/reading.ts";
import type { PredictionPlan } from "../../runs/predict.ts";
import { readNames } from "../../settings/ofTables.ts";
import { number as readNumber } from "../../settings/parse.ts";
import { argument, integer, newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { type AnswerSink, fileSink, formatOfFile, streamSink } from "../output/answerSinks.ts";
import { PredictionNotes } from "../progress/predictionProgress.ts";
import { openTableFile } from "../tableFile.ts";
import { settingOption } from "../trainingOptions.ts";

export interface PredictFlags extends FormatOptions, GivenTableOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly keep?: string[];
  readonly interval?: number;
  readonly threads?: number | "auto";
  readonly quiet?: boolean;
  readonly explain?: boolean;
  readonly weight?: string;
  readonly rows?: number;
  readonly repeats?: number;
  readonly seed?: number;
}

/** Flags that --explain takes, and no other. */
const OF_EXPLAIN = ["weight", "rows", "repeats", "seed"] as const;
const OF_ANSWERS = ["out", "keep", "interval"] as const;

export function predictCommand(context: CliContext): Command {
  const command = newCommand(
    context,
    "predict",
    "answer the rows of a table, or images, with a saved model",
    [
      "nnwasm predict runs/train-001 new.csv                  # CSV: row, class, and each probability",
      "nnwasm predict runs/train-001 new.csv --out answers.csv --keep id",
      "nnwasm predict runs/houses new.csv --interval 0.9      # numbers, and a range around each",
      "cat new.csv | nnwasm predict runs/train-001 - --json | jq .class",
      "nnwasm predict runs/train-001 photos/ --out answers.npy # images, probabilities for NumPy",
      "nnwasm predict runs/train-001 test.csv --explain       # which columns matter",
    ],
    [
      "Columns are found by name, in any order. Those that the model does not know are left out; without one that it needs " +
        "there is no answer. Missing and unseen values are taken as in the training, and counted on stderr.",
      "Rows are counted from 0, answered in their order, and held in memory some at a time, however many there are.",
      "--interval 0.9 gives, after numbers, the ends of ranges (lower.TARGET, upper.TARGET) that hold nine of ten of them, by the " +
        "errors on rows that were held out in the training.",
      "--explain permutes the values of each column among the rows (with the target in the file): how much worse the model gets " +
        "says how much it uses the column, not what causes what. Columns that say the same share what they matter.",
    ],
  )
    .argument("<model>", "a run's folder, or its model.safetensors")
    .argument("<file...>", "a table, - for the standard input, a folder of images, or images");
  command
    .optionsGroup("Answers:")
    .option("--out <file>", "write them to a file: .csv, .jsonl or .npy (default: CSV on stdout)")
    .option("--json", "print them as JSON, one a line")
    .option("--keep <columns>", "columns of the file to copy into the answers", argument(readNames))
    .option(
      "--interval <share>",
      "of numbers, the range around each that holds so many of them, such as 0.9",
      argument(readNumber({ above: 0, below: 1 })),
    )
    .addOption(settingOption("threads", { help: "threads that compute, or auto; the answers are the same" }))
    .option("--quiet", "print no progress and no counts");
  command.optionsGroup("The file:");
  for (const name of ["format", "delimiter", "header", "encoding", "missing", "decimal"] as const) {
    command.addOption(settingOption(name));
  }
  return command
    .optionsGroup("Which columns matter:")
    .option("--explain", "measure it on this file, which has the target, in place of answers")
    .addOption(
      settingOption("weight", {
        help: "the column with the weights of the rows (default: as in the training)",
      }),
    )
    .option("--rows <n>", "rows that are used at most, at random (default: 10000)", integer(2))
    .option("--repeats <n>", "permutations of each column (default: 5)", integer(1))
    .option("--seed <n>", "decides which rows, and the permutations (default: 1)", integer(0))
    .action(async (model: string, files: string[], flags: PredictFlags) => {
      await run(context, model, files, flags);
    });
}

async function run(context: CliContext, path: string, files: string[], flags: PredictFlags): Promise<void> {
  checkFlags(flags);
  const { loadModel } = await import("../../model/openModel.ts");
  const { threads } = flags;
  const model = (await loadModel(path, threads === undefined ? {} : { threads })) as Model;
  const { tablePreprocessing } = await import("../../model/preprocessing.ts");
  const { preprocessing } = model;
  try {
    const tables = tablePreprocessing(preprocessing);
    if (flags.interval !== undefined) {
      const { radiiOf } = await import("../../model/intervals.ts");
      radiiOf("--interval", { preprocessing, intervals: model.intervals }, flags.interval);
    }
    if (flags.explain) {
      const { explainColumns } = await import("../explainColumns.ts");
      return await explainColumns(context, { model, path, preprocessing: tables, files, flags });
    }
    if (preprocessing !== undefined && tables === undefined) {
      const { planImagePrediction } = await import("../../runs/predict.ts");
      if (flags.keep !== undefined)
        throw new ConfigError(
          "--keep is of tables: answers to images have the name of the file. Leave it out.",
        );
      const { isOfImages } = await import("../../images/preprocessing.ts");
      if (!isOfImages(preprocessing))
        throw new ConfigError(`${path}: its preprocessing is of no known kind.`);
      if (files.includes("-")) {
        throw new ConfigError(
          `- is the standard input, and the model in ${path} answers images. Give it a folder of them, or their files.`,
        );
      }
      return await answer(context, planImagePrediction(model, preprocessing as never, files), flags, files);
    }
    await answerTable(context, model, tables, files, flags);
  } finally {
    await model.close();
  }
}

/** @throws ConfigError if flags contradict each other */
function checkFlags(flags: PredictFlags): void {
  const { explain, out } = flags;
  const misplaced = (explain ? OF_ANSWERS : OF_EXPLAIN).find((name) => flags[name] !== undefined);
  if (misplaced !== undefined) {
    throw new ConfigError(
      explain
        ? `--${misplaced} with --explain: that gives no answers. Leave one of them out.`
        : `--${misplaced} is of --explain. Add that, or leave it out.`,
    );
  }
  if (out !== undefined) formatOfFile(out);
}

async function answerTable(
  context: CliContext,
  model: Model,
  preprocessing: TablePreprocessing | undefined,
  files: string[],
  flags: PredictFlags,
): Promise<void> {
  const { planRawPrediction, planTablePrediction } = await import("../../runs/predict.ts");
  const source = await openTableFile(context, files, flags);
  try {
    const { keep, missing, decimal, interval } = flags;
    const plan =
      preprocessing === undefined
        ? planRawPrediction(model, source, keep)
        : planTablePrediction(
            model,
            preprocessing,
            source,
            { keep, missing, decimal, interval },
            () => "--interval",
          );
    await answer(context, plan, flags, files);
  } finally {
    await source.close();
  }
}

async function answer(
  context: CliContext,
  plan: PredictionPlan,
  { out, json = false, quiet = false }: PredictFlags,
  files: readonly string[],
): Promise<void> {
  const { predict } = await import("../../runs/predict.ts");
  if (out !== undefined) await refuseInput(out, files);
  let readerLeft = false;
  context.stdout.on("error", () => {
    readerLeft = true;
  });
  const sink =
    out === undefined
      ? streamSink(context, json ? "json" : "csv", plan.shape)
      : await fileSink(out, plan.shape);
  const notes = new PredictionNotes(context, quiet, out === undefined);
  notes.ignored(plan.features.ignored);
  notes.notice(plan.notice);
  const end = await writing(sink, async () => {
    await sink.begin();
    const its = await predict(plan, {
      signal: context.signal,
      subscriber: (event) => {
        if (event.type === "rows") return sink.write(event.block);
        if (event.type === "progress") notes.progress(event);
        return undefined;
      },
    });
    if (its.type === "result") await sink.finish();
    return its;
  });
  notes.clear();
  if (end.type === "result") {
    notes.counts(end);
    if (out !== undefined && json)
      writeEvent(context, { event: "result", command: "predict", rows: end.rows, out });
    return;
  }
  await sink.abandon();
  // `nnwasm predict … | head -1`: nobody is there to be told.
  if (readerLeft) return;
  const rows = `${thousands(end.rows)} ${pluralOf("row", end.rows)}`;
  throw new Interrupted(
    out === undefined
      ? `Interrupted. The answers to the first ${rows} are written.`
      : `Interrupted after ${rows}. ${out} is as it was.`,
  );
}

/** Gives up what is half written if the work fails. */
async function writing<T>(sink: AnswerSink, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

/** @throws ConfigError if the answers would take the place of the file that they are to */
async function refuseInput(out: string, files: readonly string[]): Promise<void> {
  const { realpath } = await import("node:fs/promises");
  const real = (path: string) => realpath(path).catch(() => undefined);
  const target = await real(out);
  for (const file of files) {
    if (target === undefined || target !== (await real(file))) continue;
    throw new ConfigError(`--out ${out} is the file that is read. Give the answers another name.`);
  }
}
