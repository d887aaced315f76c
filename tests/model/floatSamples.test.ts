/** Samples that are stored as floats: standardised as in float64, however far from 0 and however close together. */
import { afterEach, describe, expect, it } from "vitest";
import type { EngineName } from "../../src/backend/index.ts";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import { Dense } from "../../src/layers/index.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import type { NamedTensor } from "../../src/model/safetensors.ts";
import { Random } from "../../src/random.ts";
import { expectClose } from "../helpers/expectNumbers.ts";
import { network } from "../helpers/samples.ts";

const models: Model[] = [];
afterEach(async () => {
  await Promise.all(models.splice(0).map((model) => model.close()));
});

function modelOf(...[options, modelOptions]: Parameters<typeof network>): Model {
  const model = network(options, modelOptions);
  models.push(model);
  return model;
}

/** Row-major values (n, features), a column of n numbers for every feature. */
function rowMajor(columns: readonly ArrayLike<number>[]): Float32Array {
  const [n, d] = [columns[0]!.length, columns.length];
  return Float32Array.from({ length: n * d }, (_, at) => columns[at % d]![Math.floor(at / d)]!);
}

/** The standardisation that a training finds. */
async function standardizationOf(columns: readonly ArrayLike<number>[]): Promise<NamedTensor[]> {
  const labels = Uint8Array.from(columns[0]!, (_, i) => i % 2);
  const model = network({ hidden: [], classes: 2 }, { schedule: 1e-9 });
  await model.fit(samplesFromArrays({ values: rowMajor(columns), labels, features: columns.length }), {
    epochs: 1,
  });
  const { mean, std } = model.standardization!;
  return [
    { name: "standardize.mean", shape: [mean.length], data: mean },
    { name: "standardize.std", shape: [std.length], data: std },
  ];
}

/** What a model sees of the values: the output of a layer that leaves its input as it is. */
async function seen(
  columns: readonly ArrayLike<number>[],
  standardization: NamedTensor[],
  options: ModelOptions = {},
): Promise<number[][]> {
  const d = columns.length;
  const model = new Model([new Dense(d)], options);
  await model.build(d, "float32");
  const weight = Float32Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
  await model.load([
    { name: "dense1.weight", shape: [d, d], data: weight },
    { name: "dense1.bias", shape: [d], data: new Float32Array(d) },
    ...standardization,
  ]);
  const x = await model.predict(rowMajor(columns));
  return columns.map((column, j) => Array.from(column, (_, i) => x[i * d + j]!));
}

/** (v − mean) / std in float64, of values that were rounded to float32, from the first value on: exact differences. */
function expectedOf(column: ArrayLike<number>, of: ArrayLike<number> = column): number[] {
  const origin = Math.fround(column[0]!);
  // Near 1, so that no square overflows or underflows.
  const unit = Math.max(...Array.from(column, (v) => Math.abs(Math.fround(v) - origin))) || 1;
  const offsets = (values: ArrayLike<number>) => Array.from(values, (v) => (Math.fround(v) - origin) / unit);
  const average = (numbers: number[]) => numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const own = offsets(column);
  const mean = average(own);
  const deviation = Math.sqrt(average(own.map((v) => (v - mean) ** 2)));
  // A feature that does not vary is divided by 1.
  return offsets(of).map((v) => (deviation === 0 ? v * unit : (v - mean) / deviation));
}

const n = 40;
const levels = (offset: number, step: number) =>
  Float64Array.from({ length: n }, (_, k) => offset + k * step);
const drawn = (offset: number, deviation: number) => {
  const random = new Random(1, "drawn", String(offset), String(deviation));
  return Float64Array.from({ length: n }, () => offset + deviation * random.normal());
};
const features: [name: string, column: Float64Array][] = [
  ["large numbers close together", levels(1e7, 1)],
  ["negative ones", levels(-1e7, 1)],
  ["neighbours below 1", levels(0.1, 2 ** -27)],
  ["neighbours of 1, on both sides of a power of two", levels(1 - 20 * 2 ** -24, 2 ** -24)],
  ["seconds since 1970, minutes apart", levels(1.76e9, 128)],
  ["milliseconds since 1970", drawn(1.76e12, 1e7)],
  ["a few among neighbours", Float64Array.from({ length: n }, (_, k) => 1e7 + (k === 7 ? 1 : 0))],
  ["years", drawn(1990, 20)],
  ["signed numbers around 0", drawn(0, 1)],
  ["small numbers", drawn(3e-20, 1e-20)],
  ["large numbers", drawn(0, 1e20)],
  ["an outlier", Float64Array.from({ length: n }, (_, k) => (k === 3 ? 1e9 : k))],
  ["a deviation of 1e-39", drawn(0, 1e-39)],
  ["subnormal numbers close together", levels(2 ** -127, 2 ** -149)],
  ["the smallest numbers", levels(0, 2 ** -149)],
  ["the largest numbers close together", levels(3.4e38 - 39 * 2 ** 104, 2 ** 104)],
  [
    "the largest numbers of both signs",
    Float64Array.from({ length: n }, (_, k) => (k === 5 ? 3.4e38 : -3.4e38)),
  ],
  ["a constant", new Float64Array(n).fill(0.1)],
  ["a large constant", new Float64Array(n).fill(-3e38)],
];

