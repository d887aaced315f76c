/** Which data set a command works on. */
import { stat } from "node:fs/promises";
import { cifar10 } from "../data/cifar10.ts";
import type { Dataset } from "../data/dataset.ts";
import { datasets } from "../data/index.ts";
import { dataFolders } from "../data/locations.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import { fileError } from "../files/errors.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./text.ts";

const FETCH = "nnwasm data fetch cifar10";

/**
 * The data set that `name` says: one of the registry's, or a folder that holds CIFAR-10. Without a name: CIFAR-10 if it
 * is found, else the synthetic one, with a notice.
 * @throws DatasetError if it is not there or damaged; ConfigError if there is no such data set
 */
export async function openDataset(
  context: CliContext,
  name: string | undefined,
  seed: number,
): Promise<{ dataset: Dataset; notice: string | undefined }> {
  const { env, home } = context;
  const request = { folders: dataFolders(env, home), seed };
  if (name === undefined) {
    const found = await datasets.cifar10!(request);
    const problem = await dataFolderProblem(env);
    if (problem !== undefined) warn(context, problem);
    if (found !== undefined) return { dataset: found, notice: undefined };
    if (env.NNWASM_DATA && problem === undefined) {
      warn(context, `NNWASM_DATA=${env.NNWASM_DATA}: there is no CIFAR-10 in it.`);
    }
    return {
      dataset: (await datasets.synthetic!(request))!,
      notice: `CIFAR-10 is not here (${FETCH} gets it, 170 MB): training on the synthetic data set instead.`,
    };
  }
  if (Object.hasOwn(datasets, name)) {
    const dataset = await datasets[name]!(request);
    const problem = name === "synthetic" ? undefined : await dataFolderProblem(env);
    if (dataset !== undefined) {
      if (problem !== undefined) warn(context, problem);
      return { dataset, notice: undefined };
    }
    throw new DatasetError(
      `--data ${name}: it is not in ${request.folders.join(" or ")}. ${problem === undefined ? "" : `${problem} `}To fetch it: ${FETCH}`,
    );
  }
  const choices = `${Object.keys(datasets).join(", ")}, or a folder that holds CIFAR-10`;
  const what = await kindOf(name, `--data ${name}`);
  if (what === "a folder") return { dataset: await cifar10(name), notice: undefined };
  if (what !== undefined) throw new DatasetError(`--data ${name} is ${what}. Give one of: ${choices}.`);
  if (/^[a-z0-9_-]+$/i.test(name)) throw new ConfigError(`No data set "${name}". There are: ${choices}.`);
  throw new DatasetError(`--data ${name}: there is no such folder. Give one of: ${choices}.`);
}

/** What is wrong with NNWASM_DATA, if it is set: a name that was mistyped must not train on something else in silence. */
export async function dataFolderProblem({ NNWASM_DATA }: CliContext["env"]): Promise<string | undefined> {
  if (!NNWASM_DATA) return undefined;
  const what = await kindOf(NNWASM_DATA, `NNWASM_DATA=${NNWASM_DATA}`);
  if (what === "a folder") return undefined;
  return what === undefined
    ? `NNWASM_DATA=${NNWASM_DATA}: there is no such folder.`
    : `NNWASM_DATA=${NNWASM_DATA} is ${what}, expected a folder of data sets.`;
}

/** Says it whether or not the command is to be quiet. */
export function warn({ stderr }: CliContext, text: string): void {
  stderr.write(`${printable(text)}\n`);
}

/** What is there; undefined for nothing. @throws FileError if the system does not say */
async function kindOf(path: string, where: string): Promise<string | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "a folder" : stats.isFile() ? "a file" : "a device or a pipe";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw fileError(where, "read", error);
  }
}
