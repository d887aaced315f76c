import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { splitDataset } from "../../src/data/split.ts";
import type { SamplesSplit, SamplesSplitOptions } from "../../src/data/splitSamples.ts";
import { ConfigError } from "../../src/errors.ts";
import { permutation, Random } from "../../src/random.ts";

/** Samples whose values are their own numbers, so that a split can be read back. */
const numbered = (count: number, labels: ArrayLike<number> = new Uint8Array(count)): Samples =>
  samplesFromArrays({ values: Float64Array.from({ length: count }, (_, i) => i), labels, features: 1 });

async function rowsOf(samples: Samples | undefined): Promise<number[]> {
  if (samples === undefined) return [];
  const values = new Float64Array(samples.count);
  await samples.read({ values, labels: new Uint8Array(samples.count) });
  return [...values];
}

async function rows({ train, validation, test }: SamplesSplit) {
  return { train: await rowsOf(train), validation: await rowsOf(validation), test: await rowsOf(test) };
}

const split = async (count: number, options: SamplesSplitOptions, labels?: ArrayLike<number>) =>
  rows(splitDataset(numbered(count, labels), options));

const all = (count: number) => Array.from({ length: count }, (_, i) => i);
const ascending = (values: number[]) => [...values].sort((a, b) => a - b);

/** Expects every row to be in one set, once. */
function expectWhole({ train, validation, test }: Awaited<ReturnType<typeof split>>, count: number) {
  expect(ascending([...train, ...validation, ...test])).toEqual(all(count));
}

/** How many samples and how large sets, which leave something to train on. */
const sizes = fc
  .record({ count: fc.integer({ min: 1, max: 120 }), a: fc.nat(), b: fc.nat(), seed: fc.nat() })
  .map(({ count, a, b, seed }) => {
    const validation = a % count;
    return { count, validation, test: b % (count - validation), seed };
  });

describe("a random split of samples", () => {
  it("takes shares and counts: each sample is in one set, each set as large as was asked", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, validation, test, seed }) => {
        const sets = await split(count, { validation, test, seed });
        expectWhole(sets, count);
        expect([sets.validation.length, sets.test.length]).toEqual([validation, test]);
      }),
      { numRuns: 100 },
    );
    const sets = await split(50, { validation: 0.2, test: 0.09 });
    expect([sets.train.length, sets.validation.length, sets.test.length]).toEqual([35, 10, 5]);
    expect((await split(10, { validation: 0.01 })).validation).toHaveLength(1);
  });

  it("takes the samples that the split of a data set takes", async () => {
    const order = [...permutation(20, new Random(1, "split"))];
    const sets = await split(20, { validation: 4 });
    expect(sets.validation).toEqual([7, 8, 13, 1]);
    expect([...sets.validation, ...sets.train]).toEqual(order);
    expect((await split(20, { validation: 4, test: 3 })).test).toEqual(order.slice(4, 7));
    expect(await split(20, { validation: 4, seed: 2 })).not.toEqual(sets);
  });

  it("has no set that was not asked for", () => {
    const { train, validation, test } = splitDataset(numbered(9), { seed: 3 });
    expect([train.count, validation, test]).toEqual([9, undefined, undefined]);
  });
});

