/** How long an ensemble's training will take, to be told before it begins. Nothing else follows from it. */
import { buildModel } from "../training/build.ts";
import { classWeightFor } from "../training/loss.ts";
import type { Candidate, EnsemblePlan } from "./ensemble.ts";

/** What is expected of a training, for people. */
export interface Expected {
  readonly seconds: number;
  /** Members that are trained at once. */
  readonly workers: number;
}

/** How long a candidate is tried. */
const MILLISECONDS = 100;

/** Updates of an epoch that are tried: of larger data a part. */
const UPDATES = 16;

/**
 * Seconds that the members that are left will take, by a glance at each candidate.
 * @param done numbers of the members that are trained already
 * @param workers members that are trained at once
 */
export async function expectedSeconds(
  plan: EnsemblePlan,
  { done, workers }: { readonly done: readonly number[]; readonly workers: number },
): Promise<number> {
  let seconds = 0;
  for (const [k, candidate] of plan.candidates.entries()) {
    const left = plan.members.filter((member) => member.candidate === k && !done.includes(member.number));
    if (left.length === 0 || candidate.isConstant) continue;
    seconds += left.length * candidate.epochs * (await secondsPerEpoch(plan, candidate, left[0]!.rows));
  }
  return seconds / workers;
}

/** Measured on a part of the rows. */
async function secondsPerEpoch(
  { dataset }: EnsemblePlan,
  { settings }: Candidate,
  { train, validation }: { readonly train: Uint32Array; readonly validation: Uint32Array },
): Promise<number> {
  const rows = Math.min(train.length, UPDATES * settings.batch);
  const held = Math.max(1, Math.round((validation.length * rows) / train.length));
  const model = await buildModel(settings, dataset);
  const samples = dataset.training.select(train.subarray(0, rows));
  const stop = new AbortController();
  let begin = 0;
  let epochs = 0;
  let end = 0;
  await model.fit(samples, {
    ...{ epochs: settings.epochs, batchSize: settings.batch, standardize: false, signal: stop.signal },
    classWeight: classWeightFor(settings, dataset, samples),
    validation: dataset.training.select(validation.subarray(0, held)),
    trainingMetrics: settings.trainingMetrics,
    onEpoch: () => {
      end = performance.now();
      // The first epoch makes everything ready.
      if (begin === 0) begin = end;
      else epochs++;
      if (end - begin > MILLISECONDS) stop.abort();
    },
  });
  await model.close();
  return epochs === 0 ? 0 : ((end - begin) / 1000 / epochs) * (train.length / rows);
}
