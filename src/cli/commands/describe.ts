/** `nnwasm data describe`: what is understood of a table, of images in a folder, or of an array of them. */
import { stat } from "node:fs/promises";
import { Argument, type Command } from "commander";
import { ConfigError, DatasetError } from "../../errors.ts";
import type { FormatInput } from "../../formats/format.ts";
import { openInput, openTableSource } from "../../formats/open.ts";
import { formatOptions, tableOptions } from "../../runs/data/table.ts";
import type { SettingName } from "../../settings/names.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { collectTable } from "../../tables/collect.ts";
import { understandingJson, understandingText } from "../../tables/describe.ts";
import { understand } from "../../tables/understand.ts";
import { newCommand, writeEvent } from "../command.ts";
import { type CliContext, Interrupted } from "../context.ts";
import { helpWidth } from "../help.ts";
import { arraysText, imagesText } from "../output/imagesText.ts";
import { StatusLine } from "../progress/statusLine.ts";
import { inputOptions } from "../tableFile.ts";
import { settingOption } from "../trainingOptions.ts";

/** The settings that say what a table is, and how its file is read. */
const SETTINGS = [
  ...(["target", "task", "drop", "numeric", "categorical", "weight", "group", "time", "missing"] as const),
  ...(["format", "delimiter", "decimal", "dates", "header", "encoding"] as const),
] satisfies readonly SettingName[];

type DescribeFlags = Pick<Partial<TrainSettings>, (typeof SETTINGS)[number]>;

interface DescribeOptions extends DescribeFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The command `data describe`. */
export function describeCommand(context: CliContext): Command {
  const command = newCommand(context, "describe", "show what is understood of a table, or of images", [
    "nnwasm data describe houses.csv",
    "nnwasm data describe houses.csv --target price",
    "nnwasm data describe pets   # a folder of images, with a folder in it for each class",
  ]).addArgument(new Argument("<file>", "a table, a folder of images, or - for the standard input"));
  for (const name of SETTINGS) command.addOption(settingOption(name));
  return command
    .option("--no-header", "the first row has no names: the columns are called column1, column2, …")
    .option("--quiet", "show no progress")
    .option("--json", "print events as JSON, one a line")
    .action(async (file: string, options: DescribeOptions) => {
      const { signal } = context;
      try {
        await describe(context, file, options);
      } catch (error) {
        if (!signal.aborted) throw error;
        throw new Interrupted("Interrupted. Nothing was changed.", { cause: error });
      }
    });
}

async function describe(context: CliContext, file: string, options: DescribeOptions): Promise<void> {
  if (file !== "-" && (await isFolder(file))) return await describeFolder(context, file, options);
  const input = await openInput(file, inputOptions(context, file));
  try {
    const { isArrays } = await import("../../data/idxDataset.ts");
    if (options.format === undefined && file !== "-" && isArrays(input))
      await describeArrays(context, input, options);
    else await describeTable(context, input, options);
  } finally {
    await input.close();
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

function print(
  context: CliContext,
  { json = false }: DescribeOptions,
  result: object,
  lines: () => readonly string[],
) {
  if (json) writeEvent(context, { event: "result", command: "data describe", ...result });
  else context.stdout.write(`${lines().join("\n")}\n`);
}

async function describeTable(
  context: CliContext,
  input: FormatInput,
  options: DescribeOptions,
): Promise<void> {
  const said = tableOptions(options);
  const progress = new StatusLine(context, options.quiet ?? false);
  const source = await openTableSource(input, formatOptions(options));
  try {
    const table = await collectTable(source, said, {
      signal: context.signal,
      onProgress: (share) =>
        progress.draw(() => progress.withBar("reading  ", share, `  ${Math.floor(100 * share)}%`)),
    });
    progress.clear();
    const understanding = understand(table, said);
    // What has been dropped has not been read: the user has named it.
    print(context, options, { kind: "table", ...understandingJson(understanding, table) }, () =>
      understandingText(understanding, table, { width: helpWidth(context, context.stdout) }),
    );
  } finally {
    progress.clear();
    await source.close();
  }
}

/** Of images, nothing can be said. */
function requireNothingSaid(file: string, options: DescribeOptions): void {
  const name = SETTINGS.find((each) => options[each] !== undefined);
  if (name === undefined) return;
  throw new ConfigError(`--${name} says something of a table, and ${file} has images. Leave it out.`);
}

async function describeFolder(context: CliContext, folder: string, options: DescribeOptions): Promise<void> {
  requireNothingSaid(folder, options);
  const { describeImageFolder, imageSets } = await import("../../data/imageFolder.ts");
  const progress = new StatusLine(context, options.quiet ?? false);
  const sets = await imageSets(folder);
  try {
    const described: { name: string; images: Awaited<ReturnType<typeof describeImageFolder>> }[] = [];
    for (const path of [sets.training, sets.validation, sets.test]) {
      if (path === undefined) continue;
      const images = await describeImageFolder(path, {
        signal: context.signal,
        onProgress: (done, total) =>
          progress.draw(() => progress.withBar("reading  ", done / total, `  ${done}/${total} images`)),
      });
      described.push({ name: path, images });
    }
    progress.clear();
    print(context, options, { kind: "images", name: folder, sets: described }, () =>
      imagesText(described, helpWidth(context, context.stdout)),
    );
  } finally {
    progress.clear();
  }
}

async function describeArrays(
  context: CliContext,
  input: FormatInput,
  options: DescribeOptions,
): Promise<void> {
  const { openArrays, labelsBeside } = await import("../../data/idxDataset.ts");
  const { target, ...others } = options;
  requireNothingSaid(input.name, others);
  if (target !== undefined && target.length > 1) {
    throw new ConfigError(`--target names ${target.length} files of labels for ${input.name}, expected one.`);
  }
  const labels = target?.[0] ?? (await labelsBeside(input.name)) ?? null;
  const arrays = await openArrays(input, { labels });
  const { path, labelsPath, format, count, shape, classNames, labels: classes } = arrays;
  if (classes !== undefined && classNames === undefined)
    throw new DatasetError(`${path} has labels without names.`);
  const counts = (classNames ?? []).map((name) => ({ name, count: 0 }));
  for (let i = 0; classes !== undefined && i < count; i++) counts[classes[i]!]!.count++;
  const result = { name: path, format, count, shape, labels: labelsPath ?? null, classes: counts };
  print(context, options, { kind: "arrays", ...result }, () =>
    arraysText(result, helpWidth(context, context.stdout)),
  );
}
