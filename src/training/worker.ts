/** What runs in a worker: trainings one after another, on the samples that lie in the shared memory. */
import type { MessagePort } from "node:worker_threads";
import { Tinypool } from "tinypool";
import { sharedBackend } from "../backend/index.ts";
import { splitDataset } from "../data/split.ts";
import type { SamplesSplit } from "../data/splitSamples.ts";
import { resolveSettings, splitOptions, type TrainSettings } from "../settings/settings.ts";
import { buildModel } from "./build.ts";
import { standardizesInputs } from "./inputs.ts";
import type { Reply, TrainingJob, TrainingOutcome } from "./job.ts";
import { classWeightFor } from "./loss.ts";
import { openPlacedDataset, type PlacedDataset } from "./placedDataset.ts";

const placed = Tinypool.workerData as PlacedDataset;
const dataset = openPlacedDataset(placed);
const backend = sharedBackend(placed.memory);
const splits = new Map<string, SamplesSplit>();

/** The split for the settings. It is kept, as making its permutation takes time. */
function splitFor(settings: TrainSettings): SamplesSplit {
  const { seed, validation, limit } = settings;
  const key = `${seed} ${validation} ${limit}`;
  let split = splits.get(key);
  if (split === undefined) {
    split = splitDataset(dataset, splitOptions(settings));
    splits.set(key, split);
  }
  return split;
}

async function train({ settings, from, to }: TrainingJob, port: MessagePort): Promise<TrainingOutcome> {
  const { train, validation, test } = splitFor(settings);
  const resolved = resolveSettings(settings, dataset.name, train.count);
  // The model of the job before is not needed any more.
  backend.reset();
  const model = await buildModel(
    resolved,
    dataset,
    resolved.engine === backend.name ? backend : resolved.engine,
  );
  if (from !== undefined) {
    await model.build(dataset.features, train.elementType);
    await model.load(from.tensors, "the part before");
  }
  const epochs = Math.min(to ?? resolved.epochs, resolved.epochs);
  const { rows, steps, trainSeconds, seconds } = await model.fit(train, {
    epochs,
    initialEpoch: from?.epoch ?? 0,
    batchSize: resolved.batch,
    validation,
    classWeight: classWeightFor(resolved, dataset, train),
    shuffle: resolved.shuffle,
    standardize: standardizesInputs(resolved, dataset),
    trainingMetrics: resolved.trainingMetrics,
    onEpoch: (row) => port.postMessage(row),
  });
  const end =
    epochs < resolved.epochs
      ? undefined
      : { test: test && (await model.evaluate(test)), weightsSha256: await model.weightsSha256() };
  return { rows, steps, trainSeconds, seconds, tensors: model.tensors(), end };
}

/** @param port gets a row after every epoch */
export default async function run({ job, port }: { job: TrainingJob; port: MessagePort }): Promise<Reply> {
  try {
    return { outcome: await train(job, port) };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: { name, message } };
  } finally {
    port.close();
  }
}
