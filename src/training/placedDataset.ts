/** A data set in one shared memory, and what another thread must know to see it there. */
import { createSharedMemory } from "../backend/index.ts";
import type { Samples, UntestedDataset } from "../data/dataset.ts";
import { readSamples } from "../data/reading.ts";
import { type ResidentLayout, residentBytes, residentSamples } from "../data/resident.ts";

/** All of a data set but the samples. A worker gets this as a message, together with the memory. */
export interface DatasetDescription extends Omit<UntestedDataset, "training" | "test"> {
  readonly training: ResidentLayout;
  readonly test: ResidentLayout | undefined;
}

export interface PlacedDataset {
  readonly memory: WebAssembly.Memory;
  readonly description: DatasetDescription;
}

/**
 * Reads a data set into a shared memory of its own, once for all trainings.
 * @param onRead called with the number of samples that are there
 * @throws DatasetError if it is damaged; MemoryError if it does not fit
 */
export async function placeDataset(
  dataset: UntestedDataset,
  {
    onRead,
    signal,
  }: { onRead?: (done: number, total: number) => void; signal?: AbortSignal | undefined } = {},
): Promise<PlacedDataset> {
  const layoutOf = (samples: Samples, base: number): ResidentLayout => {
    const { count, features, classes, elementType, targets, weighted, classNames } = samples;
    return { base, count, features, classes, elementType, targets, weighted, classNames };
  };
  const { training, test, ...facts } = dataset;
  const bytes = residentBytes(layoutOf(training, 0));
  const testBytes = test === undefined ? 0 : residentBytes(layoutOf(test, 0));
  const { memory, base } = createSharedMemory(bytes + testBytes);
  const layouts = { training: layoutOf(training, base), test: test && layoutOf(test, base + bytes) };
  const total = training.count + (test?.count ?? 0);
  let before = 0;
  for (const [samples, layout] of [
    [training, layouts.training],
    [test, layouts.test],
  ] as const) {
    if (samples === undefined || layout === undefined) continue;
    const { values, labels, weights } = residentSamples(memory, layout).residence!;
    const onProgress = (done: number) => onRead?.(before + done, total);
    const target = { values: values.data, labels: labels.data, weights: weights?.data };
    const where = `${dataset.name}, ${samples === training ? "training" : "test"}`;
    await readSamples(where, samples, target, { onProgress, ...(signal && { signal }) });
    before += samples.count;
  }
  return { memory, description: { ...facts, ...layouts } };
}

/** The data set whose samples lie in the memory. */
export function openPlacedDataset({ memory, description }: PlacedDataset): UntestedDataset {
  const { training, test, ...facts } = description;
  return {
    ...facts,
    training: residentSamples(memory, training),
    test: test && residentSamples(memory, test),
  };
}
