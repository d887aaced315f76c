/**
 * Opens what `--data` names: a data set of the registry by its name or its folder, or data of the user's own: a table of any format,
 * a folder of images, arrays of images.
 */
import type { Samples, UntestedDataset } from "../data/dataset.ts";
import type { HeldOutBy } from "../data/entries.ts";
import { datasets, defaultValidation } from "../data/index.ts";
import { splitOwn, VALIDATION_SHARE } from "../data/ownSplit.ts";
import { isEnsemble } from "../ensemble/size.ts";
import { ConfigError } from "../errors.ts";
import { counted } from "../format/words.ts";
import { openInput } from "../formats/open.ts";
import type { PresetName } from "../presets.ts";
import { flagOf } from "../settings/flags.ts";
import { readSize, tableSettings } from "../settings/ofTables.ts";
import { presetSettings } from "../settings/preset.ts";
import { mergeSettings, type TrainSettings } from "../settings/settings.ts";
import { targetsOf } from "../targets.ts";
import { trainedOn } from "../training/inputs.ts";
import type { CliContext } from "./context.ts";
import { findIn, kindOf, openDataset } from "./openDataset.ts";
import { type OpenTableOptions, openTable, type TableSettings } from "./openTable.ts";
import { StatusLine } from "./progress/statusLine.ts";
import { inputOptions } from "./tableFile.ts";

/** The settings that say what the data are. */
export type DataSettings = TableSettings & Partial<Pick<TrainSettings, "data" | "size" | "members" | "cv">>;

export interface OpenedData {
  readonly dataset: UntestedDataset;
  /** What it is: one of the registry's, or the user's own. */
  readonly kind: "named" | "table" | "images";
  /** Why it is not the data set that the user may expect. */
  readonly notice?: string | undefined;
  /** An entry for each training row, if there are groups or times. */
  readonly heldOutBy?: HeldOutBy | undefined;
  /** The members of an ensemble that the data's size asks for; undefined for one network. */
  readonly members?: number | undefined;
  /** What was understood of it, in lines for people. */
  readonly understood: readonly string[];
  /** What a user should know, as sentences. */
  readonly warnings: readonly string[];
}

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
  // An ensemble holds out each row by turns.
  const settings = { ...(isEnsemble(given) && { validation: 0 }), ...defined(given) };
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
    return await openArrayImages(data, settings);
  }
  refuse(settings, ["size"], `${data} is a table`);
  return await openTable(context, input, settings, options);
}

/** Those that have a value. */
const defined = (settings: DataSettings): DataSettings =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

const SHARED_WITH_IMAGES = ["test", "size", "preset"];

/** @throws ConfigError if a setting is given that such data do not have */
function refuse(settings: DataSettings, names: readonly string[], because: string): void {
  const given = names.find((name) => (settings as Readonly<Record<string, unknown>>)[name] !== undefined);
  if (given === undefined) return;
  const whose = given === "size" ? "images" : given === "test" ? "files" : "tables";
  throw new ConfigError(`${flagOf(given)} is for ${whose}, and ${because}. Leave it out.`);
}

/** Tells what is to be known of the data before a training. */
export function sayUnderstood(
  progress: { say(text: string): void },
  { notice, understood, warnings }: OpenedData,
): void {
  if (notice !== undefined) progress.say(notice);
  if (understood.length + warnings.length > 0) progress.say([...understood, ...warnings, ""].join("\n"));
}

/** What a command has in place of what is usual. */
export interface CommandDefaults {
  /** Defaults in place of the paper's, where the preset is the paper's. */
  readonly base?: Partial<TrainSettings>;
  /** The preset of a table unless one is given. Default: table. */
  readonly usual?: PresetName;
}