/** A few ulps of float32. */
const TOLERANCE = 2 ** -22;

describe("a model sees of float samples (v − mean) / std as float64 has it", () => {
  it("of 1e7 + k, k = 0 … 9", async () => {
    const column = levels(1e7, 1).subarray(0, 10);
    const [x] = await seen([column], await standardizationOf([column]));
    // −1.567, −1.219, −0.870, …, 1.567: mean 1e7 + 4.5, variance (10² − 1) / 12.
    expectClose(
      x!,
      Array.from({ length: 10 }, (_, k) => (k - 4.5) / Math.sqrt(8.25)),
      2 ** -23,
    );
  });

  it.each([
    ["wasm", "float32"],
    ["js", "float32"],
    ["wasm", "float64"],
  ] as const)("of features of every kind, on %s in %s", async (engine: EngineName, dtype) => {
    const columns = features.map(([, column]) => column);
    const standardization = await standardizationOf(columns);
    const x = await seen(columns, standardization, { engine, dtype });
    // One row alone takes other kernels than many.
    const one = await seen(
      columns.map((column) => column.subarray(7, 8)),
      standardization,
      { engine, dtype },
    );
    features.forEach(([name, column], j) => {
      const expected = expectedOf(column);
      expectClose(x[j]!, expected, TOLERANCE, name);
      expectClose(one[j]!, [expected[7]!], TOLERANCE, `${name}, one row`);
    });
  });

  it("of values that are not those it was trained on", async () => {
    const columns = [levels(1e7, 1), levels(0.1, 2 ** -27), levels(0, 2 ** -149)];
    const others = [levels(1e7 - 500, 13), levels(0.1, 2 ** -25), levels(2 ** -143, 2 ** -149)];
    const x = await seen(others, await standardizationOf(columns));
    columns.forEach((column, j) => {
      expectClose(x[j]!, expectedOf(column, others[j]!), TOLERANCE, `feature ${j}`);
    });
  });

  it("and as they are where they are not standardised, the sign of a zero too", async () => {
    const values = [0, -0, 1.5, -3e38, 2 ** -149, 1e7 + 1];
    const [x] = await seen([values], []);
    // The layer adds 0 to what it was given.
    expect(x).toEqual(values.map((v) => Math.fround(v) + 0));
  });
});

describe("a linear classifier tells apart", () => {
  /** 110 samples of 11 levels, cut at one of them. */
  const samplesOf = (offset: number, step: number, cut: number) =>
    samplesFromArrays({
      values: Float32Array.from({ length: 110 }, (_, i) => offset + (i % 11) * step),
      labels: Uint8Array.from({ length: 110 }, (_, i) => (i % 11 < cut ? 0 : 1)),
      features: 1,
    });

  it.each([
    ["neighbours near 0.1", 0.1, 2 ** -27],
    ["neighbours near −1e7", -1e7, 1],
    ["levels whose deviation is 1e-39", 0, 3.2e-40],
    ["the smallest numbers", 0, 2 ** -149],
    ["the largest numbers", -3.4e38, 6.8e37],
  ])("%s, wherever they are cut", async (_name, offset, step) => {
    for (const cut of [2, 4, 6, 9]) {
      const samples = samplesOf(offset, step, cut);
      const model = modelOf({ hidden: [], classes: 2 }, { schedule: 1 });
      const { rows } = await model.fit(samples, { epochs: 60, batchSize: 22, validation: samples });
      const expected = { train: { accuracy: 1 }, validation: { accuracy: 1 } };
      expect(rows.at(-1), `cut at ${cut}`).toMatchObject(expected);
      // Read into another place.
      expect(await model.evaluate(samplesOf(offset, step, cut))).toEqual(rows.at(-1)!.train);
    }
  });
});

it("trainings on floats have the same bits on every engine and in every number of threads", async () => {
  const random = new Random(1, "engines");
  const [count, d] = [150, 300];
  const labels = Uint8Array.from({ length: count }, () => random.below(4));
  const values = Float32Array.from(
    { length: count * d },
    (_, at) => 1e5 * (at % d) + labels[Math.floor(at / d)]! + random.normal(),
  );
  const samples = samplesFromArrays({ values, labels, features: d });
  const hashes: string[] = [];
  for (const options of [{}, { threads: 2 }, { threads: 3 }, { engine: "js" }] as const) {
    const model = modelOf({ hidden: [60, 20], batchNormalization: "after" }, options);
    await model.fit(samples, { epochs: 1, batchSize: 50, trainingMetrics: "running" });
    hashes.push(await model.weightsSha256());
  }
  expect(new Set(hashes).size).toBe(1);
});
