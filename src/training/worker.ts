/** What runs in a worker: trainings one after another, on the samples that lie in the shared memory. */
import type { MessagePort } from "node:worker_threads";
import { Tinypool } from "tinypool";
import { type SimdWidth, setSimdWidth, sharedBackend } from "../backend/index.ts";
import { splitDataset } from "../data/split.ts";
import type { SamplesSplit } from "../data/splitSamples.ts";
import { splitOptions, type TrainSettings } from "../settings/settings.ts";
import type { Reply, TrainingJob, TrainingOutcome } from "./job.ts";
import { openPlacedDataset, type PlacedDataset } from "./placedDataset.ts";
import { runJob } from "./runJob.ts";

const placed = Tinypool.workerData as PlacedDataset & { readonly simdWidth: SimdWidth };
setSimdWidth(placed.simdWidth);
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

async function train(job: TrainingJob, port: MessagePort): Promise<TrainingOutcome> {
  // The model of the job before is not needed any more.
  backend.reset();
  return await runJob(job, dataset, {
    ...{ split: () => splitFor(job.settings), backend },
    onEpoch: (row) => port.postMessage(row),
  });
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
