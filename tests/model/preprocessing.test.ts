import { describe, expect, it } from "vitest";
import { tableSamples } from "../../src/data/tableSamples.ts";
import { imagePreprocessing } from "../../src/images/preprocessing.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  loadModel,
  Model,
  samplesFromArrays,
} from "../../src/index.ts";
import { Dense } from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { AccuracyMetrics, MaeMetrics, RmseMetrics } from "../../src/metrics/index.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { fitPreprocessing } from "../../src/preprocessing/fit.ts";
import { Random } from "../../src/random.ts";
import { all, column, tableOf, understood } from "../helpers/tables.ts";

const CITIES = ["Bern", "Rom", "Ulm"];
const random = new Random(3, "test");
const rows = Array.from({ length: 60 }, (_, i) => ({
  rooms: i % 11 === 3 ? undefined : 1 + random.below(9),
  city: CITIES[random.below(3)]!,
  built: new Date(Date.UTC(2000 + random.below(20), random.below(12), 1 + random.below(28))),
  sold: random.below(2) === 1,
}));
const priceOf = ({ rooms = 4, city }: (typeof rows)[number]) => 1000 * rooms + (city === "Rom" ? 500 : 0);

const table = tableOf(
  column(
    "rooms",
    "number",
    rows.map((row) => row.rooms),
  ),
  column(
    "city",
    "category",
    rows.map((row) => row.city),
  ),
  column(
    "built",
    "date",
    rows.map((row) => row.built.getTime()),
  ),
  column(
    "sold",
    "boolean",
    rows.map((row) => row.sold),
  ),
  column("price", "number", rows.map(priceOf)),
  column(
    "dear",
    "category",
    rows.map((row) => (priceOf(row) > 5000 ? "yes" : "no")),
  ),
  column(
    "wet",
    "boolean",
    rows.map((_, i) => i % 3 === 0),
  ),
);

const tasks = {
  numbers: { targets: ["price"], names: undefined, activation: "linear", outputs: 1 },
  classes: { targets: ["dear"], names: ["no", "yes"], activation: "softmax", outputs: 2 },
  flags: { targets: ["wet"], names: undefined, activation: "sigmoid", outputs: 1 },
} as const;

type Task = keyof typeof tasks;

async function trained(task: Task, dtype: "float32" | "float64" = "float32") {
  const { targets, names, activation, outputs } = tasks[task];
  const used = tableOf(
    ...table.columns.slice(0, 4),
    ...table.columns.filter(({ name }) => (targets as readonly string[]).includes(name)),
  );
  const fitted = fitPreprocessing(used, understood(used, task, targets, names), all(used).slice(0, 50));
  const { std } = fitted.target;
  const [loss, metrics] = {
    numbers: [
      new MeanSquaredErrorLoss(),
      [new RmseMetrics({ scale: std }), new MaeMetrics({ scale: std })],
    ] as const,
    classes: [new CategoricalCrossEntropyLoss(), [new AccuracyMetrics()]] as const,
    flags: [new BinaryCrossEntropyLoss(), [new AccuracyMetrics()]] as const,
  }[task];
  const model = new Model([new Dense(8, { activation: "relu" }), new Dense(outputs, { activation })], {
    seed: 2,
    dtype,
  });
  model.compile({ loss, optimizer: new SGDOptimizer({ schedule: 0.05 }), metrics: [...metrics] });
  const samples = tableSamples(used, fitted);
  await model.fit(samples.select(Uint32Array.from(all(used).slice(0, 50))), {
    epochs: 5,
    batchSize: 8,
    standardize: false,
  });
  const file = model.toBytes({ preprocessing: fitted.describe() });
  return { model, fitted, samples, file, opened: await loadModel(file) };
}

const metadataOf = (bytes: Uint8Array) => Object.fromEntries(decodeSafetensors(bytes, "file").metadata);

function withMetadata(bytes: Uint8Array, changes: Readonly<Record<string, string>>): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes, "file");
  return encodeSafetensors([...tensors.values()], { ...Object.fromEntries(metadata), ...changes });
}

