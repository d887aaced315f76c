/** From a source and settings to data and a plan, and how these are told to the page. */
import { datasets } from "../../data/index.ts";
import { choose, DatasetError } from "../../errors.ts";
import { batchSizes } from "../../model/batches.ts";
import { countParameters } from "../../model/summary.ts";
import type { OpenedData } from "../../runs/data/opened.ts";
import type { TrainingPlan } from "../../runs/train.ts";
import { shellWord, trainCommandLine } from "../../settings/commandLine.ts";
import type { TrainSettings } from "../../settings/settings.ts";
import { targetsOf } from "../../targets.ts";
import type { Given, Prepared, Source } from "./api.ts";

/** The settings on which data of one's own depend as they are opened. */
const OF_DATA = [
  ...["target", "task", "drop", "numeric", "categorical", "weight", "group", "time", "missing", "format"],
  ...["delimiter", "decimal", "dates", "header", "encoding", "size", "validation", "limit", "seed"],
  ...["standardize", "members", "cv", "preset", "patience", "monitor", "keep", "init"],
] as const;

/** What tells data from others. */
export function keyOf(source: Source, given: Given): string {
  if (source.kind === "named") return JSON.stringify([source.name, given.seed]);
  const files = source.files.map(({ path, file }) => [
    path,
    file.size,
    (file as { readonly lastModified?: number }).lastModified,
  ]);
  return JSON.stringify([files, OF_DATA.map((name) => given[name as keyof Given] ?? null)]);
}

/** @throws DatasetError if the data are not there, or damaged; ConfigError if a setting is not for such data */
export async function openSource(
  source: Source,
  given: Given,
  onShare: (share: number) => void,
): Promise<OpenedData> {
  if (source.kind === "files") {
    const { openDropped } = await import("../../runs/data/dropped.ts");
    return await openDropped(source.files, given, { onProgress: onShare });
  }
  const { name } = source;
  const { find, files } = choose("data set", datasets, name);
  const dataset = files === undefined ? await find({ folders: [], seed: given.seed ?? 1 }) : undefined;
  if (dataset === undefined) {
    throw new DatasetError(`${files?.title ?? name} is not part of the page. Drop its files here.`);
  }
  return { dataset, kind: "named", understood: [], warnings: [] };
}

export function preparedOf(
  { dataset, settings, split, summary, model }: TrainingPlan,
  { kind, understood, warnings }: OpenedData,
  source: Source,
  given: Given,
): Prepared {
  const { name, shape, features, classNames } = dataset;
  return {
    ...{ name, kind, shape, features, classNames, understood, warnings },
    targets: targetsOf(dataset).kind,
    counts: {
      train: split.train.count,
      validation: split.validation?.count ?? 0,
      test: split.test?.count ?? 0,
    },
    layers: summary.map(({ name, inputs, outputs, parameters }) => ({ name, inputs, outputs, parameters })),
    parameters: countParameters(summary),
    epochs: settings.epochs,
    stepsPerEpoch: batchSizes(split.train.count, settings.batch, model.minimumBatch).length,
    settings,
    command: commandOf(source, name, given),
  };
}

/** The command that trains the same, where the user's files are in the current folder. */
function commandOf(source: Source, dataset: string, given: Given): string {
  const { data: _, ...others } = given;
  const words = trainCommandLine(others as TrainSettings)
    .split(" ")
    .slice(2);
  return ["npx nnwasm train", source.kind === "named" ? source.name : shellWord(dataset), ...words].join(" ");
}
