/** Samples of one's own that do not do what they say: what is read is what has a place, or it is refused. */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples, SampleTarget } from "../../src/data/dataset.ts";
import { DatasetError, MemoryError } from "../../src/errors.ts";
import type { Model } from "../../src/model/model.ts";
import { clusters, network } from "../helpers/samples.ts";

const options = { epochs: 1, batchSize: 10 };

/** These samples, but for what is changed, in their selections too. */
const changed = (samples: Samples, change: Partial<Samples>): Samples => ({
  ...{ count: samples.count, features: samples.features, classes: samples.classes },
  elementType: samples.elementType,
  read: (target, readOptions) => samples.read(target, readOptions),
  select: (rows) => changed(samples.select(rows), change),
  ...change,
});

const numbers = (count: number) =>
  samplesFromArrays({
    values: Array.from({ length: count * 12 }, (_, i) => (i * 7) % 11),
    labels: Array.from({ length: count }, (_, i) => i % 4),
    features: 12,
    classes: 4,
  });

const fitted = async (samples = clusters(40)) => {
  const model = network();
  await model.fit(samples, options);
  return model;
};

/** Samples whose number is `now`'s. */
function growing(now: { samples: Samples }): Samples {
  return {
    ...{ features: 12, classes: 4, elementType: "uint8" },
    get count() {
      return now.samples.count;
    },
    read: (target) => now.samples.read(target),
    select: (rows) => now.samples.select(rows),
  };
}

it.each(["wasm", "js"] as const)("samples that have become more are read anew, on %s", async (engine) => {
  const [few, many] = [clusters(8), clusters(700)];
  const now = { samples: few };
  const samples = growing(now);
  const [model, other] = [network({}, { engine }), network({}, { engine })];
  await model.fit(samples, options);
  now.samples = many;
  expect(await model.predict(samples)).toEqual(await model.predict(many));
  expect(await model.evaluate(samples)).toEqual(await model.evaluate(many));
  expect((await model.fit(samples, options)).steps).toBe(70);
  await other.fit(few, options);
  await other.fit(many, options);
  expect(await model.weightsSha256()).toBe(await other.weightsSha256());
});

it("samples that change while they are used are refused, and nothing waits for their end", async () => {
  const samples = clusters(40);
  let count = 8;
  const counting = Object.defineProperty(changed(samples, {}), "count", { get: () => count++ });
  await expect(network().fit(counting, options)).rejects.toThrow(
    /^Model\.fit: the samples are \d+ of elementType "uint8" now, and were others when their memory was made\./,
  );
  count = 300;
  const endless = Object.defineProperty(
    changed(samples, { select: (rows) => clusters(rows.length) }),
    "count",
    {
      get: () => {
        count += 300;
        return count;
      },
    },
  );
  expect((await (await fitted()).evaluate(endless)).loss).toBeGreaterThan(0);
  expect((await (await fitted()).predict(endless)).length % 4).toBe(0);
});

describe.each<[string, (model: Model, samples: Samples) => Promise<unknown>]>([
  ["evaluate", (model, samples) => model.evaluate(samples)],
  ["predict", (model, samples) => model.predict(samples)],
  // Of float64, which this model rounds: a block at a time.
  ["fit", (_, samples) => network().fit(samples, options)],
])("what select gives to %s", (name, way) => {
  it.each<[string, () => unknown, RegExp]>([
    ["fewer", () => numbers(3), /, select: the samples' count is 3, expected 8\. Samples must stay/],
    ["more", () => numbers(12), /, select: the samples' count is 12, expected 8\./],
    ["bytes", () => clusters(8), /, select: the samples' elementType is "uint8", expected "float64"\./],
    [
      "more classes",
      () => changed(numbers(8), { classes: 7 }),
      /, select: the samples' classes is 7, expected 4\./,
    ],
    [
      "others",
      () => changed(numbers(8), { features: 5 }),
      /, select: the samples' features is 5, expected 12\./,
    ],
    ["nothing", () => undefined, /: the samples' select gives undefined, expected samples of the 8 rows/],
    ["a promise", async () => numbers(8), /: the samples' select gives a Promise, expected samples/],
  ])("must be what was asked for: %s", async (_, select, message) => {
    const model = await fitted(numbers(40));
    const refusal = way(model, changed(numbers(8), { select: select as Samples["select"] }));
    await expect(refusal).rejects.toThrow(DatasetError);
    await expect(refusal).rejects.toThrow(new RegExp(`^Model\\.${name}${message.source}`));
  });
});

describe("a read", () => {
  const reading = (read: (target: SampleTarget) => void, count = 8) =>
    changed(numbers(count), {
      elementType: "float32",
      read: async (target) => read(target),
      select: (rows) => reading(read, rows.length),
    } as Partial<Samples>);

  it.each<[string, (target: SampleTarget) => void, string]>([
    [
      "reads nothing",
      () => {},
      "read has left sample 0 and all after it without a label, expected 8 samples. Fill target.labels and target.values, and return when that is done.",
    ],
    [
      "ends too early",
      ({ labels }) => labels.fill(0, 0, 5),
      "read has left sample 5 and all after it without a label",
    ],
    [
      "leaves out numbers",
      ({ labels }) => labels.fill(0),
      "sample 0, feature 0 is NaN, expected a finite number.",
    ],
    [
      "replaces the arrays",
      (target) => {
        Object.assign(target, { values: new Float32Array(96), labels: new Uint8Array(8) });
      },
      "read has put other arrays into its target. Write into those that are there: target.values.set(…).",
    ],
  ])("that %s is refused, in a memory that has been used as in a new one", async (_, read, message) => {
    await expect(network().fit(reading(read), options)).rejects.toThrow(`Model.fit: ${message}`);
    const model = await fitted(numbers(40));
    await model.evaluate(numbers(8));
    await expect(model.evaluate(reading(read))).rejects.toThrow(`Model.evaluate: ${message}`);
    await expect(model.predict(reading(read))).rejects.toThrow(`Model.predict: ${message}`);
  });

  it("of bytes that leaves some out has zeros there, whatever was there before", async () => {
    const partial = (count: number): Samples =>
      changed(clusters(count), {
        read: async ({ labels }) => void labels.fill(0),
        select: (rows) => partial(rows.length),
      });
    const model = await fitted();
    await model.predict(clusters(8));
    expect(await model.predict(partial(8))).toEqual(await model.predict(new Uint8Array(8 * 12)));
  });
});

it("more samples than there is memory for are refused before anything is made for each", async () => {
  const huge = changed(numbers(8), { count: 2 ** 32 - 1 });
  await expect(network().fit(huge, { ...options, batchSize: 1 })).rejects.toThrow(MemoryError);
  await expect((await fitted(numbers(40))).predict(huge)).rejects.toThrow(
    "Model.predict: the system does not give memory for 4294967295 × 4 numbers. Predict fewer samples at once.",
  );
});
