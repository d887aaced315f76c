import { describe, expect, it } from "vitest";
import { createSharedMemory, sharedBackend } from "../../src/backend/index.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { residentSamples } from "../../src/data/resident.ts";
import { Dense } from "../../src/layers/index.ts";
import { Model } from "../../src/model/model.ts";
import { expectSameBits } from "../helpers/expectNumbers.ts";
import { clusters, network } from "../helpers/samples.ts";

const bn = { batchNormalization: "after" } as const;

async function valuesOf(samples: Samples): Promise<Uint8Array> {
  const values = new Uint8Array(samples.count * samples.features);
  await samples.read({ values, labels: new Uint8Array(samples.count) });
  return values;
}

async function trained(count = 40) {
  const samples = clusters(count);
  const model = network(bn);
  await model.fit(samples, { epochs: 2, batchSize: 10 });
  return { model, samples, values: await valuesOf(samples) };
}

describe("a predictor", () => {
  it("gives for one sample after another, for some and for all the bits that predict() gives", async () => {
    const { model, samples, values } = await trained(600);
    const expected = await model.predict(samples);
    const predictor = model.predictor();
    expectSameBits(predictor.run(values), expected);
    for (const i of [0, 1, 255, 256, 599]) {
      const one = predictor.run(values.subarray(12 * i, 12 * i + 12));
      expectSameBits(one, expected.subarray(4 * i, 4 * i + 4));
    }
    expectSameBits(predictor.run(values.subarray(12, 12 * 8)), expected.subarray(4, 4 * 8));
    expect(predictor.run(new Uint8Array(0)).length).toBe(0);
  });

  it("writes into the array that it is given, and leaves earlier results alone", async () => {
    const { model, values } = await trained();
    const predictor = model.predictor();
    const first = predictor.run(values.subarray(0, 12));
    const kept = first.slice();
    const result = new Float32Array(4);
    expect(predictor.run(values.subarray(12, 24), result)).toBe(result);
    expectSameBits(first, kept);
    expect([...result]).not.toEqual([...first]);
    const wrong = "Predictor.run: result is a Float32Array of 5 numbers, expected a Float32Array of 4.";
    expect(() => predictor.run(values.subarray(0, 12), new Float32Array(5))).toThrow(wrong);
    expect(() => predictor.run(values.subarray(0, 12), new Float64Array(4))).toThrow(
      "Predictor.run: result is a Float64Array of 4 numbers, expected a Float32Array of 4.",
    );
  });

  it("follows the model: trained on, loaded, and in another memory", async () => {
    const { model, samples, values } = await trained();
    const predictor = model.predictor();
    /** What another model with the same tensors says. */
    const expected = async () => {
      const copy = network(bn, { seed: 5 });
      await copy.load(model.tensors());
      return await copy.predict(values);
    };
    const first = predictor.run(values);
    expectSameBits(first, await expected());
    let between: ReturnType<typeof predictor.run> | undefined;
    await model.fit(samples, {
      epochs: 1,
      batchSize: 10,
      onEpoch: () => {
        between = predictor.run(values);
      },
    });
    const second = predictor.run(values);
    expectSameBits(second, await expected());
    expectSameBits(between!, second);
    expect([...second]).not.toEqual([...first]);
    await model.load(model.tensors().map((tensor) => ({ ...tensor, data: tensor.data.map((v) => v / 2) })));
    expectSameBits(predictor.run(values), await expected());
    // Other samples, which must be resident, and a larger batch: a new memory.
    await model.fit(clusters(900, { seed: 3 }), { epochs: 1, batchSize: 500 });
    expectSameBits(predictor.run(values), await expected());
  });

  it("may run while samples are read for a prediction", async () => {
    const { model, samples, values } = await trained(300);
    const expected = await model.predict(values);
    const predictor = model.predictor();
    const slow: Samples = {
      ...{ count: 300, features: 12, classes: 4, elementType: "uint8" },
      read: () => Promise.reject(new Error("all of them are not read at once")),
      select: (rows) => ({
        ...samples,
        count: rows.length,
        select: () => slow,
        read: async (target) => {
          await samples.select(rows).read(target);
          predictor.run(values.subarray(0, 12 * 7).map(() => 9));
          await null;
        },
      }),
    };
    expectSameBits(await model.predict(slow), expected);
  });

  it("refuses values of another kind or length, and a model that is not built", async () => {
    const { model, values } = await trained();
    const predictor = model.predictor();
    expect(() => predictor.run(new Float32Array(12))).toThrow(
      "Predictor.run: the values are numbers, the model takes bytes (v / 255). Give it a Uint8Array, or samples made from one.",
    );
    expect(() => predictor.run(values.subarray(1))).toThrow(
      "Predictor.run: there are 479 values, expected a multiple of 12, the numbers in a sample.",
    );
    const unknown =
      "The model is not built: the number of features is not known yet. Train, load or build() first.";
    expect(() => new Model([new Dense(2)]).predictor()).toThrow(unknown);
    // A sketch lets the memory go.
    model.summary(99);
    expect(() => predictor.run(values)).toThrow(unknown);
  });

  it("takes float32 samples, in float64 too", async () => {
    for (const dtype of ["float32", "float64"] as const) {
      const model = await new Model([new Dense(3, { activation: "softmax" })], { dtype }).build(2, "float32");
      const result = model.predictor().run(Float32Array.of(1, 2, 3, 4));
      expect(result).toBeInstanceOf(dtype === "float32" ? Float32Array : Float64Array);
      expect(result[0]! + result[1]! + result[2]!).toBeCloseTo(1, 6);
    }
  });
});

describe("predict", () => {
  it("takes resident samples where they are, a selection too", async () => {
    const { samples, values } = await trained(600);
    const layout = { count: 600, features: 12, classes: 4, elementType: "uint8" } as const;
    const { memory, base } = createSharedMemory(20_000);
    const resident = residentSamples(memory, { ...layout, base });
    await samples.read({
      values: resident.residence!.values.data as Uint8Array,
      labels: new Uint8Array(600),
    });
    const model = await network(bn, { engine: sharedBackend(memory) }).build(12);
    const expected = model.predictor().run(values);
    expectSameBits(await model.predict(resident), expected);
    const rows = Uint32Array.from({ length: 300 }, (_, i) => 599 - 2 * i);
    const selected = await model.predict(resident.select(rows));
    rows.forEach((row, i) => {
      expectSameBits(selected.subarray(4 * i, 4 * i + 4), expected.subarray(4 * row, 4 * row + 4));
    });
  });
});
