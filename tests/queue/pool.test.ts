/** Searches over a queue within this process: the trials, tables and bits of a local one, whatever happens to jobs. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { UntestedDataset } from "../../src/data/dataset.ts";
import { QueueError } from "../../src/errors.ts";
import { decode, encode } from "../../src/queue/codec.ts";
import { MOST_CARRIED, type QueueStudy, queuedJob, readAnswer, readJob } from "../../src/queue/messages.ts";
import { openQueuePool } from "../../src/queue/pool.ts";
import { type ServeEvent, type ServeOptions, serveQueue } from "../../src/queue/serve.ts";
import { planSearch, type Search, type SearchEvent, search } from "../../src/runs/search.ts";
import { mergeSettings } from "../../src/settings/settings.ts";
import { TrainingPool } from "../../src/training/pool.ts";
import { float } from "../../src/tuner/searchSpace.ts";
import type { FinishedTrial } from "../../src/tuner/trial.ts";
import { fakePool, keeping, smallDataset } from "../helpers/runs.ts";
import { MemoryQueue } from "./memoryQueue.ts";

const workerFile = new URL("../../dist/training/worker.js", import.meta.url);
const never = () => new AbortController().signal;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const temporary = () => {
  const folder = mkdtempSync(join(tmpdir(), "nnwasm-queue-"));
  folders.push(folder);
  return folder;
};

const settings = mergeSettings({ layers: [6], validation: 100, epochs: 6, batch: 50, threads: 1 });
const asked: Search = {
  ...{ settings, space: { l2: float(1e-5, 1e-1, { log: true }) } },
  ...{ sampler: "tpe", samplerOptions: { startup: 2 }, roundSize: 3 },
  ...{ pruner: "asha", prunerOptions: { minimum: 2 } },
  ...{ objective: "validation.accuracy", trials: 6, maxFailures: 5 },
};
const study: QueueStudy = {
  ...{ kind: "search", id: "study1", settings, objective: "validation.accuracy" },
  data: { name: smallDataset.name, training: smallDataset.training.count, test: 0 },
};
/** All of a trial but its time. */
const told = ({ seconds: _, ...rest }: FinishedTrial) => rest;

async function locally(more: Partial<Search> = {}): Promise<FinishedTrial[]> {
  const { subscriber } = keeping<SearchEvent>();
  const { open } = fakePool(smallDataset);
  const end = await search(planSearch({ ...asked, ...more }, smallDataset), [], open, {
    ...{ subscriber, signal: never() },
  });
  if (end.type !== "result") throw new Error("It was stopped.");
  return end.trials.map((trial) => trial);
}

interface Given extends Partial<ServeOptions> {
  readonly search?: Partial<Search>;
  readonly workers?: number;
  readonly data?: UntestedDataset;
}

