/**
 * Weighted trainings on numbers and flags have the same bits in any number of threads, on either engine, with samples in
 * the model's memory and with samples that lie in a memory that workers share.
 */
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Dataset, Samples } from "../../src/data/dataset.ts";
import { BatchNormalization, Dense, Dropout } from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  HuberLoss,
  type Loss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { AdamOptimizer } from "../../src/optimizers/index.ts";
import { Random } from "../../src/random.ts";
import { openPlacedDataset, placeDataset } from "../../src/training/placedDataset.ts";

const [COUNT, FEATURES, OUTPUTS] = [150, 37, 3];
const random = new Random(1, "weighted");
const bytes = Uint8Array.from({ length: COUNT * FEATURES }, () => random.below(256));
const weights = Float64Array.from({ length: COUNT }, () => random.below(5) / 2);
const at = (i: number) => bytes[Math.floor(i / OUTPUTS) * FEATURES + (i % OUTPUTS)]!;
const of = <T>(value: (byte: number) => T) => Array.from({ length: COUNT * OUTPUTS }, (_, i) => value(at(i)));
const numbers = of((byte) => byte / 128 - 1);
const flags = of((byte) => byte > 100);
const common = { features: FEATURES, outputs: OUTPUTS, weights };

const cases: readonly (readonly [string, Loss, "linear" | "sigmoid", Samples])[] = [
  [
    "numbers on bytes",
    new MeanSquaredErrorLoss(),
    "linear",
    samplesFromArrays({ ...common, values: bytes, numbers }),
  ],
  [
    "numbers on floats",
    new HuberLoss({ delta: 0.5 }),
    "linear",
    samplesFromArrays({ ...common, values: Float32Array.from(bytes, (byte) => byte / 64 - 2), numbers }),
  ],
  [
    "flags on bytes",
    new BinaryCrossEntropyLoss(),
    "sigmoid",
    samplesFromArrays({ ...common, values: bytes, flags }),
  ],
];

describe.each(cases)("weighted %s", (_, loss, activation, samples) => {
  async function train(data: Samples, options: ModelOptions) {
    const layers = [
      new Dense(20, { activation: "relu" }),
      new BatchNormalization(),
      new Dropout(0.2),
      new Dense(13, { activation: "gelu" }),
      new Dense(OUTPUTS, { activation }),
    ];
    const model = new Model(layers, options).compile({
      loss,
      optimizer: new AdamOptimizer({ schedule: 0.01 }),
    });
    const { rows } = await model.fit(data, { epochs: 2, batchSize: 32, validation: data });
    const result = {
      rows: rows.map(({ train, validation }) => ({ train, validation })),
      evaluation: await model.evaluate(data),
      weightsSha256: await model.weightsSha256(),
    };
    await model.close();
    return result;
  }

  it("has the same bits for 1, 2 and 3 threads and the engine js, on resident and on shared samples", async () => {
    const dataset = { name: "weighted", training: samples, test: samples } as unknown as Dataset;
    const shared = openPlacedDataset(await placeDataset(dataset)).training;
    expect(shared.weighted).toBe(true);
    const expected = await train(samples, {});
    expect(expected.evaluation.loss).toBeGreaterThan(0);
    for (const data of [samples, shared]) {
      for (const options of [{}, { threads: 2 }, { threads: 3 }, { engine: "js" }] as const) {
        expect(await train(data, options), JSON.stringify(options)).toEqual(expected);
      }
    }
    const { targets } = samples;
    const unweighted = samplesFromArrays({
      ...{ values: bytes, features: FEATURES, outputs: OUTPUTS },
      ...(targets!.kind === "flags" ? { flags } : { numbers }),
    });
    expect((await train(unweighted, {})).weightsSha256).not.toBe(expected.weightsSha256);
  });
});