describe("a stratified split", () => {
  it("gives each class its share, within a sample for training, and each a sample to train on", async () => {
    const cases = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
      ...{ a: fc.nat(), b: fc.nat(), seed: fc.nat() },
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ counts, a, b, seed }) => {
        const labels = counts.flatMap((count, label) => new Array<number>(count).fill(label));
        const count = labels.length;
        const most = count - counts.length;
        const validation = a % (most + 1);
        const test = b % (most - validation + 1);
        const sets = await split(count, { validation, test, seed, stratify: true }, labels);
        expectWhole(sets, count);
        expect([sets.validation.length, sets.test.length]).toEqual([validation, test]);
        const isCapped = counts.some((n) => ((validation + test) * n) / count > n - 1);
        for (const [label, n] of counts.entries()) {
          const inSet = (set: number[]) => set.filter((row) => labels[row] === label).length;
          expect(inSet(sets.train)).toBeGreaterThanOrEqual(1);
          if (isCapped) continue;
          const heldOut = ((validation + test) * n) / count;
          expect(Math.abs(inSet(sets.validation) + inSet(sets.test) - heldOut)).toBeLessThan(1);
          expect(Math.abs(inSet(sets.validation) - (validation * n) / count)).toBeLessThan(2);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("divides by largest remainders; between equal ones the larger class comes first", async () => {
    // Quotas of 5: 2.5, 1.5, 1. The halves are equal, the first class is larger.
    const labels = [...new Array(10).fill(0), ...new Array(6).fill(1), ...new Array(4).fill(2)];
    const { validation } = await split(20, { validation: 5, stratify: true }, labels);
    expect([0, 1, 2].map((label) => validation.filter((row) => labels[row] === label).length)).toEqual([
      3, 1, 1,
    ]);
  });

  it("takes classes of any kind, as an array, whatever the samples have", async () => {
    const names = all(30).map((i) => (i % 3 === 0 ? "rare" : "common"));
    const sets = await split(30, { test: 0.5, stratify: names });
    expect(sets.test.filter((row) => names[row] === "rare")).toHaveLength(5);
    const labels = names.map((name) => (name === "rare" ? 1 : 0));
    expect(await split(30, { test: 0.5, stratify: true }, labels)).toEqual(sets);
    const half = numbered(60, [...new Array(30).fill(0), ...labels]).select(
      Uint32Array.from(all(30), (i) => 30 + i),
    );
    const own = await rows(splitDataset(half, { test: 0.5, stratify: true }));
    expect(own.test).toEqual(sets.test.map((row) => 30 + row));
  });

  it("is a random one with stratify: false", async () => {
    expect(await split(20, { validation: 4, stratify: false })).toEqual(await split(20, { validation: 4 }));
  });
});

describe("a split by group", () => {
  it("keeps groups together, leaves no set empty, and comes near the sizes", async () => {
    const cases = fc.record({
      counts: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 30 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ counts, seed }) => {
        const groups = counts.flatMap((count, group) => new Array<string>(count).fill(`patient ${group}`));
        const count = groups.length;
        const sets = await split(count, { validation: 0.2, test: 0.2, group: groups, seed });
        expectWhole(sets, count);
        const owners = Object.values(sets).map((set) => new Set(set.map((row) => groups[row])));
        expect(owners.reduce((sum, owner) => sum + owner.size, 0)).toBe(counts.length);
        for (const owner of owners) expect(owner.size).toBeGreaterThan(0);
        if (counts.length > 12) {
          const wanted = Math.max(1, Math.round(0.2 * count));
          for (const set of [sets.validation, sets.test])
            expect(Math.abs(set.length - wanted)).toBeLessThanOrEqual(9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is decided by the seed, and takes numbers too", async () => {
    const group = Int32Array.from(all(40), (i) => i >> 2);
    const of = (seed: number) => split(40, { test: 0.25, group, seed });
    expect(await of(1)).toEqual(await of(1));
    expect(
      new Set((await Promise.all([1, 2, 3, 4].map(of))).map(({ test }) => ascending(test).join())).size,
    ).toBeGreaterThan(1);
  });
});

describe("a split in the order of time", () => {
  it("trains on the earliest and tests on the latest, whatever the seed", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.infiniteStream(fc.double({ noNaN: true })), async (size, stream) => {
        const { count, validation, test, seed } = size;
        const time = [...stream.take(count)];
        const sets = await split(count, { validation, test, time, seed });
        expectWhole(sets, count);
        expect([sets.validation.length, sets.test.length]).toEqual([validation, test]);
        const inOrder = [...sets.train, ...sets.validation, ...sets.test].map((row) => time[row]!);
        expect(inOrder.every((value, i) => i === 0 || value >= inOrder[i - 1]!)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("takes dates, and rows in their order where the time is the same", async () => {
    const time = ["2026-03-01", "2026-01-01", "2026-02-01", "2026-01-01"].map((text) => new Date(text));
    expect(await split(4, { validation: 1, test: 1, time })).toEqual({
      train: [1, 3],
      validation: [2],
      test: [0],
    });
  });
});

describe("given sets", () => {
  it("are as given, in the order given; the others are for training", async () => {
    expect(await split(6, { given: { train: [5, 0], validation: Uint32Array.of(3), test: [1, 2] } })).toEqual(
      {
        ...{ train: [5, 0], validation: [3], test: [1, 2] },
      },
    );
    expect(await split(5, { given: { test: [3, 1] } })).toEqual({
      train: [0, 2, 4],
      validation: [],
      test: [3, 1],
    });
  });
});

describe("splitDataset refuses", () => {
  const refused = (options: object, labels?: ArrayLike<number>) => {
    try {
      splitDataset(numbered(10, labels), options as SamplesSplitOptions);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    }
    return expect.fail("It was taken.");
  };
  const size = "expected a share between 0 and 1 or a number of samples ≥ 0.";
  it.each([
    [{ validation: -1 }, `validation is -1, ${size}`],
    [{ test: 1.5 }, `test is 1.5, ${size}`],
    [{ test: NaN }, `test is NaN, ${size}`],
    [{ test: "2" }, `test is "2", ${size}`],
    [
      { validation: 0.5, test: 5 },
      "5 samples for validation and 5 for the test leave nothing to train on of 10. Ask for fewer.",
    ],
    [{ seed: 0.5 }, "seed is 0.5, expected an integer ≥ 0."],
    [
      { limit: 3 },
      'there is no option "limit". There are: validation, test, stratify, group, time, given, seed.',
    ],
    [{ group: all(10), time: all(10) }, "group and time exclude each other. Give one of them."],
    [{ given: { test: [0] }, test: 0.5 }, "given and test exclude each other."],
    [
      { stratify: [1, 2], test: 1 },
      "stratify has 2 entries, expected an array of 10, an entry for each sample.",
    ],
    [
      { group: "patients", test: 1 },
      'group is "patients", expected an array of 10, an entry for each sample.',
    ],
    [{ time: null, test: 1 }, "time is null, expected an array of 10, an entry for each sample."],
    [{ time: new Array(10).fill("Monday"), test: 1 }, 'time[0] is "Monday", expected a number or a date.'],
    [{ time: new Array(10).fill(new Date("?")), test: 1 }, "time[0] is a Date, expected a number or a date."],
    [
      { group: new Array(10).fill(1), test: 1 },
      "there are 1 groups for 2 sets, expected at least one for each. Ask for fewer sets.",
    ],
    [
      { stratify: all(10), test: 1 },
      "1 samples held out of 10 leave not every one of 10 classes a sample to train on. Ask for fewer, or leave stratify out.",
    ],
    [{ given: { test: [10] } }, "given.test[0] is 10, expected an integer from 0 to 9."],
    [{ given: { test: [1, -1] } }, "given.test[1] is -1, expected an integer from 0 to 9."],
    [
      { given: { validation: [2], test: [1, 2] } },
      "given.test[1] is 2, which is in validation already. Give every sample once.",
    ],
    [{ given: { train: [4, 4] } }, "given.train[1] is 4, which is in train already. Give every sample once."],
    [{ given: { test: all(10) } }, "given leaves nothing to train on. Give train some samples."],
    [{ given: { test: 3 } }, "given.test is 3, expected an array of numbers of samples."],
    [{ given: { tests: [3] } }, 'given: there is no option "tests". There are: train, validation, test.'],
  ])("%j", (options, message) => {
    const text = refused(options);
    expect(text.replace(/^splitDataset:? /, "")).toBe(message);
  });

  it("samples whose classes have to be read, with stratify: true", () => {
    const { count, features, classes, elementType } = numbered(10);
    const own = { count, features, classes, elementType, read: async () => {}, select: () => own } as Samples;
    expect(() => splitDataset(own, { test: 2, stratify: true })).toThrow(
      "splitDataset: stratify is true, but the samples must be read to know their classes. Give an array with a class for each.",
    );
    const numbers = { ...own, targets: { kind: "numbers", width: 1 } } as Samples;
    expect(() => splitDataset(numbers, { test: 2, stratify: true })).toThrow(
      "splitDataset: stratify is true, but the samples have numbers. Give an array with a class for each sample.",
    );
  });

  it("nothing at all", () => {
    expect(() => splitDataset(undefined as never)).toThrow(
      "splitDataset: the data set is undefined, expected cifar10(…), samplesFromArrays(…) or the like.",
    );
  });
});
