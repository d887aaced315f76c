/** Files that are no models, or models that someone has changed: refused, by one of our errors that says why. */
import { beforeAll, describe, expect, it } from "vitest";
import { ConfigError, FileError, MemoryError } from "../../src/errors.ts";
import type { Model } from "../../src/model/model.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { encodeSafetensors } from "../../src/model/safetensors.ts";
import { Random } from "../../src/random.ts";
import { VERSION } from "../../src/version.ts";
import {
  type Content,
  contentOf,
  encoded,
  mutatedFile,
  outcomeOf,
  someModel,
  watchedBackend,
} from "../helpers/modelFiles.ts";

let model: Model;
let bytes: Uint8Array;
beforeAll(async () => {
  model = await someModel();
  bytes = model.toBytes({ settings: { epochs: 1 }, data: { sha256: "ab" } });
});

/** The file with its content changed. */
function changed(change: (content: Content) => void): Uint8Array {
  const content = contentOf(bytes);
  change(content);
  return encoded(content);
}

/** The file with one of its JSON texts changed. */
const changedJson = (key: string, change: (value: never) => unknown) =>
  changed(({ metadata }) => {
    metadata[key] = JSON.stringify(change(JSON.parse(metadata[key]!) as never));
  });

const withMetadata = (others: Record<string, string>) =>
  changed(({ metadata }) => void Object.assign(metadata, others));

const without = (key: string) => changed(({ metadata }) => void delete metadata[key]);

type Layers = { name: string; options: Record<string, unknown> }[];

describe("an architecture that does not fit the tensors", () => {
  it.each<[string, (layers: Layers) => void, string]>([
    [
      "fewer units",
      ([dense]) => {
        dense!.options.units = 5;
      },
      "The model: dense1.weight is (5, 6), expected (5, 5).",
    ],
    [
      "more units than any memory has",
      ([dense]) => {
        dense!.options.units = 2 ** 40;
      },
      `The model: dense1.weight is (5, 6), expected (5, ${2 ** 40}).`,
    ],
    [
      "as many as a number can say",
      ([dense]) => {
        dense!.options.units = Number.MAX_SAFE_INTEGER;
      },
      "The model: dense1.weight is (5, 6), expected (5, 9007199254740991).",
    ],
    [
      "a layer less",
      (layers) => void layers.splice(1, 1),
      "The model: batchnorm1.gamma is not a tensor of this network.",
    ],
    [
      "a layer more",
      (layers) => void layers.splice(1, 0, { name: "batchnorm", options: {} }),
      "The model: batchnorm2.gamma is missing.",
    ],
    ["another order", (layers) => void layers.reverse(), "The model: "],
  ])("is refused before anything is made: %s", async (_, change, message) => {
    const { backend, asked } = watchedBackend();
    const file = changedJson("architecture", (layers: Layers) => {
      change(layers);
      return layers;
    });
    const opening = loadModel(file, { engine: backend });
    await expect(opening).rejects.toThrow(FileError);
    await expect(opening).rejects.toThrow(message);
    expect(asked()).toBe(0);
  });
});

describe("a layer that is not as it should be", () => {
  const dense = (options: object, name: unknown = "dense") => [{ name, options }];
  it.each<[string, unknown, string]>([
    ["none", [], "its architecture is an array of 0, expected an array of 1 to 10000 layers."],
    ["no list", { length: 3 }, "its architecture is an object"],
    ["null", [null], "layer 0: the layer is null, expected { name, options }."],
    ["a text", ["dense"], 'layer 0: the layer is "dense"'],
    ["an unknown kind", dense({}, "lstm"), 'layer 0: No layer "lstm". There are: dense, '],
    ["a method of objects", dense({}, "toString"), 'layer 0: No layer "toString".'],
    ["a kind that is a list", dense({}, ["dense"]), "layer 0: No layer of type object."],
    ["negative units", dense({ units: -3 }), "Dense: units is -3, expected an integer ≥ 1."],
    ["no units", dense({}), "Dense: units is undefined"],
    ["units that are text", dense({ units: "6" }), 'Dense: units is "6"'],
    ["no number of units", dense({ units: null }), "Dense: units is null"],
    [
      "an activation that is none",
      dense({ units: 6, activation: "__proto__" }),
      'No activation "__proto__".',
    ],
    [
      "an initializer that is none",
      dense({ units: 6, weightInitializer: { name: "eval", options: {} } }),
      'layer 0: weightInitializer: No initializer "eval".',
    ],
    [
      "an initializer that is text",
      dense({ units: 6, weightInitializer: "xavier" }),
      'layer 0: weightInitializer: the initializer is "xavier"',
    ],
    ["an option that there is not", dense({ units: 6, run: "x" }), 'there is no option "run".'],
    ["layers without number", Array(10_001).fill({ name: "relu", options: {} }), "an array of 10001"],
  ])("%s", async (_, architecture, message) => {
    const opening = loadModel(changedJson("architecture", () => architecture));
    await expect(opening).rejects.toThrow(FileError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/^The model: /);
  });

  it("a prototype in its options changes nothing", async () => {
    const text = '[{ "name": "dense", "options": { "units": 6, "__proto__": { "polluted": 1 } } }]';
    await expect(loadModel(withMetadata({ architecture: text }))).rejects.toThrow(
      'there is no option "__proto__".',
    );
    expect(Object.prototype).not.toHaveProperty("polluted");
  });

  it("10,000 layers are opened, or refused, within the memory that there is", async () => {
    const { backend } = watchedBackend(1e7);
    const many = changedJson("architecture", (layers: Layers) => [
      ...layers,
      ...Array(9_997).fill({ name: "relu", options: {} }),
    ]);
    const opening = loadModel(many, { engine: backend });
    await expect(opening).rejects.toThrow(/softmax as the last layer|bytes/);
  });
});

