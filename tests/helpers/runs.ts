/** Parts for runs in tests: small data, a pool without threads, and a subscriber that keeps what it hears. */
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Dataset, Samples, UntestedDataset } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { Random } from "../../src/random.ts";
import type { Subscriber } from "../../src/runs/events.ts";
import { splitOptions } from "../../src/settings/settings.ts";
import type { OpenPool, Pool, TrainingJob } from "../../src/training/job.ts";
import { runJob } from "../../src/training/runJob.ts";

const firstRows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const full = synthetic({ seed: 1 });

/** 400 images for training and validation, 50 for the test. */
export const smallDataset: Dataset = {
  ...full,
  training: full.training.select(firstRows(400)),
  test: full.test.select(firstRows(50)),
};

/** A data set of one's own: 300 samples for training and validation, 60 for the test, of 4 numbers each. */
function ownDataset(kind: "numbers" | "flags", classNames: readonly string[]): Dataset {
  const random = new Random(5, "own data set");
  const part = (count: number): Samples => {
    const values = Array.from({ length: count }, () => [0, 1, 2, 3].map(() => random.normal()));
    if (kind === "flags") {
      const flags = values.map(([a, b, c]) => [a! > 0, b! + c! > 0.5, c! < -0.3]);
      return samplesFromArrays({ values, flags, classNames });
    }
    const numbers = values.map(([a, b, c, d]) => [2 * a! - b!, c! * 0.5 + d! + 3]);
    return samplesFromArrays({ values, numbers, classNames });
  };
  return {
    ...{ name: `own ${kind}`, origin: "a test", shape: [4], features: 4 },
    ...{ classes: classNames.length, classNames, targets: { kind, width: classNames.length } },
    ...{ training: part(300), test: part(60) },
  };
}
export const numbersDataset = ownDataset("numbers", ["price", "size"]);
export const flagsDataset = ownDataset("flags", ["red", "round", "new"]);

/** A subscriber that keeps events, or throws at the events that it is told to refuse. */
export function keeping<Event extends { readonly type: string }>(
  refuses: (event: Event) => boolean = () => false,
): { readonly heard: Event[]; readonly subscriber: Subscriber<Event> } {
  const heard: Event[] = [];
  const subscriber = async (event: Event) => {
    await Promise.resolve();
    if (refuses(event)) throw new Error(`No ${event.type}.`);
    heard.push(event);
  };
  return { heard, subscriber };
}

/** The types of the events, in which equal ones in a row appear once. */
export const typesOf = (events: readonly { readonly type: string }[]): string[] =>
  events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]);

export interface FakePoolOptions {
  readonly workers?: number;
  readonly signal?: AbortSignal;
  /** Called before a training begins. The training waits for its promise, and fails with its error. */
  readonly before?: (job: TrainingJob) => void | Promise<void>;
}

/** A pool that trains in this thread, and knows whether it was closed. */
export function fakePool(
  dataset: UntestedDataset,
  { workers = 2, signal, before }: FakePoolOptions = {},
): { readonly open: OpenPool; readonly state: { closed: boolean; jobs: number } } {
  const state = { closed: false, jobs: 0 };
  const pool: Pool = {
    workers,
    memoryBytes: 1000,
    async run(job, { onEpoch } = {}) {
      signal?.throwIfAborted();
      if (state.closed) throw new Error("The pool is closed.");
      state.jobs++;
      await before?.(job);
      const split = () => splitDataset(dataset, splitOptions(job.settings));
      return await runJob(job, dataset, { split, onEpoch });
    },
    async close() {
      state.closed = true;
    },
  };
  const open: OpenPool = async (onRead) => {
    onRead(450, 450);
    return pool;
  };
  return { open, state };
}
