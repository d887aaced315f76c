/** Samples on their way to another thread: read into arrays here, samples again there. */

import { samplesFromArrays } from "../data/arrays.ts";
import type { Samples } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import { newSampleValues } from "../data/values.ts";
import type { Signal } from "../platform.ts";
import { labellingOf, newTargets } from "../targets.ts";
import type { SentSamples } from "./protocol.ts";

/**
 * Reads samples into arrays of their own.
 * @throws DatasetError if what is read is damaged; the signal's reason
 */
export async function toSent(
  where: string,
  samples: Samples,
  options: {
    readonly signal?: Signal | undefined;
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  },
): Promise<SentSamples> {
  const { count, features, classes, elementType, targets, classNames } = samples;
  const labelling = labellingOf(samples);
  const values = newSampleValues(elementType, count * features);
  const labels = newTargets(count, labelling, "float64");
  const weights = labelling.weighted ? new Float64Array(count) : undefined;
  const { signal, onProgress } = options;
  await readSamples(
    where,
    samples,
    { values, labels, weights },
    {
      ...(signal !== undefined && { signal }),
      ...(onProgress !== undefined && { onProgress }),
    },
  );
  return { values, labels, weights, features, classes, targets, classNames } as SentSamples;
}

/** The samples that {@link toSent} has read: with the same numbers, targets and weights. */
export function fromSent(sent: SentSamples): Samples {
  const { values, labels, weights, features, classes, targets, classNames } = sent;
  const shared = { values, features, ...(weights !== undefined && { weights }) };
  const { kind, width: outputs } = targets ?? { kind: "classes", width: 1 };
  const samples = samplesFromArrays({
    ...shared,
    ...(kind === "numbers" && { numbers: labels, outputs }),
    ...(kind === "flags" && { flags: labels, outputs }),
    ...(kind === "classes" && { labels, classes }),
  });
  return classNames === undefined ? samples : withNames(samples, classNames);
}

/** With names of classes, of which a caller's own samples may have fewer than classes. */
function withNames(samples: Samples, classNames: readonly string[]): Samples {
  const { count, features, classes, elementType, targets, weighted } = samples;
  return {
    ...{ count, features, classes, elementType, targets, weighted, classNames },
    read: (target, options) => samples.read(target, options),
    labels: () => samples.labels!(),
    select: (rows) => withNames(samples.select(rows), classNames),
  };
}
