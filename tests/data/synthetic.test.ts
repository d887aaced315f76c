import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Samples } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { network } from "../helpers/samples.ts";

async function read(samples: Samples) {
  const values = new Uint8Array(samples.count * samples.features);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels });
  return { values, labels };
}

const firstRows = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

async function hash(samples: Samples): Promise<string> {
  const { values, labels } = await read(samples);
  return createHash("sha256").update(values).update(labels).digest("hex");
}

describe("the images", () => {
  it("never change: these are the first hundred of seed 1, for training and for the test", async () => {
    const { training, test } = synthetic({ seed: 1 });
    expect(await hash(training.select(firstRows(100)))).toBe(
      "4852fe40cf2d6039c76aa79d15fb112678f390f4f9976c4c60b3dbd8dd7326f0",
    );
    expect(await hash(test.select(firstRows(100)))).toBe(
      "1b2624ac40efeb75e06b15ef2aacd08ae17dbe1148796a23f1f7524aee09b9cc",
    );
  });

  it("are others with another seed", async () => {
    const first = (seed: number) => hash(synthetic({ seed }).training.select(firstRows(10)));
    expect(await first(2)).not.toBe(await first(1));
  });

  it("are made one by one: a selection has the same as the whole", async () => {
    const { training } = synthetic();
    const whole = await read(training.select(firstRows(60)));
    const rows = Uint32Array.from([59, 3, 3, 17]);
    const some = await read(training.select(firstRows(60)).select(rows));
    expect([...some.labels]).toEqual([...rows].map((row) => whole.labels[row]));
    rows.forEach((row, i) => {
      expect(some.values.slice(3072 * i, 3072 * (i + 1))).toEqual(
        whole.values.slice(3072 * row, 3072 * (row + 1)),
      );
    });
  });

  it("have CIFAR-10's size, split and classes, as many of each", async () => {
    const dataset = synthetic();
    expect(dataset).toMatchObject({
      name: "synthetic",
      origin: "seed 1",
      shape: [3, 32, 32],
      features: 3072,
      classes: 10,
    });
    expect([dataset.training.count, dataset.test.count]).toEqual([50_000, 10_000]);
    expect(new Set(dataset.classNames).size).toBe(10);
    const { labels } = await read(dataset.test);
    const counts = new Array<number>(10).fill(0);
    for (const label of labels) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(1000));
  });

  it("vary in every feature, over most of the range", async () => {
    const { values } = await read(synthetic().training.select(firstRows(300)));
    for (let j = 0; j < 3072; j++) {
      let [low, high] = [255, 0];
      for (let i = 0; i < 300; i++) {
        low = Math.min(low, values[i * 3072 + j]!);
        high = Math.max(high, values[i * 3072 + j]!);
      }
      expect(high - low, `feature ${j}`).toBeGreaterThan(128);
    }
  });
});

describe("reading", () => {
  it("reports its progress and lets itself be stopped", async () => {
    const samples = synthetic().training.select(firstRows(5000));
    const target = { values: new Uint8Array(5000 * 3072), labels: new Uint8Array(5000) };
    const seen: number[] = [];
    await samples.read(target, { onProgress: (done, total) => seen.push(done / total) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const controller = new AbortController();
    const reading = samples.read(target, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(reading).rejects.toBe(controller.signal.reason);
  });

  it("fills shared memory", async () => {
    const samples = synthetic().training.select(firstRows(3));
    const shared = new Uint8Array(new SharedArrayBuffer(3 * 3072));
    await samples.read({ values: shared, labels: new Uint8Array(3) });
    expect(Uint8Array.from(shared)).toEqual((await read(samples)).values);
  });

  it("refuses images that there are not, and seeds that are none", () => {
    expect(() => synthetic().test.select(Uint32Array.from([10_000]))).toThrow(/10000/);
    expect(() => synthetic({ seed: -1 })).toThrow(
      "synthetic: the seed is -1, expected an integer from 0 to 2^53 − 1.",
    );
  });
});

describe("what they are made for", { timeout: 300_000 }, () => {
  /** Test accuracy after four epochs with the report's settings. */
  async function train(hidden: number[], batchNormalization: "after" | false): Promise<number> {
    const { train, test } = splitDataset(synthetic(), { validation: 5000, seed: 1 });
    const schedule = new LRCyclingSchedule({ stepSize: 2250 });
    const model = network({ hidden, classes: 10, batchNormalization }, { schedule });
    await model.fit(train, { epochs: 4 });
    return (await model.evaluate(test)).accuracy!;
  }
  const nine = [50, 30, 20, 20, 10, 10, 10, 10];

  it("shows the report's contrast: nine layers learn sooner with batch normalisation", async () => {
    const withBn = await train(nine, "after");
    const without = await train(nine, false);
    expect(withBn).toBeGreaterThanOrEqual(0.35);
    expect(withBn - without).toBeGreaterThanOrEqual(0.1);
  });

  it("cannot be solved by a linear model, while three layers learn it", async () => {
    expect(await train([], false)).toBeLessThan(0.3);
    const three = await train([50, 50], false);
    expect(three).toBeGreaterThan(0.5);
    expect(three).toBeLessThan(0.9);
  });
});
