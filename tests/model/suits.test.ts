/** What does not suit a model is refused alike, wherever it is handed in. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { ConfigError, DatasetError, TrainingError } from "../../src/errors.ts";
import type { FitOptions } from "../../src/model/fitOptions.ts";
import type { Model } from "../../src/model/model.ts";
import { clusters, network } from "../helpers/samples.ts";

const fitted = async (samples = clusters(40), options: Parameters<typeof network>[1] = {}) => {
  const model = network({}, options);
  await model.fit(samples, { epochs: 1, batchSize: 10 });
  return model;
};

/** Bytes of clusters(…) as numbers, v / 255. */
async function asNumbers(samples: Samples, divisor = 255): Promise<Samples> {
  const { count, features, classes } = samples;
  const [values, labels] = [new Uint8Array(count * features), new Uint8Array(count)];
  await samples.read({ values, labels });
  return samplesFromArrays({
    values: Float32Array.from(values, (v) => v / divisor),
    labels,
    features,
    classes,
  });
}

/** All ways in: each gets samples that the model does not take. */
const ways: readonly [string, (model: Model, samples: Samples) => Promise<unknown>][] = [
  ["fit", (model, samples) => model.fit(samples, { epochs: 1, batchSize: 10 })],
  [
    "fit, validation",
    (model, validation) => model.fit(clusters(40), { epochs: 1, batchSize: 10, validation }),
  ],
  ["evaluate", (model, samples) => model.evaluate(samples)],
  ["predict", (model, samples) => model.predict(samples)],
];

it.each([
  [[[1, 2]], "an array of 1"],
  [Uint8Array.of(1, 2), "a Uint8Array"],
])("%j is no samples, and samplesFromArrays makes some", async (values, shown) => {
  const model = await fitted();
  for (const way of [() => model.fit(values as never), () => model.evaluate(values as never)]) {
    await expect(way()).rejects.toThrow(
      `the samples are ${shown}, expected samplesFromArrays(…) or the like.`,
    );
  }
});

describe.each(ways)("%s", (name, way) => {
  const where = `Model.${name}: `;

  it.each(["wasm", "js"] as const)(
    "refuses more classes than the model has outputs, on %s",
    async (engine) => {
      const model = await fitted(clusters(40), { engine });
      const before = await model.weightsSha256();
      await expect(way(model, clusters(40, { classes: 5 }))).rejects.toThrow(
        new DatasetError(
          `${where}the samples have 5 classes, the model has 4 outputs. End it with Dense(5), or give it other samples.`,
        ),
      );
      expect(await model.weightsSha256()).toBe(before);
    },
  );

  it("refuses another number of features", async () => {
    for (const features of [11, 13]) {
      await expect(way(await fitted(), clusters(40, { features }))).rejects.toThrow(
        `${where}the samples have ${features} features, the model takes 12.`,
      );
    }
  });

  it("refuses numbers where it was trained on bytes, and the other way about", async () => {
    const numbers = await asNumbers(clusters(40));
    await expect(way(await fitted(), numbers)).rejects.toThrow(
      `${where}the samples are numbers, the model takes bytes (v / 255). Give it a Uint8Array, or samples made from one.`,
    );
    const model = await fitted(numbers);
    const bytes = clusters(30);
    const refusal =
      name === "fit, validation"
        ? model.fit(numbers, { epochs: 1, batchSize: 10, validation: bytes })
        : way(model, bytes);
    await expect(refusal).rejects.toThrow(
      `${where}the samples are bytes (v / 255), the model takes numbers.`,
    );
  });

  it("refuses a label that is no class when it is read", async () => {
    const samples = clusters(40);
    const wrong = (inner: Samples): Samples => ({
      ...{ count: inner.count, features: 12, classes: 4, elementType: "uint8" },
      async read(target) {
        await inner.read(target);
        if (inner.count > 20) target.labels[20] = 200;
      },
      select: (rows) => wrong(inner.select(rows)),
    });
    await expect(way(await fitted(), wrong(samples))).rejects.toThrow(
      `${where}sample 20 has label 200, expected less than 4, the number of classes.`,
    );
  });

  it.each([
    [{ count: Number.NaN }, "count is NaN, expected an integer from 0 to 4294967295."],
    [{ count: 1e12 }, "count is 1000000000000, expected an integer from 0 to 4294967295."],
    [{ count: -1 }, "count is -1, expected"],
    [{ features: 0 }, "features is 0, expected an integer ≥ 1"],
    [{ features: 1.5 }, "features is 1.5, expected"],
    [{ classes: Number.NaN }, "classes is NaN, expected an integer from 1 to 65536."],
    [{ classes: 2.5 }, "classes is 2.5, expected"],
    [{ classes: "2" }, 'classes is "2", expected'],
    [{ classes: 70_000 }, "classes is 70000, expected"],
    [{ elementType: "int8" }, 'elementType is "int8", expected one of uint8, float32, float64.'],
    [{ elementType: "toString" }, 'elementType is "toString", expected'],
    [{ select: undefined }, "select is undefined, expected a function."],
  ])("refuses samples that say %j", async (change, message) => {
    const samples = clusters(40);
    const changed = Object.assign(
      {
        ...{ count: 40, features: 12, classes: 4, elementType: "uint8" },
        read: samples.read.bind(samples),
        select: samples.select.bind(samples),
      },
      change,
    ) as Samples;
    const refusal = way(await fitted(), changed);
    await expect(refusal).rejects.toThrow(DatasetError);
    await expect(refusal).rejects.toThrow(`${where}the samples' ${message}`);
  });

  it("refuses what is not samples", async () => {
    const model = await fitted();
    for (const wrong of [null, 7, "samples"]) {
      const refusal = way(model, wrong as unknown as Samples);
      await expect(refusal).rejects.toThrow(/expected/);
      await expect(refusal).rejects.toThrow(DatasetError);
    }
  });
});

