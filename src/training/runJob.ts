/** Does the training that a job asks for: in a worker, or where there are none. What it gives depends on job and data alone. */
import type { Backend } from "../backend/backend.ts";
import type { UntestedDataset } from "../data/dataset.ts";
import type { SamplesSplit } from "../data/splitSamples.ts";
import { Best } from "../model/callbacks/bestWeights.ts";
import type { TrainingContext } from "../model/callbacks/callback.ts";
import type { EpochRow } from "../model/history.ts";
import type { NamedTensor } from "../model/safetensors.ts";
import type { Signal } from "../platform.ts";
import { resolveSettings } from "../settings/settings.ts";
import { buildModel } from "./build.ts";
import { standardizesInputs } from "./inputs.ts";
import type { BestEpoch, Snapshot, TrainingJob, TrainingOutcome } from "./job.ts";
import { classWeightFor } from "./loss.ts";

export interface RunJobOptions {
  /** Splits the samples as the settings say, where the job has no rows of its own. */
  readonly split: () => SamplesSplit;
  /** What it computes on. Default: the settings' engine. */
  readonly backend?: Backend | undefined;
  readonly onEpoch?: ((row: EpochRow) => void) | undefined;
  /** Ends it after the step under way, with its reason. */
  readonly signal?: Signal | undefined;
}

/** @throws TrainingError if it diverges; the signal's reason */
export async function runJob(
  { settings, rows: own, from, to, snapshots = [] }: TrainingJob,
  dataset: UntestedDataset,
  { split, backend, onEpoch, signal }: RunJobOptions,
): Promise<TrainingOutcome> {
  const { training } = dataset;
  const { train, validation, test } =
    own === undefined
      ? split()
      : { train: training.select(own.train), validation: training.select(own.validation), test: undefined };
  const resolved = resolveSettings(settings, dataset.name, train.count);
  const model = await buildModel(
    resolved,
    dataset,
    backend !== undefined && resolved.engine === backend.name ? backend : resolved.engine,
  );
  if (from !== undefined) {
    await model.build(dataset.features, train.elementType);
    await model.load(from.tensors, "the part before");
  }
  const epochs = Math.min(to ?? resolved.epochs, resolved.epochs);
  const best = resolved.keep === "best" && validation !== undefined ? new Best() : undefined;
  if (from?.best !== undefined) best?.restore("the part before", from.best, from.best.tensors);
  const kept: { epoch: number; tensors: readonly NamedTensor[] }[] = [];
  const keeper = {
    name: "snapshots",
    onEpoch: (row: EpochRow, training: TrainingContext) => {
      const { epoch } = row;
      if (snapshots.includes(epoch)) kept.push({ epoch, tensors: training.tensors() });
      best?.hear(row.validation!.loss, "less", row, training);
    },
  };
  const { rows, steps, trainSeconds, seconds, interrupted } = await model.fit(train, {
    epochs,
    initialEpoch: from?.epoch ?? 0,
    batchSize: resolved.batch,
    validation,
    classWeight: classWeightFor(resolved, dataset, train),
    shuffle: resolved.shuffle,
    standardize: standardizesInputs(resolved, dataset),
    trainingMetrics: resolved.trainingMetrics,
    ...((snapshots.length > 0 || best !== undefined) && { callbacks: [keeper] }),
    ...(signal !== undefined && { signal }),
    ...(onEpoch !== undefined && { onEpoch }),
  });
  if (interrupted) throw signal!.reason;
  const tensors = model.tensors();
  const bestEpoch = bestOf(best);
  if (epochs === resolved.epochs && bestEpoch !== undefined) {
    await model.load(bestEpoch.tensors, `epoch ${bestEpoch.epoch}`);
  }
  const end =
    epochs < resolved.epochs
      ? undefined
      : { test: test && (await model.evaluate(test)), weightsSha256: await model.weightsSha256() };
  const answered: Snapshot[] = [];
  for (const { epoch, tensors } of kept) {
    await model.load(tensors, `epoch ${epoch}`);
    answered.push({ epoch, tensors, outputs: await model.predict(validation!) });
  }
  if (backend === undefined) await model.close();
  return { rows, steps, trainSeconds, seconds, tensors, snapshots: answered, best: bestEpoch, end };
}

function bestOf(best: Best | undefined): BestEpoch | undefined {
  const { epoch, value } = best ?? {};
  return epoch === undefined ? undefined : { epoch, value: value!, tensors: best!.state().tensors };
}