describe("metadata that are not as they should be", () => {
  it.each<[string, () => Uint8Array, string]>([
    ["no architecture", () => without("architecture"), 'its metadata has no "architecture".'],
    ["no dtype", () => without("dtype"), 'its metadata has no "dtype".'],
    ["no features", () => without("features"), 'its metadata has no "features".'],
    ["no JSON", () => withMetadata({ architecture: "[" }), 'its architecture is "[", expected JSON.'],
    [
      "another dtype",
      () => withMetadata({ dtype: "int8" }),
      "its dtype is int8, expected float32 or float64.",
    ],
    ["features of 0", () => withMetadata({ features: "0" }), "its features is 0, expected an integer ≥ 1."],
    ["features as 5.0", () => withMetadata({ features: "5.0" }), "its features is 5.0, expected"],
    ["features in hex", () => withMetadata({ features: "0x5" }), "its features is 0x5, expected"],
    [
      "other features",
      () => withMetadata({ features: "9007199254740991" }),
      "standardize.mean has 5 numbers, expected 9007199254740991, the model's features.",
    ],
    ["a negative seed", () => withMetadata({ seed: "-1" }), "its seed is -1, expected an integer ≥ 0."],
    ["other values", () => withMetadata({ values: "words" }), "its values are words"],
    [
      "targets of no kind",
      () => withMetadata({ targets: '{"kind":"x","width":1}' }),
      "its targets are an object",
    ],
    ["targets of no width", () => withMetadata({ targets: '{"kind":"flags"}' }), "its targets are an object"],
    ["null as targets", () => withMetadata({ targets: "null" }), "its targets are null"],
    [
      "names that are numbers",
      () => withMetadata({ classNames: "[1,2]" }),
      "its classNames are an array of 2",
    ],
    [
      "more names than outputs",
      () => withMetadata({ classNames: '["a","b","c","d","e"]' }),
      "it has 5 classNames, expected 4 at most, as it has outputs.",
    ],
    ["a training that is none", () => withMetadata({ training: "[]" }), "its training is an array of 0"],
    [
      "no loss",
      () => changedJson("training", ({ loss: _, ...others }: { loss: never }) => others),
      "its loss: the loss is undefined",
    ],
    [
      "a schedule out of its range",
      () =>
        changedJson("training", (training: object) => ({
          ...training,
          optimizer: {
            name: "sgd",
            options: { schedule: { name: "cyclic", options: { stepSize: 0 } } },
          },
        })),
      "LRCyclingSchedule: stepSize is 0",
    ],
    [
      "metrics that are none",
      () => changedJson("training", (training: object) => ({ ...training, metrics: 3 })),
      "its metrics are 3, expected an array.",
    ],
    ["settings that are no JSON", () => withMetadata({ settings: "{epochs}" }), "its settings is"],
  ])("%s", async (_, file, message) => {
    const opening = loadModel(file());
    await expect(opening).rejects.toThrow(FileError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(/^The model: /);
  });

  it("unknown ones are passed over, and what may be missing is", async () => {
    const more = await loadModel(withMetadata({ note: "from elsewhere", trainedOn: "{" }));
    expect(more.toBytes()).toEqual(bytes);
    const least = await loadModel(
      changed(({ metadata }) => {
        for (const key of "seed values targets classNames training weightsSha256 settings data version".split(
          " ",
        ))
          delete metadata[key];
      }),
    );
    expect(least.provenance).toEqual({ version: "unknown" });
    expect(await least.weightsSha256()).toBe(await model.weightsSha256());
    const byNumbers = await least.predict(new Float64Array(5).fill(7 / 255));
    expect(byNumbers).toHaveLength(4);
  });
});

describe("weights that have been changed", () => {
  it("are refused, as their hash is another", async () => {
    const file = changed(({ tensors }) => {
      tensors[0]!.data[3]! += 0.5;
    });
    await expect(loadModel(file)).rejects.toThrow(
      /^The model: its tensors have the hash [0-9a-f]{64}, its metadata weightsSha256 [0-9a-f]{64}: it has been changed\./,
    );
    const forged = changed(({ metadata }) => {
      metadata.weightsSha256 = "__proto__";
    });
    await expect(loadModel(forged)).rejects.toThrow(
      "its metadata weightsSha256 __proto__: it has been changed.",
    );
  });

  it.each([NaN, Infinity, -Infinity])("to %d are refused with their place", async (value) => {
    const file = changed(({ tensors }) => {
      tensors[0]!.data[3] = value;
    });
    await expect(loadModel(file)).rejects.toThrow(
      `The model: dense1.weight[3] is ${value}, expected a finite number.`,
    );
  });
});

describe("what is no model of this format", () => {
  it("tensors without an architecture are said to be that", async () => {
    const plain = encodeSafetensors(model.tensors());
    await expect(loadModel(plain)).rejects.toThrow(
      new FileError(
        "The model: it holds tensors (dense1.weight, dense1.bias, batchnorm1.gamma, …), but not the architecture of a " +
          "model of nnwasm. To use them, make a Model of the same layers, and give its load() the tensors of " +
          "decodeSafetensors(). `nnwasm train --init` takes them, too.",
      ),
    );
    await expect(loadModel(encodeSafetensors([], { format: "pt" }))).rejects.toThrow(
      "The model: it holds tensors (none), but not",
    );
  });

  it("a file of version 0.1.0 is said to be one", async () => {
    const old = encodeSafetensors(model.tensors(), {
      format: "nnwasm",
      version: "0.1.0",
      network: JSON.stringify({ layers: [6], bn: "after", activation: "relu", classes: [] }),
    });
    await expect(loadModel(old)).rejects.toThrow(
      /^The model: it was written by nnwasm 0\.1\.0, before files held whole models\. To use them, make a Model/,
    );
  });

  it("a file of a newer format says what to do", async () => {
    const newer = withMetadata({ formatVersion: "3", version: "7.1.0", architecture: "{}" });
    await expect(loadModel(newer)).rejects.toThrow(
      new FileError(
        `The model: it was written by nnwasm 7.1.0 in format 3; this is nnwasm ${VERSION}, which reads format 2. Update nnwasm.`,
      ),
    );
    for (const formatVersion of ["", "0", "-1", "1.0", "two", "1e3"])
      await expect(loadModel(withMetadata({ formatVersion }))).rejects.toThrow(/its formatVersion is/);
  });

  it("text, nothing, and a file that is cut short", async () => {
    for (const each of [
      new Uint8Array(0),
      new Uint8Array(7),
      new TextEncoder().encode("<html>…"),
      bytes.slice(0, -1),
    ])
      await expect(loadModel(each)).rejects.toThrow(FileError);
  });
});

it("the caller's own mistakes are not the file's", async () => {
  await expect(loadModel(bytes, { engine: "gpu" as never })).rejects.toThrow(ConfigError);
  await expect(loadModel(bytes, { threads: 0 })).rejects.toThrow(/^Model: threads is 0/);
  await expect(loadModel(bytes, { dtype: "float64" } as never)).rejects.toThrow(
    /^loadModel: there is no option "dtype"/,
  );
  const { backend } = watchedBackend(1000);
  await expect(loadModel(bytes, { engine: backend })).rejects.toThrow(MemoryError);
});

it("300 changed files give a model or one of our errors", async () => {
  const random = new Random(1, "files");
  const { backend, asked } = watchedBackend(64_000_000);
  const outcomes = new Map<string, number>();
  for (let i = 0; i < 300; i++) {
    const outcome = await outcomeOf(mutatedFile(bytes, random), backend);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  expect(outcomes.get("a model")).toBeGreaterThan(10);
  expect(outcomes.get("FileError")).toBeGreaterThan(100);
  expect(asked()).toBeLessThan(64_000_000);
});