describe("no samples", () => {
  const none = samplesFromArrays({ values: new Uint8Array(0), labels: [], features: 12, classes: 4 });

  it("are refused as that, and not for what batch normalisation needs", async () => {
    await expect(network().fit(none)).rejects.toThrow(
      new DatasetError("Model.fit: there are no samples. Give it at least one."),
    );
    await expect(network().fit(clusters(10), { validation: none })).rejects.toThrow(
      new DatasetError("Model.fit, validation: there are no samples. Give it at least one."),
    );
    await expect((await fitted()).evaluate(none)).rejects.toThrow(
      new DatasetError("Model.evaluate: there are no samples. Give it at least one."),
    );
  });

  it("have no predictions", async () => {
    const model = await fitted();
    expect((await model.predict(none)).length).toBe(0);
    expect((await model.predict(new Uint8Array(0))).length).toBe(0);
  });
});

describe("numbers that are not finite", () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  values[7] = Number.NaN;
  const bad = samplesFromArrays({ values, labels: [0, 1, 0, 1], features: 3, classes: 4 });
  const good = samplesFromArrays({
    values: values.map((_, i) => i * i),
    labels: [0, 1, 0, 1],
    features: 3,
    classes: 4,
  });
  const message = "sample 2, feature 1 is NaN, expected a finite number.";

  it("are named in training, validation, evaluation and prediction", async () => {
    const options: FitOptions = { epochs: 1, batchSize: 2 };
    await expect(network().fit(bad, options)).rejects.toThrow(`Model.fit: ${message}`);
    await expect(network().fit(bad, { ...options, standardize: false })).rejects.toThrow(
      `Model.fit: ${message}`,
    );
    await expect(network().fit(good, { ...options, validation: bad })).rejects.toThrow(
      `Model.fit, validation: ${message}`,
    );
    const model = network();
    await model.fit(good, options);
    await expect(model.evaluate(bad)).rejects.toThrow(`Model.evaluate: ${message}`);
    await expect(model.predict(bad)).rejects.toThrow(`Model.predict: ${message}`);
    await expect(model.predict(values)).rejects.toThrow(`Model.predict: ${message}`);
    expect(() => model.predictor().run([[1, 2, Number.POSITIVE_INFINITY]])).toThrow(
      "Predictor.run: sample 0, feature 2 is Infinity, expected a finite number.",
    );
    expect(() => model.predictor().run([1, 2, 1e300])).toThrow(
      "Predictor.run: sample 0, feature 2 is 1e+300, too large for float32.",
    );
    // Nothing of it is kept: the same model goes on with good ones.
    await model.fit(good, options);
  });
});

