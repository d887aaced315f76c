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

/**
 * The labels with rows that count by their classes, too, as a training does that weighs classes.
 * @param classWeight "balanced", by the classes of `rows`; or the weights of some classes, others weighing 1
 * @param rows the numbers of the rows that are trained on
 */
export function weighClasses(
  labels: CombineOptions,
  classWeight: "balanced" | Readonly<Record<string, number>> | undefined,
  { rows, classNames }: { readonly rows: Uint32Array; readonly classNames: readonly string[] },
): CombineOptions {
  const { kind, width, targets, weights } = labels;
  if (kind !== "classes" || classWeight === undefined) return labels;
  const table = new Float64Array(width).fill(1);
  if (classWeight === "balanced") {
    const counts = new Uint32Array(width);
    for (const row of rows) counts[targets[row]!]!++;
    const present = counts.filter((count) => count > 0).length;
    counts.forEach((count, i) => {
      if (count > 0) table[i] = rows.length / (present * count);
    });
  } else {
    for (const [name, weight] of Object.entries(classWeight)) table[classNames.indexOf(name)] = weight;
  }
  const weighed = Float64Array.from(
    { length: targets.length },
    (_, row) => (weights?.[row] ?? 1) * table[targets[row]!]!,
  );
  return { ...labels, weights: weighed };
}
