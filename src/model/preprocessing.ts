/** What a model's file says was done to its inputs: opened, and held against the model. */
import { ConfigError } from "../errors.ts";
import {
  type ImagePreprocessing,
  imageFeatures,
  isOfImages,
  openImagePreprocessing,
} from "../images/preprocessing.ts";
import { openPreprocessing } from "../preprocessing/open.ts";
import type { TablePreprocessing } from "../preprocessing/preprocessing.ts";

/** What is done to inputs before they are features: to the columns of a table, or to images. */
export type ModelPreprocessing = TablePreprocessing | ImagePreprocessing;

/** The sizes that a preprocessing and a model must have in common. */
export interface ModelSizes {
  readonly features: number;
  readonly outputs: number;
}

const isTable = (preprocessing: ModelPreprocessing): preprocessing is TablePreprocessing =>
  preprocessing.kind === "table";

/** The preprocessing of tables, if a model has one. */
export const tablePreprocessing = (
  preprocessing: ModelPreprocessing | undefined,
): TablePreprocessing | undefined =>
  preprocessing !== undefined && isTable(preprocessing) ? preprocessing : undefined;

/** Whether it is of images. */
export const isImages = (
  preprocessing: ModelPreprocessing | undefined,
): preprocessing is ImagePreprocessing => preprocessing !== undefined && !isTable(preprocessing);

/** As it stands in the model's file. */
export const describePreprocessing = (preprocessing: ModelPreprocessing): object =>
  isTable(preprocessing) ? preprocessing.describe() : preprocessing;

/**
 * Opens the preprocessing of a model.
 * @param description parsed from JSON: it may be anything; or a preprocessing of tables
 * @param where its place, for errors
 * @throws ConfigError if it is none, or makes other features, or other answers, than the model takes and gives
 */
export function modelPreprocessing(
  description: unknown,
  { features, outputs }: ModelSizes,
  where: string,
): ModelPreprocessing {
  const made = opened(description, where);
  const [given, width] = isTable(made)
    ? [made.features, made.target.classNames?.length ?? made.target.columns.length]
    : [imageFeatures(made), undefined];
  if (given !== features)
    throw new ConfigError(`${where} makes ${given} features, the model takes ${features}.`);
  if (width === undefined || !isTable(made)) return made;
  const isRight = made.target.kind === "classes" ? width <= outputs : width === outputs;
  if (isRight) return made;
  throw new ConfigError(`${where} has ${width} ${made.target.kind}, the model has ${outputs} outputs.`);
}

function opened(description: unknown, where: string): ModelPreprocessing {
  if (isOfImages(description)) return openImagePreprocessing(description, where);
  const { kind, describe } = (description ?? {}) as Partial<TablePreprocessing>;
  const isOpen = kind === "table" && typeof describe === "function";
  return isOpen ? (description as TablePreprocessing) : openPreprocessing(description, where);
}