describe("arrays of all kinds", () => {
  it("predict alike: bytes of any class and realm, numbers of any precision, rows", async () => {
    const samples = clusters(40);
    const bytes = await fitted(samples);
    const row = Array.from({ length: 12 }, (_, i) => 20 * i);
    const expected = await bytes.predict(Uint8Array.from(row));
    const foreign = runInNewContext(`Uint8Array.from(${JSON.stringify(row)})`);
    for (const same of [Uint8ClampedArray.from(row), Buffer.from(row), foreign, [Buffer.from(row)]]) {
      expect(await bytes.predict(same)).toEqual(expected);
    }
    const numbers = await fitted(await asNumbers(samples, 1));
    const other = await numbers.predict(Float32Array.from(row));
    for (const same of [row, [row], Float64Array.from(row), Int16Array.from(row), Uint32Array.from(row)]) {
      expect(await numbers.predict(same)).toEqual(other);
    }
    await expect(numbers.predict(Buffer.from(row))).rejects.toThrow("the values are bytes (v / 255)");
  });

  it("are trained on as bytes: ImageData's and Buffer", async () => {
    const [values, labels] = [new Uint8Array(40 * 12), new Uint8Array(40)];
    await clusters(40).read({ values, labels });
    const expected = await (await fitted()).weightsSha256();
    for (const same of [
      new Uint8ClampedArray(values),
      Buffer.from(values),
      runInNewContext("v => new Uint8Array(v)")(values),
    ]) {
      const model = await fitted(samplesFromArrays({ values: same, labels, features: 12, classes: 4 }));
      expect(await model.weightsSha256()).toBe(expected);
    }
  });

  it("lose nothing of float64 where the model computes in float64", async () => {
    const values = Float64Array.from({ length: 24 }, (_, i) => 1 + i * 2 ** -40);
    const labels = Array.from({ length: 24 }, (_, i) => (i < 12 ? 0 : 1));
    const model = network({ hidden: [], classes: 2, l2: 0 }, { dtype: "float64", schedule: 0.5 });
    const samples = samplesFromArrays({ values, labels, features: 1 });
    await model.fit(samples, { epochs: 100, batchSize: 24, validation: samples });
    expect((await model.evaluate(samples)).accuracy).toBe(1);
    // Not resident: staged in float64 too.
    expect((await model.evaluate(samplesFromArrays({ values, labels, features: 1 }))).accuracy).toBe(1);
    expect(await model.predict(values)).toEqual(await model.predict([...values]));
    // float32 samples on the same model.
    expect((await model.predict(Float32Array.of(1))).length).toBe(2);
  });
});

describe("a loss that is not finite", () => {
  it("after the last step is a divergence, whatever is measured", async () => {
    for (const trainingMetrics of ["full", "running"] as const) {
      const model = network({ l2: 0 }, { schedule: 1e39 });
      const training = model.fit(clusters(10), { epochs: 1, batchSize: 10, trainingMetrics });
      await expect(training).rejects.toThrow(TrainingError);
      await expect(training).rejects.toThrow(/^(After epoch 1|The loss is)/);
    }
  });

  it("in an evaluation is one too", async () => {
    const model = await network().build(12);
    for (const [, layer] of model.layers)
      for (const { value } of layer.parameters) value.data.fill(Number.NaN);
    await expect(model.evaluate(clusters(10))).rejects.toThrow(
      new TrainingError(
        "Model.evaluate: the loss is NaN. Try a lower etaMax, batch normalisation, or a smaller initialisation; " +
          "or check the data for extreme values.",
      ),
    );
  });
});

describe("while fit() is under way", () => {
  it("what would take its memory is refused", async () => {
    const model = network();
    let refused = 0;
    await model.fit(clusters(40), {
      epochs: 1,
      batchSize: 10,
      onEpoch: async () => {
        expect(model.parameterCount(12)).toBeGreaterThan(0);
        for (const call of [() => model.summary(77), () => model.parameterCount(77), () => model.build(77)]) {
          await expect((async () => call())()).rejects.toThrow(
            /^Model\.(summary|build): fit\(\) is under way\. Wait for its end, or end it by its `signal` and wait\.$/,
          );
          refused++;
        }
      },
    });
    expect(refused).toBe(3);
    expect(() => model.summary(Number.NaN)).toThrow(ConfigError);
  });
});
