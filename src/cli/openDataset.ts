/** Which data set a command works on. */
import { stat } from "node:fs/promises";
import { cifar10 } from "../data/cifar10.ts";
import type { Dataset } from "../data/dataset.ts";
import { datasets } from "../data/index.ts";
import { dataFolders } from "../data/locations.ts";
import { ConfigError, DatasetError } from "../errors.ts";
import type { CliContext } from "./context.ts";

const FETCH = "nnwasm data fetch cifar10";

/**
 * The data set that `name` says: one of the registry's, or a folder that holds CIFAR-10. Without a name: CIFAR-10 if it
 * is found, else the synthetic one, with a notice.
 * @throws DatasetError if it is not there or damaged; ConfigError if there is no such data set
 */
export async function openDataset(
  { env, home }: CliContext,
  name: string | undefined,
  seed: number,
): Promise<{ dataset: Dataset; notice: string | undefined }> {
  const request = { folders: dataFolders(env, home), seed };
  if (name === undefined) {
    const found = await datasets.cifar10!(request);
    if (found !== undefined) return { dataset: found, notice: undefined };
    return {
      dataset: (await datasets.synthetic!(request))!,
      notice: `CIFAR-10 is not here (${FETCH} gets it, 170 MB): training on the synthetic data set instead.`,
    };
  }
  if (Object.hasOwn(datasets, name)) {
    const dataset = await datasets[name]!(request);
    if (dataset !== undefined) return { dataset, notice: undefined };
    throw new DatasetError(
      `--data ${name}: it is not in ${request.folders.join(" or ")}. To fetch it: ${FETCH}`,
    );
  }
  const isFolder = await stat(name).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (isFolder) return { dataset: await cifar10(name), notice: undefined };
  const choices = `${Object.keys(datasets).join(", ")}, or a folder that holds CIFAR-10`;
  if (/^[a-z0-9_-]+$/i.test(name)) throw new ConfigError(`No data set "${name}". There are: ${choices}.`);
  throw new DatasetError(`--data ${name}: there is no such folder. Give one of: ${choices}.`);
}
