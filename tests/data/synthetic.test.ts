import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { ReadOptions, Samples } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { shapeNames } from "../../src/data/synthetic/shapes.ts";
import { synthetic } from "../../src/data/synthetic.ts";
import { ConfigError, ShapeError } from "../../src/errors.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { network } from "../helpers/samples.ts";

const FEATURES = 3072;

interface Images {
  readonly values: Uint8Array;
  readonly labels: Uint8Array;
}

async function readAll(samples: Samples, options: ReadOptions = {}): Promise<Images> {
  const values = new Uint8Array(samples.count * FEATURES);
  const labels = new Uint8Array(samples.count);
  await samples.read({ values, labels }, options);
  return { values, labels };
}

const range = (start: number, count: number) => Uint32Array.from({ length: count }, (_, i) => start + i);
const imageOf = ({ values }: Images, i: number) => values.subarray(i * FEATURES, (i + 1) * FEATURES);
const sha256 = ({ values, labels }: Images) =>
  createHash("sha256").update(values).update(labels).digest("hex");

const { training, test } = synthetic();
let first: Images; // the first 2,000 training images

beforeAll(async () => {
  first = await readAll(training.select(range(0, 2000)));
});

describe("synthetic()", () => {
  it("has CIFAR-10's size, shape and split", () => {
    const dataset = synthetic({ seed: 7 });
    expect(dataset).toMatchObject({
      name: "synthetic",
      origin: "seed 7",
      shape: [3, 32, 32],
      features: FEATURES,
      classes: 10,
      classNames: shapeNames,
    });
    expect(new Set(dataset.classNames).size).toBe(10);
    for (const [samples, count] of [
      [dataset.training, 50_000],
      [dataset.test, 10_000],
    ] as const) {
      expect(samples).toMatchObject({ count, features: FEATURES, classes: 10, elementType: "uint8" });
    }
  });

  it("refuses a seed that is not a whole number", () => {
    expect(() => synthetic({ seed: 1.5 })).toThrow(
      new ConfigError("synthetic: the seed is 1.5, expected an integer from 0 to 2^53 − 1."),
    );
    expect(() => synthetic({ seed: -1 })).toThrow(
      new ConfigError("synthetic: the seed is -1, expected an integer from 0 to 2^53 − 1."),
    );
  });
});

