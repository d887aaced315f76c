import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { FileError } from "../../src/errors.ts";
import { Dense } from "../../src/layers/index.ts";
import { Model } from "../../src/model/model.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/model/safetensors.ts";
import { Random } from "../../src/random.ts";
import { clusters, network } from "../helpers/samples.ts";

const bn = { batchNormalization: "after" } as const;

/** Numbers far from 0, of which a model knows nothing without its standardisation. */
function farOff(count: number): Samples {
  const random = new Random(1, "far");
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const values = labels.flatMap((label) => [1000 + 3 * label + random.normal(), -500 + random.normal()]);
  return samplesFromArrays({ values, labels, features: 2, classes: 4 });
}

describe.each([
  ["bytes", clusters(60)],
  ["numbers", farOff(60)],
])("a model trained on %s", (_, samples) => {
  const trained = async (dtype: "float32" | "float64" = "float32") => {
    const model = network(bn, { dtype });
    await model.fit(samples, { epochs: 3, batchSize: 10 });
    return model;
  };

  it("is another's after tensors() and load(), its standardisation too", async () => {
    for (const dtype of ["float32", "float64"] as const) {
      const model = await trained(dtype);
      const tensors = model.tensors();
      expect(tensors.slice(-2).map(({ name, shape, data }) => [name, shape, data.constructor])).toEqual([
        ["standardize.mean", [samples.features], Float64Array],
        ["standardize.std", [samples.features], Float64Array],
      ]);
      const copy = network(bn, { seed: 99, dtype });
      await copy.load(tensors);
      // Built by load: the predictor is there at once, for this kind of values.
      const values = samples.elementType === "uint8" ? new Uint8Array(samples.features) : new Float64Array(2);
      expect(copy.predictor().run(values)).toEqual(model.predictor().run(values));
      expect(await copy.evaluate(samples)).toEqual(await model.evaluate(samples));
      expect(await copy.weightsSha256()).toBe(await model.weightsSha256());
      expect(copy.tensors()).toEqual(tensors);
    }
  });

  it("goes through a safetensors file", async () => {
    const model = await trained();
    const { tensors } = decodeSafetensors(encodeSafetensors(model.tensors()), "file");
    const copy = network(bn, { seed: 99 });
    await copy.load(tensors.values());
    expect(await copy.evaluate(samples)).toEqual(await model.evaluate(samples));
  });

  it("goes on after a load to the bits of one that was not interrupted", async () => {
    const options = { epochs: 4, batchSize: 10 };
    const whole = network(bn);
    await whole.fit(samples, options);
    const first = network(bn);
    await first.fit(samples, { ...options, epochs: 2 });
    const second = network(bn);
    await second.load(first.tensors());
    await second.fit(samples, { ...options, initialEpoch: 2 });
    expect(await second.weightsSha256()).toBe(await whole.weightsSha256());
  });

  it("keeps its standardisation, and is as it was, when its memory is let go", async () => {
    const model = await trained();
    const before = [model.tensors(), await model.predict(samples)];
    await model.close();
    expect([model.tensors(), await model.predict(samples)]).toEqual(before);
  });
});

it("the hash is of the weights alone", async () => {
  const model = await network().build(12);
  const before = await model.weightsSha256();
  expect(model.tensors().some(({ name }) => name.startsWith("standardize"))).toBe(false);
  const vector = (name: string, value: number) => ({
    name,
    shape: [12],
    data: new Float64Array(12).fill(value),
  });
  await model.load([...model.tensors(), vector("standardize.mean", 3), vector("standardize.std", 2)]);
  expect(model.tensors().length).toBe(8);
  expect(await model.weightsSha256()).toBe(before);
});

it("a weight of one output, or of one input, keeps its shape, and both shapes of a row are taken", async () => {
  const shapes = async (features: number, units: number) => {
    const model = await new Model([new Dense(units)]).build(features);
    return model.tensors().map(({ shape }) => shape);
  };
  expect(await shapes(5, 1)).toEqual([[5, 1], [1]]);
  expect(await shapes(1, 3)).toEqual([[1, 3], [3]]);
  expect(await shapes(1, 1)).toEqual([[1, 1], [1]]);
  const model = await new Model([new Dense(3)]).build(1);
  const [weight, bias] = model.tensors() as [NamedTensor, NamedTensor];
  await model.load([
    { ...weight, shape: [3] },
    { ...bias, shape: [1, 3] },
  ]);
  await expect(model.load([{ ...weight, shape: [3, 1] }, bias], "f")).rejects.toThrow(
    "f: dense1.weight is (3, 1), expected (1, 3). Is it another network's file?",
  );
});

