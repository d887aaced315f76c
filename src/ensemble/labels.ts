/** What the rows of an ensemble are to be predicted as. */
import type { Samples } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import { newSampleValues } from "../data/values.ts";
import { labellingOf, newTargets } from "../targets.ts";
import type { CombineOptions } from "./members.ts";

/** Targets and weights of samples, which are read for them. @throws DatasetError if they are damaged */
export async function labelsOf(samples: Samples): Promise<CombineOptions> {
  const labelling = labellingOf(samples);
  const { count, features, elementType } = samples;
  const targets = newTargets(count, labelling, "float64");
  const weights = labelling.weighted ? new Float64Array(count) : undefined;
  const values = newSampleValues(elementType, count * features);
  await readSamples("train", samples, { values, labels: targets, weights });
  const { kind, width, classes } = labelling;
  return { kind, width: kind === "classes" ? classes : width, targets, weights };
}