describe.each(["float32", "float64"] as const)("a model of %s with the preprocessing of a table", (dtype) => {
  it.each(["numbers", "classes", "flags"] as const)("gives answers to rows: %s", async (task) => {
    const { model, samples, fitted, opened } = await trained(task, dtype);
    const outputs = await model.predict(samples);
    const answers = await opened.predict(rows);
    expect(answers).toEqual(fitted.decode(outputs, rows.length));
    const [first] = answers;
    expect(Object.keys(first!)).toEqual(
      { numbers: ["price"], classes: ["class", "probabilities"], flags: ["wet", "probabilities"] }[task],
    );
  });

  it("gives each row the same bits, however rows are cut", async () => {
    const { opened } = await trained("numbers", dtype);
    const many = Array.from({ length: 2500 }, (_, i) => rows[(7 * i) % rows.length]!);
    const whole = await opened.predict(many);
    for (const size of [1, 7, 256, 1024, 1025]) {
      const from = size === 1 ? 2400 : 0;
      const cut = [];
      for (let i = from; i < many.length; i += size)
        cut.push(...(await opened.predict(many.slice(i, i + size))));
      expect(cut).toEqual(whole.slice(from));
    }
  });
});

describe("rows", () => {
  it("are as in a file: numbers as texts, what is missing in any form, columns in any order and more of them", async () => {
    const { opened } = await trained("numbers");
    const row = { rooms: 3, city: "Rom", built: new Date(Date.UTC(2010, 4, 2)), sold: true };
    const [expected] = await opened.predict([row]);
    const texts = { more: "x", sold: "yes", built: "2010-05-02", rooms: "3", city: "Rom", price: "none" };
    expect(await opened.predict([texts])).toEqual([expected]);
    const { rooms: _, ...absent } = row;
    const [missing] = await opened.predict([absent]);
    expect(missing).not.toEqual(expected);
    const forms = ["", undefined, null, Number.NaN, "NA"].map((rooms) => ({ ...row, rooms }));
    expect(await opened.predict(forms)).toEqual(Array(5).fill(missing));
    const [unseen, empty] = await opened.predict([
      { ...row, city: "Graz" },
      { ...row, city: "" },
    ]);
    // Neither is known: there were no missing ones, nor rare ones.
    expect(unseen).toEqual(empty);
    expect(await opened.predict([{}])).toEqual([{ price: expect.any(Number) }]);
    expect(await opened.predict([])).toEqual([]);
  });

  it("that are wrong are refused by row and column", async () => {
    const { opened } = await trained("numbers");
    const [row] = rows;
    await expect(opened.predict([row!, { ...row, rooms: "many" }] as never)).rejects.toThrow(
      /row 1, column "rooms".*"many"/s,
    );
    const late = Array.from({ length: 1500 }, (_, i) => ({ ...row, rooms: i === 1300 ? "x" : 1 }));
    await expect(opened.predict(late as never)).rejects.toThrow(/row 1300, column "rooms"/);
    await expect(opened.predict([row, 5] as never)).rejects.toThrow(
      "Model.predict: row 1 is 5, expected an object",
    );
    await expect(opened.predict([row, [5]] as never)).rejects.toThrow(
      "Model.predict: row 1 is an array of 1",
    );
    await expect(opened.predict([{ rooms: 1n, city: {} }] as never)).rejects.toThrow(/city/);
  });

  it("need a model that knows columns", async () => {
    const { model } = await trained("numbers");
    await expect(model.predict(rows)).rejects.toThrow(
      "Model.predict: the rows are objects, and the model does not know columns: it was not trained on a table.",
    );
    await expect(model.evaluate(rows)).rejects.toThrow("Model.evaluate: the rows are objects");
  });

  it("are evaluated with the target among them, in its own unit", async () => {
    const { opened, model, samples } = await trained("numbers");
    const priced = rows.map((row) => ({ ...row, price: priceOf(row) }));
    const found = await opened.evaluate(priced);
    expect(found).toEqual(await model.evaluate(samples));
    const answers = (await opened.predict(rows)) as { price: number }[];
    const errors = answers.map(({ price }, i) => price - priceOf(rows[i]!));
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(found.rmse).toBeCloseTo(Math.sqrt(mean(errors.map((error) => error * error))), 1);
    expect(found.mae).toBeCloseTo(mean(errors.map(Math.abs)), 1);
    await expect(opened.evaluate([...priced.slice(0, 2), { ...rows[0]! }])).rejects.toThrow(
      'Model.evaluate, row 2, column "price": the target is missing, expected a number.',
    );
    await expect(opened.evaluate([])).rejects.toThrow("there are no samples");
    const { opened: ofClasses } = await trained("classes");
    const wrong = rows.slice(0, 1).map((row) => ({ ...row, dear: "maybe" }));
    await expect(ofClasses.evaluate(wrong)).rejects.toThrow(
      'Model.evaluate, row 0, column "dear": the target is "maybe", expected one of the 2 classes: "no", "yes".',
    );
  });

  it("are not mistaken for numbers: those are features", async () => {
    const { opened, fitted, samples } = await trained("numbers");
    const values = new Float64Array(2 * fitted.features);
    fitted.encode(table, [0, 1], values);
    const plain = Array.from(values);
    const outputs = await opened.predict([plain.slice(0, fitted.features), plain.slice(fitted.features)]);
    expect(outputs).toEqual((await opened.predict(samples)).slice(0, 2));
    expect(await opened.predict(values)).toEqual(outputs);
    await expect(opened.predict(rows[0] as never)).rejects.toMatchObject({ name: "DatasetError" });
  });
});