describe("load refuses", () => {
  const vector = (name: string, values: readonly number[]): NamedTensor => ({
    name,
    shape: [values.length],
    data: Float64Array.from(values),
  });
  const ones = vector("standardize.std", [1, 1, 1]);
  const zeros = vector("standardize.mean", [0, 0, 0]);

  it.each<[string, (tensors: NamedTensor[]) => unknown, string]>([
    [
      "what has been JSON",
      (tensors) => JSON.parse(JSON.stringify(tensors)),
      "f: the data of dense1.weight is an object, expected a Float32Array or a Float64Array. What has been JSON must be made one again.",
    ],
    [
      "plain arrays",
      ([first, ...rest]) => [{ ...first!, data: [...first!.data] }, ...rest],
      "f: the data of dense1.weight is an array of 24",
    ],
    [
      "another type of array",
      ([first, ...rest]) => [{ ...first!, data: Uint8Array.from(first!.data) }, ...rest],
      "f: the data of dense1.weight is a Uint8Array",
    ],
    [
      "too few numbers",
      ([first, ...rest]) => [{ ...first!, data: first!.data.subarray(1) }, ...rest],
      "f: dense1.weight has 23 numbers, expected 24 of its shape (3, 8).",
    ],
    [
      "too many numbers",
      ([first, ...rest]) => [{ ...first!, data: new Float32Array(25) }, ...rest],
      "f: dense1.weight has 25 numbers, expected 24",
    ],
    [
      "a name twice",
      (tensors) => [...tensors, tensors[0]!],
      "f: dense1.weight is there twice. Give every tensor once.",
    ],
    [
      "a standardisation twice",
      (tensors) => [...tensors, zeros, ones, ones],
      "f: standardize.std is there twice.",
    ],
    [
      "a mean alone",
      (tensors) => [...tensors, zeros],
      "f: there is standardize.mean, but no standardize.std. Give both, or neither.",
    ],
    [
      "a deviation alone",
      (tensors) => [...tensors, ones],
      "f: there is standardize.std, but no standardize.mean.",
    ],
    [
      "a deviation of 0",
      (tensors) => [...tensors, zeros, vector("standardize.std", [1, 0, 1])],
      "f: standardize.std[1] is 0, expected a finite number > 0.",
    ],
    [
      "a negative one",
      (tensors) => [...tensors, zeros, vector("standardize.std", [-1, 1, 1])],
      "f: standardize.std[0] is -1, expected",
    ],
    [
      "NaN in it",
      (tensors) => [...tensors, zeros, vector("standardize.std", [1, 1, Number.NaN])],
      "f: standardize.std[2] is NaN, expected",
    ],
    [
      "an infinite mean",
      (tensors) => [...tensors, vector("standardize.mean", [0, Infinity, 0]), ones],
      "f: standardize.mean[1] is Infinity, expected a finite number.",
    ],
    [
      "one of other features",
      (tensors) => [...tensors, vector("standardize.mean", [0, 0]), vector("standardize.std", [1, 1])],
      "f: standardize.mean has 2 numbers, expected 3, the model's features.",
    ],
    [
      "no shape",
      ([first, ...rest]) => [{ ...first!, shape: "3, 8" }, ...rest],
      'f: the shape of dense1.weight is "3, 8", expected an array of integers ≥ 0.',
    ],
    [
      "no name",
      ([first, ...rest]) => [{ ...first!, name: undefined }, ...rest],
      "f: a tensor's name is undefined, expected text",
    ],
    [
      "null in the list",
      (tensors) => [null, ...tensors],
      "f: a tensor is null, expected { name, shape, data }.",
    ],
    [
      "a Map",
      (tensors) => new Map(tensors.map((tensor) => [tensor.name, tensor])),
      "f: a tensor is an array of 2, expected { name, shape, data }. Of a Map, give its values().",
    ],
    ["no list", () => ({}), "f: the tensors are an object, expected a list, such as Model.tensors()."],
    [
      "a weight that is NaN",
      ([first, ...rest]) => [{ ...first!, data: first!.data.map((v, i) => (i === 3 ? NaN : v)) }, ...rest],
      "f: dense1.weight[3] is NaN, expected a finite number.",
    ],
    [
      "an infinite bias",
      ([first, bias, ...rest]) => [first, { ...bias!, data: bias!.data.map(() => -Infinity) }, ...rest],
      "f: dense1.bias[0] is -Infinity, expected a finite number.",
    ],
    [
      "what float32 cannot hold",
      ([first, ...rest]) => [{ ...first!, data: Float64Array.from(first!.data, () => 1e300) }, ...rest],
      "f: dense1.weight[0] is 1e+300, too large for float32.",
    ],
  ])("%s, and leaves the model as it was", async (_, change, message) => {
    for (const isBuilt of [true, false]) {
      const source = await network().build(3);
      const model = network({}, { seed: 2 });
      if (isBuilt) await model.build(3);
      const before = isBuilt ? await model.weightsSha256() : undefined;
      const refusal = model.load(change(source.tensors()) as NamedTensor[], "f");
      await expect(refusal).rejects.toThrow(FileError);
      await expect(refusal).rejects.toThrow(message);
      expect(model.standardization).toBeUndefined();
      if (isBuilt) expect(await model.weightsSha256()).toBe(before);
      // Nothing is decided: it can be built for others.
      else expect((await model.build(7)).tensors()[0]!.shape).toEqual([7, 8]);
    }
  });
});
