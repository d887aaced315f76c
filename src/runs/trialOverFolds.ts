/**
 * A trial that is measured by cross-validation: its network is trained once for each fold of the rows, as `train --cv` does, and
 * what these networks answer for the rows that they were not trained on decides its value. Few rows held out once would leave the
 * choice to chance.
 */
import type { EpochRow } from "../model/history.ts";
import { applyParams } from "../settings/space.ts";
import type { Pool, Snapshot, TrainingJob, TrainingOutcome } from "../training/job.ts";
import { objectiveOf, requireFinite } from "../training/objective.ts";
import type { Trial } from "../tuner/runningTrial.ts";
import { assemble, planEnsemble, settingsOf } from "./ensemble.ts";
import type { SearchPlan } from "./search.ts";

/** A training of a trial, as far as it has come. */
interface Progress {
  from: TrainingJob["from"];
  readonly rows: EpochRow[];
  readonly snapshots: Snapshot[];
  steps: number;
  trainSeconds: number;
}

export interface FoldsOptions {
  /** The first epoch after this one on which the pruner decides, or the last of all. */
  readonly stopAfter: (epoch: number, epochs: number) => number;
  /** Hears how many epochs all of its trainings have come to. */
  readonly onEpoch: (epoch: number) => void;
  /** Called between the parts. @throws TrialPruned if the trial is to end there */
  readonly checkPruned: (epoch: number) => Promise<void>;
}

/**
 * @returns the objective, as the cross-validation of `train --cv` with these settings has it
 * @throws TrainingError if a training diverges; TrialPruned
 */
export async function trainOverFolds(
  trial: Trial,
  pool: Pool,
  { settings: base, objective, dataset, heldOutBy, named }: SearchPlan,
  { stopAfter, onEpoch, checkPruned }: FoldsOptions,
): Promise<number> {
  const plan = await planEnsemble(applyParams(base, trial.params), dataset, heldOutBy, named);
  const { members, candidates } = plan;
  const { epochs } = candidates[0]!;
  const all = members.map(
    (): Progress => ({ from: undefined, rows: [], snapshots: [], steps: 0, trainSeconds: 0 }),
  );
  let epochsDone = 0;
  const hear = () => {
    if (++epochsDone % members.length === 0) onEpoch(epochsDone / members.length);
  };
  const runPart = async (place: number, to: number): Promise<TrainingOutcome> => {
    const member = members[place]!;
    const { from } = all[place]!;
    const snapshots = member.snapshots.filter((epoch) => epoch > (from?.epoch ?? 0) && epoch <= to);
    const name = `trial ${trial.number}, fold ${place + 1}`;
    const job = { name, settings: settingsOf(member, candidates), rows: member.rows, snapshots, from, to };
    const outcome = await pool.run(job, { onEpoch: hear });
    requireFinite(outcome);
    return outcome;
  };
  let seconds = 0;
  for (let done = 0; done < epochs; ) {
    const to = stopAfter(done, epochs);
    const outcomes = await Promise.all(members.map((_, place) => runPart(place, to)));
    for (const [place, outcome] of outcomes.entries()) {
      const progress = all[place]!;
      progress.rows.push(...outcome.rows);
      progress.snapshots.push(...outcome.snapshots);
      progress.steps += outcome.steps;
      progress.trainSeconds += outcome.trainSeconds;
      progress.from = { epoch: to, tensors: outcome.tensors };
      seconds += outcome.seconds;
    }
    trial.seconds = seconds;
    for (let epoch = done + 1; epoch <= to; epoch++) {
      const value = meanOver(members, (place) => objectiveOf(all[place]!.rows[epoch - 1]!, objective));
      // A metric of a fold with rows of one class may be NaN; that of all rows is what counts.
      if (Number.isFinite(value)) trial.report(value, epoch);
    }
    if (to < epochs) await checkPruned(to);
    done = to;
  }
  const trained = members.map(({ number }, place) => {
    const { rows, snapshots, steps, trainSeconds } = all[place]!;
    return [number, { number, rows, snapshots, steps, trainSeconds }] as const;
  });
  const { model, facts } = await assemble(plan, new Map(trained));
  try {
    if (dataset.test !== undefined) trial.setAttribute("test", await model.evaluate(dataset.test));
  } finally {
    await model.close();
  }
  trial.setAttribute("weightsSha256", facts.weightsSha256);
  return (facts.crossValidation as Readonly<Record<string, unknown>>)[measureOf(objective)] as number;
}

const measureOf = (objective: string): string => objective.slice(objective.indexOf(".") + 1);

/** The mean of the members' values, each counted by the rows that it was measured on. */
function meanOver(
  members: readonly { readonly rows: { readonly validation: Uint32Array } }[],
  valueAt: (place: number) => number,
): number {
  let [sum, rows] = [0, 0];
  members.forEach(({ rows: { validation } }, place) => {
    sum += validation.length * valueAt(place);
    rows += validation.length;
  });
  return sum / rows;
}