describe("a model's file with a preprocessing", () => {
  it("has format 2 and the description, and saves to the same bytes again; one without has format 1", async () => {
    const { model, fitted, file, opened } = await trained("classes");
    expect(metadataOf(file)).toMatchObject({
      formatVersion: "2",
      preprocessing: JSON.stringify(fitted.describe()),
    });
    expect(opened.toBytes()).toEqual(file);
    expect(opened.preprocessing).toMatchObject({ kind: "table", features: fitted.features });
    const plain = model.toBytes();
    expect(metadataOf(plain)).toMatchObject({ formatVersion: "1" });
    expect(metadataOf(plain)).not.toHaveProperty("preprocessing");
    expect((await loadModel(plain)).preprocessing).toBeUndefined();
    // A preprocessing is taken as well as its description.
    expect(model.toBytes({ preprocessing: fitted })).toEqual(file);
  });

  it("may have that of images", async () => {
    const model = await new Model([new Dense(2)], { seed: 1 }).build(3 * 2 * 3);
    const images = imagePreprocessing(3, 2, 3);
    const opened = await loadModel(model.toBytes({ preprocessing: images }));
    expect(opened.preprocessing).toEqual(images);
    await expect(opened.predict([{ a: 1 }])).rejects.toThrow("the model does not know columns");
    expect(() => model.toBytes({ preprocessing: imagePreprocessing(3, 3, 3) })).toThrow(
      "Model.toBytes: preprocessing makes 27 features, the model takes 18.",
    );
  });

  it("is refused if the preprocessing is none, or does not fit the model", async () => {
    const { file, fitted } = await trained("numbers");
    const described = fitted.describe();
    const refuse = async (preprocessing: string, message: string | RegExp) => {
      const error = await loadModel(withMetadata(file, { preprocessing })).catch((reason) => reason);
      expect(error).toMatchObject({ name: "FileError", message: expect.stringMatching(message) });
    };
    await refuse("{", /its preprocessing is "\{", expected JSON/);
    await refuse("null", /its preprocessing is null, expected an object/);
    await refuse(
      JSON.stringify({ ...described, version: 9 }),
      /its version is 9, expected 1. Update nnwasm./,
    );
    const fewer = { ...described, columns: described.columns.slice(1) };
    await refuse(JSON.stringify(fewer), /its preprocessing makes \d+ features, the model takes \d+/);
    const { mean, std, columns } = described.target;
    const two = {
      ...described.target,
      columns: [...columns, { name: "b", kind: "number" }],
      mean: [...mean!, 0],
      std: [...std!, 1],
    };
    await refuse(
      JSON.stringify({ ...described, target: two }),
      "its preprocessing has 2 numbers, the model has 1 outputs.",
    );
    const many = { kind: "classes", columns: [{ name: "k", kind: "number" }], classNames: ["a", "b"] };
    await refuse(
      JSON.stringify({ ...described, target: many }),
      "its preprocessing has 2 classes, the model has 1 outputs.",
    );
  });

  it("keeps it when the model is trained on", async () => {
    const { opened, samples } = await trained("numbers");
    await opened.fit(samples, { epochs: 1, standardize: false });
    expect(opened.preprocessing).toMatchObject({ kind: "table" });
    expect(metadataOf(opened.toBytes())).toHaveProperty("preprocessing");
  });
});

it("samples of one's own have no preprocessing", async () => {
  const model = new Model([new Dense(1)], { seed: 1 }).compile({
    loss: new MeanSquaredErrorLoss(),
    optimizer: new SGDOptimizer(),
  });
  await model.fit(samplesFromArrays({ values: [[1], [2]], numbers: [1, 2] }), { epochs: 1 });
  expect(model.preprocessing).toBeUndefined();
});
