/** What is done to the inputs of a training of the command line before they are features. */
import type { UntestedDataset } from "../data/dataset.ts";
import { validationCount } from "../data/split.ts";
import { ConfigError } from "../errors.ts";
import type { TrainSettings } from "../settings/settings.ts";

/** What is asked of a data set here. */
type Preprocessed = Pick<UntestedDataset, "name" | "preprocessing">;

/** Whether the samples were made of a table's columns, by a preprocessing that has brought them to scale. */
export const isTable = ({ preprocessing }: Pick<UntestedDataset, "preprocessing">): boolean =>
  (preprocessing as { readonly kind?: unknown } | undefined)?.kind === "table";

/** Whether a training brings the inputs to scale itself. */
export const standardizesInputs = ({ standardize }: TrainSettings, data: Preprocessed): boolean =>
  standardize === "feature" && !isTable(data);

/** How many samples are trained on. */
export function trainedOn(
  { training, split }: Pick<UntestedDataset, "training" | "split">,
  { validation, limit }: Pick<TrainSettings, "validation" | "limit">,
): number {
  if (split !== undefined) return split.train.length;
  const rest = training.count - validationCount(validation, training.count);
  return Math.min(limit ?? Number.POSITIVE_INFINITY, rest);
}

/**
 * @param named how errors write the name of a setting
 * @throws ConfigError if inputs are to be brought to scale in a way that their data set has not
 */
export function checkStandardize(
  { standardize }: TrainSettings,
  data: Preprocessed,
  named: (key: "standardize") => string,
): void {
  if (standardize !== "robust" || isTable(data)) return;
  throw new ConfigError(
    `${named("standardize")} robust is for the columns of a table, and ${data.name} is none. There are: feature, none.`,
  );
}