async function overQueue(queue: MemoryQueue, { search: more = {}, workers = 2, data, ...own }: Given = {}) {
  const stop = new AbortController();
  const events: ServeEvent[] = [];
  const failed = new AbortController();
  const serving = Array.from({ length: workers }, () =>
    serveQueue(queue.consumer(), {
      ...{ concurrency: 1, stop: stop.signal, abort: never(), openData: async () => data ?? smallDataset },
      openPool: (placed, threads) => new TrainingPool({ data: placed, workers: threads, workerFile }),
      ...own,
      onEvent: (event) => {
        events.push(event);
        own.onEvent?.(event);
      },
    }).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const { heard, subscriber } = keeping<SearchEvent>();
  const open = openQueuePool(queue.client(), study, smallDataset, { signal: failed.signal });
  try {
    const end = await search(planSearch({ ...asked, ...more }, smallDataset), [], open, {
      ...{ subscriber, signal: failed.signal },
    });
    if (end.type !== "result") throw failed.signal.reason;
    return { trials: end.trials, events, heard };
  } finally {
    stop.abort();
    await Promise.allSettled(serving);
  }
}

describe("a search over a queue", () => {
  it("has the trials, reports, weights and epochs of a local one", async () => {
    const local = await locally();
    const { trials, heard, events } = await overQueue(new MemoryQueue());
    expect(trials.map(told)).toEqual(local.map(told));
    expect(local.some(({ state }) => state === "pruned")).toBe(true);
    const epochs = heard.filter(({ type }) => type === "epoch");
    expect(epochs).toHaveLength(local.reduce((sum, { reports }) => sum + reports.length, 0));
    expect(events.filter(({ type }) => type === "begin").length).toBeGreaterThan(trials.length);
    expect(events.filter((event) => event.type === "end" && event.end !== "answered")).toEqual([]);
  });

  it("does a trial that was lost anew, and counts its epochs once", async () => {
    const queue = new MemoryQueue();
    let lost = 0;
    const { trials, heard, events } = await overQueue(queue, {
      onEvent: (event) => {
        if (event.type !== "begin" || event.retries > 0 || lost++ >= 3) return;
        queueMicrotask(() => queue.lose(event.job));
      },
    });
    const local = await locally();
    expect(trials.map(told)).toEqual(local.map(told));
    expect(heard.filter(({ type }) => type === "epoch")).toHaveLength(
      local.reduce((sum, { reports }) => sum + reports.length, 0),
    );
    expect(events.filter((event) => event.type === "end" && event.end === "lost").length).toBe(3);
    expect(Math.max(...queue.taken.values())).toBe(2);
  });

  it("goes on with a training that is handed on from a checkpoint that all workers reach, to the same bits", async () => {
    const queue = new MemoryQueue();
    const checkpoints = temporary();
    const first = new AbortController();
    // The first worker ends in its first training; the second one goes on with it.
    const given: Given = { search: { pruner: "none", trials: 1, roundSize: 1 }, checkpoints, workers: 1 };
    const stopped = serveQueue(queue.consumer(), {
      ...{
        concurrency: 1,
        stop: first.signal,
        abort: never(),
        openData: async () => smallDataset,
        checkpoints,
      },
      openPool: (placed, workers) => new TrainingPool({ data: placed, workers, workerFile }),
      onEvent: ({ type }) => {
        if (type === "epoch") first.abort();
      },
    });
    const { heard, subscriber } = keeping<SearchEvent>();
    const open = openQueuePool(queue.client(), study, smallDataset, { signal: never() });
    const plan = planSearch({ ...asked, ...given.search }, smallDataset);
    const searching = search(plan, [], open, { subscriber, signal: never() });
    await stopped;
    expect(readdirSync(checkpoints)).toHaveLength(1);
    const events: ServeEvent[] = [];
    const stop = new AbortController();
    const serving = serveQueue(queue.consumer(), {
      ...{
        concurrency: 1,
        stop: stop.signal,
        abort: never(),
        openData: async () => smallDataset,
        checkpoints,
      },
      openPool: (placed, workers) => new TrainingPool({ data: placed, workers, workerFile }),
      onEvent: (event) => void events.push(event),
    });
    const end = await searching;
    stop.abort();
    await serving;
    expect(events.find(({ type }) => type === "begin")).toMatchObject({ name: "trial 0", from: 1, to: 6 });
    if (end.type !== "result") throw new Error("It was stopped.");
    expect(end.trials.map(told)).toEqual((await locally(given.search)).map(told));
    expect(heard.filter(({ type }) => type === "epoch")).toHaveLength(6);
    expect(readdirSync(checkpoints)).toEqual([]);
  });

  it("begins anew where a checkpoint is damaged", async () => {
    const checkpoints = temporary();
    const queue = new MemoryQueue();
    const written = new Set<string>();
    const { trials } = await overQueue(queue, {
      checkpoints,
      onEvent: (event) => {
        if (event.type !== "begin") return;
        const { training } = JSON.parse(queue.payloads.get(event.job)!) as { training: string };
        if (written.size < 2)
          writeFileSync(join(checkpoints, `${training}.checkpoint`), '{"epoch":3,"first":0}');
        written.add(training);
      },
    });
    expect(written.size).toBeGreaterThan(2);
    expect(trials.map(told)).toEqual((await locally()).map(told));
  });

  it("leaves tensors behind that are too many for a queue, and trains from the first epoch instead", async () => {
    // 10 classes, 3072 features: more than 8 MiB.
    const wide = mergeSettings(settings, { layers: [Math.ceil(MOST_CARRIED / 4 / smallDataset.features)] });
    const more = { settings: wide, trials: 3 };
    const queue = new MemoryQueue();
    const { trials, events } = await overQueue(queue, { search: more });
    expect(Math.max(...[...queue.payloads.values()].map(({ length }) => length))).toBeLessThan(100_000);
    expect(events.filter((event) => event.type === "begin" && event.from > 0)).toEqual([]);
    expect(trials.map(told)).toEqual((await locally(more)).map(told));
  });

  it("counts a training that diverges as failed, with its reason", async () => {
    const diverging = mergeSettings(settings, {
      etaMax: 1e6,
      etaMin: 1e6,
      lrSchedule: "constant",
      bn: false,
    });
    const more = { settings: diverging, trials: 2, pruner: "none" } as const;
    const local = await locally(more);
    const { trials, events } = await overQueue(new MemoryQueue(), { search: more });
    expect(trials.map(told)).toEqual(local.map(told));
    expect(trials.map(({ state }) => state)).toEqual(["failed", "failed"]);
    expect(events.some((event) => event.type === "end" && event.error !== undefined)).toBe(true);
  });

  it("refuses other data, naming both", async () => {
    const data = {
      ...smallDataset,
      training: smallDataset.training.select(Uint32Array.from({ length: 350 }, (_, i) => i)),
    };
    const ending = overQueue(new MemoryQueue(), { data, workers: 1 });
    await expect(ending).rejects.toThrow(QueueError);
    await expect(ending).rejects.toThrow(/The data here are .*350 training.*given back.*--data PATH/);
  });

  it("refuses a job of another version", async () => {
    const queue = new MemoryQueue();
    const stop = new AbortController();
    const payload = JSON.stringify({ version: "0.0.1 abc", job: {} });
    void queue.client().submit({ id: "study1-1", payload });
    const serving = serveQueue(queue.consumer(), {
      ...{ concurrency: 1, stop: stop.signal, abort: never(), openData: async () => smallDataset },
      onEvent: () => {},
    });
    await expect(serving).rejects.toThrow(/is of nnwasm "0.0.1 abc", this worker is ".*" *.*given back/);
  });

  const tensor = { name: "dense1.weight", shape: [1], data: Float32Array.of(1) };
  it.each<[string, object]>([
    ["tensors that are a text", { from: { epoch: 1, tensors: "x" } }],
    ["a tensor without numbers", { from: { epoch: 1, tensors: [{ ...tensor, data: [1] }] } }],
    ["a part before of no epoch", { from: { epoch: -1, tensors: [tensor] } }],
    ["rows that are no numbers", { rows: { train: [1], validation: new Uint32Array(1) } }],
    ["an end that is a text", { to: "last" }],
    ["snapshots of no epochs", { snapshots: [1.5] }],
    ["no settings", { settings: [] }],
  ])("refuses a job with %s, by its name", (_, wrong) => {
    const { queued } = queuedJob(study, "f", "trial 0", { settings });
    const message = decode(queued.payload, "the job") as { job: object };
    const payload = encode({ ...message, job: { ...message.job, ...wrong } });
    expect(readJob(queued).name).toBe("trial 0");
    expect(() => readJob({ id: "a-1", payload })).toThrow("The job a-1 is damaged.");
  });

  it.each<[string, unknown]>([
    ["nothing", null],
    ["a text for tensors", { tensors: "x" }],
    ["a row that is none", { rows: [null] }],
    ["a snapshot without outputs", { snapshots: [{ epoch: 1, tensors: [] }] }],
    ["an end without a hash", { end: {} }],
    ["seconds that are a text", { seconds: "1" }],
  ])("refuses an answer with %s", (_, wrong) => {
    const outcome = { rows: [], tensors: [tensor], snapshots: [], steps: 1, trainSeconds: 1, seconds: 1 };
    expect(readAnswer("a-1", encode({ outcome }))).toEqual({ outcome });
    const text = encode(wrong === null ? null : { outcome: { ...outcome, ...(wrong as object) } });
    expect(() => readAnswer("a-1", text)).toThrow("The answer of the job a-1 is damaged.");
  });
});
