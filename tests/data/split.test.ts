import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import { ConfigError } from "../../src/errors.ts";

/** A data set whose samples are their own numbers, so that a split can be read back. */
function numbered(count: number): Dataset {
  const samples = (length: number) =>
    samplesFromArrays({
      values: Float32Array.from({ length }, (_, i) => i),
      labels: new Uint8Array(length),
      features: 1,
    });
  return {
    name: "numbered",
    origin: "here",
    shape: [1],
    features: 1,
    classes: 1,
    classNames: ["one"],
    training: samples(count),
    test: samples(7),
  };
}

async function numbers(samples: Samples): Promise<number[]> {
  const values = new Float32Array(samples.count);
  await samples.read({ values, labels: new Uint8Array(samples.count) });
  return [...values];
}

const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

describe("splitDataset", () => {
  it("puts every training sample into one of the two sets, and leaves the test set as it is", async () => {
    const dataset = numbered(100);
    const { train, validation, test } = splitDataset(dataset, { validation: 30 });
    const [a, b] = [await numbers(train), await numbers(validation!)];
    expect([a.length, b.length]).toEqual([70, 30]);
    expect(ascending([...a, ...b])).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(a).not.toEqual(ascending(a));
    expect(test).toBe(dataset.test);
  });

  it("takes 5,000 validation samples by default, as in the paper", () => {
    const { train, validation } = splitDataset(numbered(6000));
    expect([train.count, validation!.count]).toEqual([1000, 5000]);
  });

  it("is decided by the seed, 1 by default", async () => {
    const split = async (options: { seed?: number }) =>
      numbers(splitDataset(numbered(50), { validation: 10, ...options }).train);
    expect(await split({ seed: 1 })).toEqual(await split({}));
    expect(await split({ seed: 2 })).not.toEqual(await split({}));
  });

  it("never changes: these are the first of seed 1", async () => {
    const { train, validation } = splitDataset(numbered(20), { validation: 4 });
    expect(await numbers(validation!)).toEqual([7, 8, 13, 1]);
    expect((await numbers(train)).slice(0, 5)).toEqual([17, 0, 9, 18, 19]);
  });

  it("cuts the training set to its first samples by a limit, and nothing else", async () => {
    const whole = splitDataset(numbered(100), { validation: 30 });
    const cut = splitDataset(numbered(100), { validation: 30, limit: 12 });
    expect(await numbers(cut.train)).toEqual((await numbers(whole.train)).slice(0, 12));
    expect(await numbers(cut.validation!)).toEqual(await numbers(whole.validation!));
    expect(cut.test.count).toBe(7);
  });

  it("takes a limit beyond the training set for all of it", () => {
    expect(splitDataset(numbered(100), { validation: 30, limit: 1000 }).train.count).toBe(70);
  });

  it("has no validation set when none was asked for", () => {
    const { train, validation } = splitDataset(numbered(10), { validation: 0 });
    expect(validation).toBeUndefined();
    expect(train.count).toBe(10);
  });

  it("takes a share of them, rounded", () => {
    const { train, validation } = splitDataset(numbered(11), { validation: 0.25 });
    expect([train.count, validation!.count]).toEqual([8, 3]);
  });

  it.each([10, 11, -1, 2.5, NaN])("refuses %d validation samples of 10", (validation) => {
    expect(() => splitDataset(numbered(10), { validation })).toThrow(
      new ConfigError(
        `${validation} validation samples were asked for, expected an integer from 0 to 9, or a share below 1: ` +
          "numbered has 10 samples to train on.",
      ),
    );
  });

  it.each([0, -1, 2.5, NaN])("refuses the limit %d", (limit) => {
    expect(() => splitDataset(numbered(10), { validation: 2, limit })).toThrow(
      new ConfigError(`The limit is ${limit}, expected an integer ≥ 1.`),
    );
  });
});