describe("the images", () => {
  // Whatever changes these bytes changes every result that was published for this data set.
  it.each([
    ["training", training, "1929d6fb33c31849f64e5aca2074232675b2a53fb5d0e6cf943e7cf52555cf85"],
    ["test", test, "7aece80c9c68c8eedd3169f1a17614b6aad89a175c38fcc98ee471f4f4101e6f"],
    [
      "training with seed 2",
      synthetic({ seed: 2 }).training,
      "ecceabd89cc26c24f3419300d671af4d31cfafba6a2ab6a993a35de44e46fb16",
    ],
  ])("are the same everywhere: the first 300 of %s", async (_, samples, hash) => {
    expect(sha256(await readAll(samples.select(range(0, 300))))).toBe(hash);
  });

  it("are the same one by one, in any order, and from a selection of a selection", async () => {
    const rows = Uint32Array.of(1999, 0, 731, 732, 731, 12);
    const picked = await readAll(training.select(rows));
    const again = await readAll(
      training.select(range(0, 2000).reverse()).select(rows.map((row) => 1999 - row)),
    );
    rows.forEach((row, i) => {
      expect(picked.labels[i]).toBe(first.labels[row]);
      expect(imageOf(picked, i)).toEqual(imageOf(first, row));
    });
    expect(sha256(again)).toBe(sha256(picked));
  });

  it("are all different, in both splits and for every seed", async () => {
    const seen = new Set<string>();
    const samples = [
      training,
      test,
      synthetic({ seed: 2 }).training,
      synthetic({ seed: 2 ** 32 + 1 }).training,
    ];
    for (const some of samples) {
      const images = await readAll(some.select(range(0, 100)));
      for (let i = 0; i < 100; i++) seen.add(imageOf(images, i).join());
    }
    expect(seen.size).toBe(400);
  });

  it("are of the ten classes in turn, in a random order", () => {
    const blocks = new Set<string>();
    for (let i = 0; i < first.labels.length; i += 10) {
      const block = first.labels.subarray(i, i + 10);
      expect(block.toSorted()).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
      blocks.add(block.join());
    }
    expect(blocks.size).toBeGreaterThan(190); // of 200, drawn from 10!
  });

  it("use the whole range of a byte, and every pixel of every channel varies", () => {
    let least = 255;
    let most = 0;
    for (let feature = 0; feature < FEATURES; feature++) {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < 2000; i++) {
        const value = first.values[i * FEATURES + feature];
        sum += value;
        squares += value * value;
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      const mean = sum / 2000;
      const deviation = Math.sqrt(squares / 2000 - mean * mean);
      if (Math.abs(mean - 128) > 10) expect.fail(`feature ${feature} has mean ${mean}`);
      if (deviation < 45 || deviation > 75) expect.fail(`feature ${feature} has deviation ${deviation}`);
    }
    expect([least, most]).toEqual([0, 255]);
  });

  it("give no class away by its mean image, nor by brightness and colour", () => {
    // Nearest class mean, learned on 1,500 and tried on 500: what a linear model could start from.
    const means = Array.from({ length: 10 }, () => new Float64Array(FEATURES));
    for (let i = 0; i < 1500; i++) {
      const mean = means[first.labels[i]];
      imageOf(first, i).forEach((value, feature) => {
        mean[feature] += value / 150;
      });
    }
    let right = 0;
    for (let i = 1500; i < 2000; i++) {
      const image = imageOf(first, i);
      const distances = means.map((mean) =>
        mean.reduce((sum, m, feature) => sum + (m - image[feature]) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === first.labels[i]) right++;
    }
    expect(right / 500).toBeLessThan(0.2); // chance is 0.1
  });

  it("show their shapes: hearts stand out in the middle, rings are hollow there", () => {
    // How much the middle differs from the rim, lighter or darker.
    const contrast = (i: number) => {
      const image = imageOf(first, i);
      let middle = 0;
      let around = 0;
      for (let channel = 0; channel < 3; channel++) {
        for (let y = 0; y < 32; y++) {
          for (let x = 0; x < 32; x++) {
            const radius = Math.hypot(x - 15.5, y - 15.5);
            const value = image[channel * 1024 + y * 32 + x];
            if (radius < 4) middle += value / (3 * 52);
            if (radius > 12 && radius < 16) around += value / (3 * 360);
          }
        }
      }
      return Math.abs(middle - around);
    };
    const mean = (name: string) => {
      const label = shapeNames.indexOf(name);
      const rows = [...first.labels.keys()].filter((i) => first.labels[i] === label);
      return rows.reduce((sum, i) => sum + contrast(i), 0) / rows.length;
    };
    expect(mean("heart")).toBeGreaterThan(1.5 * mean("ring"));
  });
});

describe("read()", () => {
  /** Runs with a clock by which every sample takes so long that others get their turn after it. */
  async function everySampleASlice(call: () => Promise<unknown>): Promise<void> {
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 1e6));
    try {
      await call();
    } finally {
      clock.mockRestore();
    }
  }

  it("writes into shared memory, and only where it is told to", async () => {
    const memory = new SharedArrayBuffer(4 * FEATURES + 4);
    const values = new Uint8Array(memory, FEATURES, 2 * FEATURES);
    const labels = new Uint8Array(memory, 4 * FEATURES + 1, 2);
    await training.select(Uint32Array.of(3, 5)).read({ values, labels });
    const all = new Uint8Array(memory);
    expect(all.subarray(FEATURES, 2 * FEATURES)).toEqual(imageOf(first, 3));
    expect(all.subarray(2 * FEATURES, 3 * FEATURES)).toEqual(imageOf(first, 5));
    expect([...labels]).toEqual([first.labels[3], first.labels[5]]);
    const outside = [all.subarray(0, FEATURES), all.subarray(3 * FEATURES, 4 * FEATURES + 1)];
    expect(outside.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
  });

  it("reads nothing from an empty selection", async () => {
    const progress: number[][] = [];
    await readAll(training.select(new Uint32Array(0)), { onProgress: (...call) => progress.push(call) });
    expect(progress).toEqual([[0, 0]]);
  });

  it("reports its progress up to the end, and lets timers run meanwhile", async () => {
    const progress: number[][] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await everySampleASlice(() =>
      readAll(test.select(range(0, 60)), { onProgress: (...call) => progress.push(call) }),
    );
    clearInterval(timer);
    expect(progress).toEqual(Array.from({ length: 60 }, (_, i) => [i + 1, 60]));
    expect(ticks).toBeGreaterThan(0);
  });

  it("reports every number of samples once, when the last slice ends with the last sample too", async () => {
    const progress: number[] = [];
    await everySampleASlice(() =>
      readAll(test.select(range(0, 4)), { onProgress: (done) => progress.push(done) }),
    );
    expect(progress).toEqual([1, 2, 3, 4]);
  });

  it("stops when its signal is aborted, before it begins or on its way", async () => {
    const reason = new Error("enough");
    await expect(readAll(test.select(range(0, 10)), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    let done = 0;
    await everySampleASlice(async () => {
      const reading = readAll(test.select(range(0, 10)), {
        signal: controller.signal,
        onProgress: (count) => {
          done = count;
          controller.abort(reason);
        },
      });
      await expect(reading).rejects.toBe(reason);
    });
    expect(done).toBe(1);
  });

  it("refuses rows that are not there", () => {
    expect(() => test.select(Uint32Array.of(9999, 10_000))).toThrow(
      new ShapeError("select: rows[1] is 10000, expected less than 10000, the number of samples."),
    );
    expect(() => test.select(range(0, 5)).select(Uint32Array.of(5))).toThrow(
      new ShapeError("select: rows[0] is 5, expected less than 5, the number of samples."),
    );
  });

  it("refuses a target of the wrong size or kind", async () => {
    const samples = test.select(range(0, 2));
    const labels = new Uint8Array(2);
    await expect(samples.read({ values: new Float32Array(2 * FEATURES), labels })).rejects.toThrow(
      new ShapeError(
        "read: the target is a Float32Array of 6144 and 2 labels, expected a Uint8Array of 6144 " +
          "(2 samples of 3072) and 2 labels.",
      ),
    );
    await expect(samples.read({ values: new Uint8Array(FEATURES), labels })).rejects.toThrow(
      new ShapeError(
        "read: the target is a Uint8Array of 3072 and 2 labels, expected a Uint8Array of 6144 " +
          "(2 samples of 3072) and 2 labels.",
      ),
    );
  });
});

describe("what they are made for (at full length in tests/long)", () => {
  /** Accuracy on 2,000 test images after four epochs of 10,000, with the paper's settings. */
  async function train(hidden: number[], batchNormalization: "after" | false): Promise<number> {
    const { train, test } = splitDataset(synthetic(), { validation: 5000, seed: 1, limit: 10_000 });
    const schedule = new LRCyclingSchedule({ stepSize: 200 });
    const model = network({ hidden, classes: 10, batchNormalization }, { schedule });
    await model.fit(train, { epochs: 4, trainingMetrics: "running" });
    return (await model.evaluate(test.select(range(0, 2000)))).accuracy!;
  }
  const nine = [50, 30, 20, 20, 10, 10, 10, 10];

  it("shows the paper's contrast: nine layers learn sooner with batch normalisation", async () => {
    const withBn = await train(nine, "after");
    const without = await train(nine, false);
    expect(withBn).toBeGreaterThanOrEqual(0.3);
    expect(withBn - without).toBeGreaterThanOrEqual(0.1);
  });

  it("cannot be solved by a linear model, while three layers learn it", async () => {
    expect(await train([], false)).toBeLessThan(0.3);
    expect(await train([50, 50], false)).toBeGreaterThan(0.5);
  });
});
