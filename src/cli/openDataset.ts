/** Opens the data set that a command works on. */
import { stat } from "node:fs/promises";
import type { Dataset } from "../data/dataset.ts";
import { datasetChoices, datasets, defaultDataset } from "../data/index.ts";
import type { DatasetKind, DatasetRequest } from "../data/kind.ts";
import { dataFolders } from "../data/locations.ts";
import { ConfigError, choose, DatasetError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import { megabytes } from "../format/numbers.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./text.ts";

/** The command that gets a data set, if there is one. */
export const fetching = (name: string, { files }: DatasetKind): string | undefined =>
  files?.published && `nnwasm data fetch ${name}`;

export interface OpenedDataset {
  readonly dataset: Dataset;
  /** Why it is not the data set that the user may expect. */
  readonly notice: string | undefined;
}

/**
 * The data set that `name` says: one of the registry's, or a folder that holds one. Without a name it is the registry's
 * default if that is found, else the one that this falls back to, with a notice.
 * @throws DatasetError if it is not there or damaged; ConfigError if there is no such data set
 */
export async function openDataset(
  context: CliContext,
  name: string | undefined,
  seed: number,
): Promise<OpenedDataset> {
  const request = { folders: dataFolders(context.env, context.home), seed };
  if (name === undefined) return await openDefault(context, request);
  if (Object.hasOwn(datasets, name)) return await openNamed(context, name, request);
  const choices = datasetChoices();
  const what = await kindOf(name, `--data ${name}`);
  if (what === "a folder") return { dataset: await openFolder(name), notice: undefined };
  if (what !== undefined) throw new DatasetError(`--data ${name} is ${what}. Give one of: ${choices}.`);
  if (/^[a-z0-9_-]+$/i.test(name)) throw new ConfigError(`No data set "${name}". There are: ${choices}.`);
  throw new DatasetError(`--data ${name}: there is no such folder. Give one of: ${choices}.`);
}

async function openDefault(context: CliContext, request: DatasetRequest): Promise<OpenedDataset> {
  const { env } = context;
  const { name, fallback } = defaultDataset();
  if (fallback === undefined) return await openNamed(context, name, request);
  const kind = datasets[name]!;
  const found = await kind.find(request);
  const problem = await dataFolderProblem(env);
  if (problem !== undefined) warn(context, problem);
  if (found !== undefined) return { dataset: found, notice: undefined };
  const title = kind.files?.title ?? name;
  if (env.NNWASM_DATA && problem === undefined) {
    warn(context, `NNWASM_DATA=${env.NNWASM_DATA}: there is no ${title} in it.`);
  }
  const command = fetching(name, kind);
  const size = megabytes(kind.files?.published?.bytes ?? 0);
  const how = command === undefined ? "" : ` (${command} gets it, ${size} MB)`;
  return {
    dataset: (await choose("data set", datasets, fallback).find(request))!,
    notice: `${title} is not here${how}: training on the ${fallback} data set instead.`,
  };
}

async function openNamed(context: CliContext, name: string, request: DatasetRequest): Promise<OpenedDataset> {
  const kind = datasets[name]!;
  const dataset = await kind.find(request);
  const problem = kind.files === undefined ? undefined : await dataFolderProblem(context.env);
  if (dataset !== undefined) {
    if (problem !== undefined) warn(context, problem);
    return { dataset, notice: undefined };
  }
  const command = fetching(name, kind);
  throw new DatasetError(
    [
      `--data ${name}: it is not in ${request.folders.join(" or ")}.`,
      ...(problem === undefined ? [] : [problem]),
      ...(command === undefined ? [] : [`To fetch it: ${command}`]),
    ].join(" "),
  );
}

/** The data sets that lie in files. */
const kindsInFiles = () =>
  Object.entries(datasets).flatMap(([name, kind]) =>
    kind.files === undefined ? [] : [{ files: kind.files, command: fetching(name, kind) }],
  );

/** The data set of the registry that is in a folder, or in one of its folders; undefined if none is. */
export async function findIn(folder: string): Promise<Dataset | undefined> {
  for (const { files } of kindsInFiles()) {
    const found = await files.locate([folder]);
    if (found !== undefined) return await files.open(found);
  }
  return undefined;
}

/** The data set in a folder, or in one of its folders that is named as the data set is. @throws DatasetError if it holds none */
async function openFolder(folder: string): Promise<Dataset> {
  const found = await findIn(folder);
  if (found !== undefined) return found;
  const kinds = kindsInFiles();
  const titles = kinds.map(({ files }) => files.title).join(" or ");
  const commands = kinds.flatMap(({ command }) => command ?? []).join(" or ");
  throw new DatasetError(
    `--data ${folder}: there is no ${titles} in it. Give the folder that holds the files, or run: ${commands}`,
  );
}

/** What is wrong with NNWASM_DATA, if it is set. A command must not train on something else because of a typing error. */
export async function dataFolderProblem({ NNWASM_DATA }: CliContext["env"]): Promise<string | undefined> {
  if (!NNWASM_DATA) return undefined;
  const what = await kindOf(NNWASM_DATA, `NNWASM_DATA=${NNWASM_DATA}`);
  if (what === "a folder") return undefined;
  return what === undefined
    ? `NNWASM_DATA=${NNWASM_DATA}: there is no such folder.`
    : `NNWASM_DATA=${NNWASM_DATA} is ${what}, expected a folder of data sets.`;
}

/** Writes a warning, even if the command is to be quiet. */
export function warn({ stderr }: CliContext, text: string): void {
  stderr.write(`${printable(text)}\n`);
}

/** What is at the path; undefined if nothing is. @throws FileError if the system does not say */
export async function kindOf(path: string, where: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "a folder" : stats.isFile() ? "a file" : "a device or a pipe";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError(where, "read", error);
  }
}