/** The settings of a training: those that are given, over those of the preset, over what such data have by default. */
export function settingsFor(
  { dataset, kind, members }: OpenedData,
  asked: Partial<TrainSettings>,
  { base = {}, usual = "table" }: CommandDefaults = {},
): TrainSettings {
  const given = members === undefined ? asked : { ...asked, members };
  const validation = kind === "named" ? defaultValidation(dataset.name) : VALIDATION_SHARE;
  const ofData: Partial<TrainSettings> = {
    ...(validation !== undefined && { validation }),
    ...(isEnsemble(given) && { validation: 0 }),
    ...(kind === "table" && { standardize: "robust" }),
  };
  const merged = mergeSettings(ofData, given);
  const preset = presetSettings(given, {
    usual: kind === "table" ? usual : "paper",
    samples: trainedOn(dataset, merged),
    targets: targetsOf(dataset).kind,
    hasValidation: dataset.split === undefined ? merged.validation > 0 : dataset.split.validation.length > 0,
  });
  const isOfTables = preset.preset !== undefined && preset.preset !== "paper";
  return mergeSettings(isOfTables ? {} : base, ofData, preset, given);
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

/** The settings of tables that images do not have. */
const ofTablesAlone = Object.keys(tableSettings).filter((name) => !SHARED_WITH_IMAGES.includes(name));

async function openNamed(context: CliContext, settings: DataSettings, seed: number): Promise<OpenedData> {
  const { data } = settings;
  if (data === undefined && settings.target !== undefined) {
    throw new ConfigError(
      "--target is a column of a table, and no file is given. Name it: nnwasm train FILE --target …",
    );
  }
  const { dataset, notice } = await openDataset(context, data, seed);
  refuse(settings, [...ofTablesAlone, "size", "test"], `${dataset.name} is a data set of its own`);
  return { dataset, notice, kind: "named", understood: [], warnings: [] };
}

async function openImages(context: CliContext, path: string, settings: DataSettings): Promise<OpenedData> {
  const { openImageDataset } = await import("../data/imageFolder.ts");
  refuse(settings, ofTablesAlone, `${path} is a folder of images`);
  const line = new StatusLine(context, false);
  const { dataset, understanding } = await openImageDataset(path, {
    signal: context.signal,
    testPath: settings.test,
    size: settings.size === undefined ? undefined : readSize(settings.size),
    onProgress: (done, total) => line.drawReading(done, total),
  }).finally(() => line.clear());
  const { split, warnings } = splitOf(path, dataset, settings);
  const [channels, height, width] = dataset.shape;
  const { sizes, differentSizes } = understanding;
  const inSizes =
    differentSizes === 1 ? `${sizes[0]!.width} × ${sizes[0]!.height}` : `of ${differentSizes} sizes`;
  return {
    dataset: { ...dataset, name: path, origin: "a folder of images", split },
    kind: "images",
    understood: [
      `${path}: ${counted(understanding.images, "image")} in ${counted(understanding.classes.length, "class").replace("classs", "classes")}, ` +
        `${inSizes}, ` +
        `as ${width} × ${height} in ${channels === 1 ? "grey" : "colours"}`,
    ],
    warnings: [...understanding.warnings, ...warnings],
  };
}

async function openArrayImages(path: string, settings: DataSettings): Promise<OpenedData> {
  const { openIdxPair } = await import("../data/idxDataset.ts");
  const allowed = ["target"];
  refuse(
    settings,
    [...ofTablesAlone.filter((name) => !allowed.includes(name)), "size"],
    `${path} is an array of images`,
  );
  const { samples, shape, features, classNames, format } = await openIdxPair(path, settings.target?.[0]);
  const named = {
    name: path,
    origin: `${format} images`,
    shape,
    features,
    classNames,
    classes: classNames.length,
  };
  const dataset: UntestedDataset = { ...named, training: samples };
  const { split, warnings } = splitOf(path, dataset, settings);
  const { test } = settings;
  return {
    dataset: {
      ...{ ...dataset, split },
      test: test === undefined ? undefined : (await openIdxPair(test, undefined, { classNames })).samples,
    },
    ...{ kind: "images", understood: [], warnings },
  };
}

/** The split of images: as their folders divide them, or at random, each class with its share. */
function splitOf(
  name: string,
  { training, split }: UntestedDataset,
  { validation, limit, seed }: DataSettings,
): Required<Pick<UntestedDataset, "split">> & { readonly warnings: readonly string[] } {
  if (split !== undefined) {
    const train = limit === undefined ? split.train : split.train.subarray(0, limit);
    return { split: { ...split, train }, warnings: [] };
  }
  const {
    train,
    validation: held,
    warnings,
  } = splitOwn(training.count, {
    ...{ name, validation, limit, seed, classes: classesOf(training) },
  });
  return { split: { train, validation: held }, warnings };
}

const classesOf = (samples: Samples): ArrayLike<unknown> | undefined => samples.labels?.();
