import { describe, expect, it } from "vitest";
import { splitDataset } from "../../src/data/split.ts";
import { DEFAULTS, mergeSettings, resolveSettings } from "../../src/settings/settings.ts";
import { buildModel } from "../../src/training/build.ts";
import type { JobRows } from "../../src/training/job.ts";
import { runJob } from "../../src/training/runJob.ts";
import { numbersDataset } from "../helpers/runs.ts";

const settings = mergeSettings({ layers: [8], epochs: 4, batch: 50, threads: 1, validation: 60 });
const split = () => splitDataset(numbersDataset, { seed: DEFAULTS.seed, validation: 60 });
/** Every third sample is for validation. */
const rows: JobRows = {
  train: Uint32Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 3 !== 0),
  validation: Uint32Array.from({ length: 100 }, (_, i) => 3 * i),
};

describe("a job with rows of its own", () => {
  it("trains on those as fit() does, and keeps the networks that are asked for with their answers", async () => {
    const outcome = await runJob({ settings, rows, snapshots: [2, 4] }, numbersDataset, { split });
    const train = numbersDataset.training.select(rows.train);
    const validation = numbersDataset.training.select(rows.validation);
    const model = await buildModel(
      resolveSettings(settings, numbersDataset.name, train.count),
      numbersDataset,
    );
    const epochs: Float32Array[] = [];
    const { rows: expected } = await model.fit(train, { epochs: 4, batchSize: 50, validation });
    expect(outcome.rows.map(({ validation }) => validation)).toEqual(
      expected.map(({ validation }) => validation),
    );
    expect(outcome.end).toEqual({ test: undefined, weightsSha256: await model.weightsSha256() });
    expect(outcome.snapshots.map(({ epoch }) => epoch)).toEqual([2, 4]);
    for (const { tensors, outputs } of outcome.snapshots) {
      await model.load(tensors, "the snapshot");
      expect(outputs).toEqual(await model.predict(validation));
      epochs.push(outputs as Float32Array);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it("gives the same in parts", async () => {
    const whole = await runJob({ settings, rows, snapshots: [1, 3] }, numbersDataset, { split });
    const first = await runJob({ settings, rows, snapshots: [1, 3], to: 2 }, numbersDataset, { split });
    const from = { epoch: 2, tensors: first.tensors };
    const second = await runJob({ settings, rows, snapshots: [1, 3], from }, numbersDataset, { split });
    expect([...first.snapshots, ...second.snapshots]).toEqual(whole.snapshots);
    expect(second.end).toEqual(whole.end);
  });

  it("ends with the signal's reason", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(runJob({ settings, rows }, numbersDataset, { split, signal: aborted })).rejects.toThrow(
      "enough",
    );
  });
});
