/**
 * Trainings under way, in a folder that all workers reach: one that is handed on goes on from its last epoch. What is not there, is
 * damaged or is another's is no error: the training then begins where its job says.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../files/atomic.ts";
import type { TrainingJob, TrainingOutcome } from "../training/job.ts";
import { decode, encode } from "./codec.ts";

/** How far a training has come. */
export interface Checkpoint {
  /** The epochs that were done before those of the outcome. */
  readonly first: number;
  /** The epochs that are done. */
  readonly epoch: number;
  /** Of the epochs in between. */
  readonly outcome: TrainingOutcome;
}

export class Checkpoints {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #file(training: string): string {
    return join(this.#folder, `${training}.checkpoint`);
  }

  /** The state with which a job can go on; undefined if there is none that is of use to it. */
  async read(training: string, job: TrainingJob): Promise<Checkpoint | undefined> {
    const first = job.from?.epoch ?? 0;
    try {
      const text = await readFile(this.#file(training), "utf8");
      const found = decode(text, "A checkpoint") as Checkpoint;
      const { epoch, outcome } = found;
      const isWhole =
        Number.isSafeInteger(epoch) &&
        [outcome?.rows, outcome?.tensors, outcome?.snapshots].every(Array.isArray) &&
        outcome.tensors.length > 0;
      const isOfUse = found.first <= first && first <= epoch && epoch <= (job.to ?? Number.POSITIVE_INFINITY);
      return isWhole && isOfUse ? found : undefined;
    } catch {
      return undefined;
    }
  }

  /** @throws FileError if it cannot be written */
  async write(training: string, checkpoint: Checkpoint): Promise<void> {
    const bytes = new TextEncoder().encode(encode(checkpoint));
    await writeFileAtomic(this.#file(training), bytes);
  }

  async forget(training: string): Promise<void> {
    await rm(this.#file(training), { force: true }).catch(() => {});
  }
}

/** What a part has given before its first epoch. */
export const NOTHING = { rows: [], snapshots: [], steps: 0, trainSeconds: 0, seconds: 0 } as const;
