/** `nnwasm train` with several members: trains an ensemble and leaves its results in a folder. */
import { availableParallelism } from "node:os";
import { counted } from "../format/words.ts";
import type { OpenedData } from "../runs/data/opened.ts";
import {
  type EnsembleEvent,
  type EnsembleInterrupted,
  planEnsemble,
  trainEnsemble,
} from "../runs/ensemble.ts";
import { inOrder } from "../runs/events.ts";
import { type Expected, expectedSeconds } from "../runs/expectedTime.ts";
import { flagOf } from "../settings/flags.ts";
import type { TrainSettings } from "../settings/settings.ts";
import { openTrainingPool } from "../training/pool.ts";
import { type CliContext, Interrupted } from "./context.ts";
import { EnsembleSaver } from "./folders/ensembleSaver.ts";
import { RunFolder } from "./folders/runFolder.ts";
import { closing } from "./folders/workFolder.ts";
import { sayUnderstood } from "./openData.ts";
import { ensembleJson } from "./output/ensembleJson.ts";
import { ensembleText } from "./output/ensembleText.ts";
import { EnsembleProgress } from "./progress/ensembleProgress.ts";
import { chooseSimd } from "./simd.ts";

export interface EnsembleCommand {
  readonly asked: TrainSettings;
  readonly data: OpenedData;
  /** The folder of a run that goes on. */
  readonly opened?: RunFolder | undefined;
  readonly flags: {
    readonly out?: string;
    readonly force?: boolean;
    readonly json?: boolean;
    readonly quiet?: boolean;
  };
  /** When the command began. */
  readonly begin: number;
  /** Closes that folder after an error, which it throws again. */
  readonly closeIfOpen: (error: unknown) => Promise<never>;
}

/** @throws ConfigError before a folder is made, if the settings cannot be trained; Interrupted */
export async function runEnsemble(
  context: CliContext,
  { asked, data, opened, flags, begin, closeIfOpen }: EnsembleCommand,
): Promise<void> {
  const { dataset, heldOutBy } = data;
  const { signal } = context;
  const { json = false, quiet = false, out, force } = flags;
  const plan = await planEnsemble(asked, dataset, heldOutBy, flagOf).catch(closeIfOpen);
  const folder = opened ?? (await RunFolder.create(plan.settings, { out, force }));
  const progress = new EnsembleProgress(context, quiet, plan);
  sayUnderstood(progress, data);
  const saver = new EnsembleSaver(folder, plan, begin);
  let expected: Expected | undefined;
  const subscriber = inOrder<EnsembleEvent>(
    saver.hear,
    progress.hear,
    json
      ? ensembleJson(context, saver, () => expected)
      : ensembleText(context, progress, saver, () => expected),
  );
  await closing(folder, async () => {
    const done = opened === undefined ? [] : await saver.readMembers();
    const workers = Math.min(plan.members.length, workersFor(asked));
    const seconds = await expectedSeconds(plan, { done: done.map(({ number }) => number), workers });
    await chooseSimd(context, asked, seconds * workers, (text) => progress.say(text));
    expected = { seconds, workers };
    const openPool = openTrainingPool(dataset, { workers, signal });
    const end = await trainEnsemble(plan, { subscriber, signal, openPool, done });
    saver.saving.finish();
    if (end.type === "interrupted") throw interrupted(end, plan.members.length, folder.path);
  });
}

/** Members that are trained at once, each in a thread. They decide no bits. */
const workersFor = ({ threads }: TrainSettings): number =>
  threads === "auto" ? availableParallelism() : threads;

function interrupted({ members, reason }: EnsembleInterrupted, all: number, path: string): Interrupted {
  const trained =
    members === 0 ? "before a network was trained" : `after ${counted(members, "network")} of ${all}`;
  return new Interrupted(
    `Interrupted ${trained}. Those that are trained are kept in ${path}. Go on with: nnwasm train --resume ${path}`,
    { cause: reason },
  );
}
