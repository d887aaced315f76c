/**
 * Opens what `--data` names: a data set of the registry by its name or its folder, or data of the user's own: a table of any format,
 * a folder of images, arrays of images.
 */
import { datasets } from "../data/index.ts";
import { ConfigError } from "../errors.ts";
import { openInput } from "../formats/open.ts";
import { imagesData, openArrayImages, refuseForImages } from "../runs/data/images.ts";
import {
  type DataSettings,
  givenSettings,
  type OpenedData,
  ofTablesAlone,
  refuseSettings,
} from "../runs/data/opened.ts";
import { flagOf } from "../settings/flags.ts";
import { readSize } from "../settings/ofTables.ts";
import type { CliContext } from "./context.ts";
import { findIn, kindOf, openDataset } from "./openDataset.ts";
import { type OpenTableOptions, openTable } from "./openTable.ts";
import { StatusLine } from "./progress/statusLine.ts";
import { inputOptions } from "./tableFile.ts";

/**
 * @param settings as they are given, without defaults
 * @param options what a table is opened with
 * @throws DatasetError if it is not there or damaged; ConfigError if a setting is not for such data; FileError if it cannot be read
 */
export async function openData(
  context: CliContext,
  given: DataSettings,
  options: OpenTableOptions,
): Promise<OpenedData> {
  const settings = givenSettings(given);
  const { data, seed = 1 } = settings;
  if (data === undefined || Object.hasOwn(datasets, data)) return await openNamed(context, settings, seed);
  const what = data === "-" ? "a file" : await kindOf(data, `--data ${data}`);
  // A pipe that nobody writes to would be waited for without a word. Those of a shell, <(…), have a writer.
  const isNoFile = what === "a device or a pipe" && !/^\/(dev\/(fd\/|stdin$)|proc\/)/.test(data);
  if (what === undefined || isNoFile) return await openNamed(context, settings, seed);
  if (what === "a folder") {
    const found = await findIn(data);
    const { isImageFolder } = await import("../data/imageFolder.ts");
    if (found !== undefined || !(await isImageFolder(data))) return await openNamed(context, settings, seed);
    return await openImages(context, data, settings);
  }
  const input = await openInput(data, inputOptions(context, data));
  const { isArrays } = await import("../data/idxDataset.ts");
  if (settings.format === undefined && isArrays(input)) {
    await input.close();
    return await openArrayImages(data, settings, flagOf);
  }
  refuseSettings(settings, ["size"], `${data} is a table`, flagOf);
  return await openTable(context, input, settings, options);
}

/** Tells what is to be known of the data before a training. */
export function sayUnderstood(
  progress: { say(text: string): void },
  { notice, understood, warnings }: OpenedData,
): void {
  if (notice !== undefined) progress.say(notice);
  if (understood.length + warnings.length > 0) progress.say([...understood, ...warnings, ""].join("\n"));
}

/** The flags with the argument [data], which is --data. @throws ConfigError if both are given, and differ */
export function withData<T extends { readonly data?: string | undefined }>(
  flags: T,
  argument: string | undefined,
): T {
  if (argument === undefined) return flags;
  if (flags.data === undefined || flags.data === argument) return { ...flags, data: argument };
  throw new ConfigError(`${argument} and --data ${flags.data} are two data sets. Give one of them.`);
}

async function openNamed(context: CliContext, settings: DataSettings, seed: number): Promise<OpenedData> {
  const { data } = settings;
  if (data === undefined && settings.target !== undefined) {
    throw new ConfigError(
      "--target is a column of a table, and no file is given. Name it: nnwasm train FILE --target …",
    );
  }
  const { dataset, notice } = await openDataset(context, data, seed);
  const because = `${dataset.name} is a data set of its own`;
  refuseSettings(settings, [...ofTablesAlone, "size", "test"], because, flagOf);
  return { dataset, notice, kind: "named", understood: [], warnings: [] };
}

async function openImages(context: CliContext, path: string, settings: DataSettings): Promise<OpenedData> {
  const { openImageDataset } = await import("../data/imageFolder.ts");
  refuseForImages(path, settings, flagOf);
  const line = new StatusLine(context, false);
  const opened = await openImageDataset(path, {
    signal: context.signal,
    testPath: settings.test,
    size: settings.size === undefined ? undefined : readSize(settings.size),
    onProgress: (done, total) => line.drawReading(done, total),
  }).finally(() => line.clear());
  return imagesData(path, opened, settings);
}
