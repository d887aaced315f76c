/** Trainings in workers: the built worker, as the package has it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { TrainingError } from "../../src/errors.ts";
import type { EpochRow } from "../../src/model/history.ts";
import type { NamedTensor } from "../../src/model/safetensors.ts";
import {
  mergeSettings,
  resolveSettings,
  splitOptions,
  type TrainSettings,
} from "../../src/settings/settings.ts";
import { buildModel } from "../../src/training/build.ts";
import { openPlacedDataset, type PlacedDataset, placeDataset } from "../../src/training/placedDataset.ts";
import { JobError, TrainingPool } from "../../src/training/pool.ts";

const workerFile = new URL("../../dist/training/worker.js", import.meta.url);
const firstRows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);
const full = synthetic({ seed: 1 });
const dataset: Dataset = {
  ...full,
  training: full.training.select(firstRows(800)),
  test: full.test.select(firstRows(100)),
};
const settings = (more: Partial<TrainSettings> = {}) =>
  mergeSettings({ layers: [8], bn: "after", validation: 100, epochs: 3, data: "synthetic" }, more);

let data: PlacedDataset;
let pool: TrainingPool;
beforeAll(async () => {
  data = await placeDataset(dataset);
  pool = new TrainingPool({ data, workers: 2, workerFile });
});
afterAll(() => pool.close());

/** The same training in this thread, in a memory of its own. */
async function alone(asked: TrainSettings) {
  const { train, validation, test } = splitDataset(dataset, splitOptions(asked));
  const resolved = resolveSettings(asked, dataset.name, train.count);
  const model = await buildModel(resolved, dataset);
  const { epochs, batch, trainingMetrics } = resolved;
  const { rows } = await model.fit(train, { epochs, batchSize: batch, validation, trainingMetrics });
  return { rows, test: await model.evaluate(test), weightsSha256: await model.weightsSha256() };
}

const numbers = (rows: readonly EpochRow[]) =>
  rows.map(({ epoch, learningRate, train, validation }) => ({ epoch, learningRate, train, validation }));

describe("a pool of workers", () => {
  it("trains to the bits of a training alone, several at once on one copy of the data", async () => {
    const jobs = [
      settings(),
      settings({ seed: 2 }),
      settings({ limit: 300, layers: [20, 10] }),
      settings({ dtype: "float64" }),
      settings({ engine: "js", epochs: 1, limit: 200 }),
      settings({ trainingMetrics: "running", epochs: 1 }),
    ];
    const outcomes = await Promise.all(jobs.map((settings) => pool.run({ settings })));
    for (const [i, job] of jobs.entries()) {
      const expected = await alone(job);
      expect(outcomes[i]!.end).toEqual({ test: expected.test, weightsSha256: expected.weightsSha256 });
      expect(numbers(outcomes[i]!.rows)).toEqual(numbers(expected.rows));
    }
  });

  it("goes on from a part of a training, in whatever worker, to the bits of the whole", async () => {
    const whole = await pool.run({ settings: settings() });
    const first = await pool.run({ settings: settings(), to: 1 });
    expect(first.end).toBeUndefined();
    await pool.run({ settings: settings({ seed: 9, layers: [30] }) });
    const rest = await pool.run({ settings: settings(), from: { epoch: 1, tensors: first.tensors } });
    expect(rest.end).toEqual(whole.end);
    expect(numbers([...first.rows, ...rest.rows])).toEqual(numbers(whole.rows));
  });

  it("tells of every epoch before it gives the result, however busy this thread is", async () => {
    // The workers are there.
    await Promise.all([1, 2].map((seed) => pool.run({ settings: settings({ seed, epochs: 1 }) })));
    const seen: number[] = [];
    const run = pool.run({ settings: settings() }, { onEpoch: ({ epoch }) => seen.push(epoch) });
    // Rows and result have come when this thread looks again.
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await run;
    expect(seen).toEqual([1, 2, 3]);
  });

  it("gives the errors of a training their class and text, and trains on", async () => {
    const diverging = pool.run({ settings: settings({ etaMin: 1e9, etaMax: 1e9 }) });
    await expect(diverging).rejects.toThrow(TrainingError);
    await expect(diverging).rejects.toThrow(/^The loss is (NaN|Infinity) at step \d+ /);
    const contradicting = pool.run({ settings: settings({ etaMin: 1 }) });
    await expect(contradicting).rejects.toThrow(JobError);
    await expect(contradicting).rejects.toThrow(
      "etaMin 1 is above etaMax 0.1. Lower the one or raise the other.",
    );
    expect((await pool.run({ settings: settings() })).end).toBeDefined();
  });

  it("keeps the data once: its memory grows by the workers' models, not by trainings", async () => {
    const { byteLength } = data.memory.buffer;
    for (let i = 0; i < 4; i++)
      await Promise.all([1, 2, 3].map((seed) => pool.run({ settings: settings({ seed, epochs: 1 }) })));
    // Of two workers, a model each: 9 MB to pack matrix products, and little else.
    expect(pool.memoryBytes - byteLength).toBeLessThan(2 * 20e6);
  });

  it("does not grow with trainings in parts, whatever their batches", async () => {
    const big = settings({ batch: 300, epochs: 4 });
    const one = new TrainingPool({ data, workers: 1, workerFile });
    let from: { epoch: number; tensors: NamedTensor[] } | undefined;
    const sizes: number[] = [];
    for (let epoch = 1; epoch <= 4; epoch++) {
      const { tensors } = await one.run({ settings: big, from, to: epoch });
      from = { epoch, tensors: [...tensors] };
      sizes.push(one.memoryBytes);
    }
    expect(sizes[3]).toBe(sizes[1]);
    await one.close();
  });

  it("ends with the reason of its signal, trainings under way and waiting alike", async () => {
    const stop = new AbortController();
    const other = new TrainingPool({ data, workers: 1, workerFile, signal: stop.signal });
    const onEpoch = () => stop.abort(new Error("Enough."));
    const runs = [1, 2, 3].map((seed) =>
      other.run({ settings: settings({ seed, epochs: 500 }) }, { onEpoch }),
    );
    for (const outcome of await Promise.allSettled(runs))
      expect(outcome).toMatchObject({ status: "rejected", reason: { message: "Enough." } });
    await expect(other.run({ settings: settings() })).rejects.toThrow("Enough.");
    await other.close();
  });
});

describe("a placed data set", () => {
  it("has the samples of the one that it was made from", async () => {
    const there = openPlacedDataset(data);
    expect(there).toMatchObject({ name: "synthetic", classes: dataset.classes, shape: dataset.shape });
    for (const part of ["training", "test"] as const) {
      const { count, features } = dataset[part];
      const [expected, actual] = [dataset[part], there[part]].map((samples) => ({
        samples,
        values: new Uint8Array(count * features),
        labels: new Uint8Array(count),
      }));
      await expected!.samples!.read(expected!);
      await actual!.samples!.read(actual!);
      expect(Buffer.compare(actual!.values, expected!.values)).toBe(0);
      expect(actual!.labels).toEqual(expected!.labels);
    }
  });
});
