/** A training that goes on from a checkpoint ends with the same bits, rows and tests as one that was not interrupted. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { ImageAugmentation } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import { AccuracyMetrics } from "../../src/metrics/index.ts";
import { type Callback, EarlyStopping } from "../../src/model/callbacks/index.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/model/checkpoint.ts";
import type { FitOptions } from "../../src/model/fitOptions.ts";
import type { History } from "../../src/model/history.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { readCheckpoint } from "../../src/model/resume.ts";
import { encodeSafetensors } from "../../src/model/safetensors.ts";
import { AdamWOptimizer, type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { Momentum } from "../helpers/momentum.ts";
import { clusters } from "../helpers/samples.ts";

const samples = clusters(130);
const validation = clusters(40, { seed: 1 });
const others = clusters(50, { seed: 1 });

/** How the trainings of a test differ. */
interface Kind {
  readonly optimizer: () => Optimizer;
  readonly bn?: boolean;
  readonly dropout?: number;
  /** Whether the inputs, as an image of one row, are mirrored and noisy. */
  readonly augmented?: boolean;
  readonly model?: ModelOptions;
  readonly fit?: FitOptions;
  /** Made anew for every part of a training. */
  readonly callbacks?: () => Callback[];
}

const cyclic = () =>
  new SGDOptimizer({ schedule: new LRCyclingSchedule({ etaMin: 0.001, etaMax: 0.2, stepSize: 7 }) });

function build({ optimizer, bn = true, dropout = 0, augmented = false, model = {} }: Kind): Model {
  const layers = denseNetwork({ hidden: [9, 6], classes: 4, batchNormalization: bn && "after", dropout });
  if (augmented) {
    layers.unshift(
      new ImageAugmentation({ shape: [1, 1, samples.features], flip: true, shift: 0, noise: 0.5 }),
    );
  }
  return new Model(layers, model).compile({
    ...{ loss: new CategoricalCrossEntropyLoss(), optimizer: optimizer() },
    metrics: [new AccuracyMetrics()],
  });
}

const options = (kind: Kind): FitOptions => ({
  ...{ epochs: 4, batchSize: 20, validation },
  ...kind.fit,
  callbacks: kind.callbacks?.() ?? [],
});

/** What must be the same. */
async function outcome(model: Model, history: History) {
  const { rows, steps, stopped, stoppedBy } = history;
  const result = {
    rows: rows.map(({ seconds: _, trainSeconds: __, stepsPerSecond: ___, ...row }) => row),
    ...{ steps, stopped, stoppedBy },
    test: await model.evaluate(others),
    tensors: model.tensors(),
  };
  await model.close();
  return result;
}

async function uninterrupted(kind: Kind) {
  const model = build(kind);
  return await outcome(model, await model.fit(samples, options(kind)));
}

/** Trains for so many steps after each interruption, each time in a new model. */
async function interrupted(kind: Kind, steps: number, threads: (part: number) => number = () => 1) {
  let resume: Uint8Array | undefined;
  for (let part = 0; ; part++) {
    const model = build({
      ...kind,
      model: { ...kind.model, ...(kind.model?.engine ? {} : { threads: threads(part) }) },
    });
    const controller = new AbortController();
    let left = steps;
    const history = await model.fit(samples, {
      ...options(kind),
      ...(resume && { resume }),
      signal: controller.signal,
      onStep: () => {
        if (--left === 0) controller.abort();
      },
      checkpoint: {
        everySeconds: 1000,
        save: (bytes) => {
          resume = bytes;
        },
      },
    });
    if (!history.interrupted) return { result: await outcome(model, history), parts: part + 1 };
    await model.close();
  }
}

const kinds: Readonly<Record<string, Kind>> = {
  "SGD, a cyclic rate, batch normalisation": { optimizer: cyclic },
  "an optimizer with tensors of its own": { optimizer: () => new Momentum(0.05) },
  "dropout, AdamW": { optimizer: () => new AdamWOptimizer({ schedule: 0.01 }), dropout: 0.4 },
  "images that are mirrored and noisy": { optimizer: cyclic, augmented: true },
  "weights of classes, Nesterov": {
    optimizer: () => new SGDOptimizer({ schedule: 0.05, momentum: 0.9, nesterov: true, clipNorm: 1 }),
    fit: { classWeight: "balanced" },
  },
  "running metrics": { optimizer: cyclic, fit: { trainingMetrics: "running" } },
  "early stopping that has the best weights back": {
    optimizer: () => new SGDOptimizer({ schedule: 0.5 }),
    fit: { epochs: 40 },
    callbacks: () => [new EarlyStopping({ patience: 2, restoreBest: true, minDelta: 0.02 })],
  },
  "float64, no shuffle": { optimizer: cyclic, model: { dtype: "float64" }, fit: { shuffle: false } },
  JavaScript: { optimizer: cyclic, model: { engine: "js" }, fit: { epochs: 2 } },
  "no validation, no normalisation": { optimizer: cyclic, bn: false, fit: { validation: undefined } },
};

describe("a training that is interrupted", () => {
  it.each(Object.entries(kinds))("after any step, goes on to the same end: %s", async (_, kind) => {
    const whole = await uninterrupted(kind);
    for (const steps of [1, 3, 7, 10]) {
      const { result, parts } = await interrupted(kind, steps);
      expect(result).toEqual(whole);
      expect(parts).toBeGreaterThan(1);
    }
    if (kind.callbacks !== undefined) expect(whole.stopped).toBe("callback");
  });

  it("goes on with another number of threads", async () => {
    const kind = kinds["SGD, a cyclic rate, batch normalisation"]!;
    const { result } = await interrupted(kind, 5, (part) => 1 + (part % 3));
    expect(result).toEqual(await uninterrupted(kind));
  });

  it("keeps what its callbacks keep, their tensors included, in any order of them", async () => {
    const heard: number[][] = [];
    const counting = (): Callback => {
      let seen: number[] = [];
      return {
        onStep: ({ step }) => void seen.push(step),
        onEnd: () => void heard.push(seen),
        state: () => ({
          values: { nan: Number.NaN, zero: -0, deep: [{ infinity: Number.NEGATIVE_INFINITY }] },
          tensors: [{ name: "seen", shape: [seen.length], data: Float64Array.from(seen) }],
        }),
        restore({ values, tensors }) {
          expect(values).toEqual({
            nan: Number.NaN,
            zero: -0,
            deep: [{ infinity: Number.NEGATIVE_INFINITY }],
          });
          seen = [...tensors![0]!.data];
        },
      };
    };
    const { parts } = await interrupted(
      { optimizer: cyclic, callbacks: () => [{ onEnd() {} }, counting()] },
      6,
    );
    expect(parts).toBe(5);
    expect(heard.at(-1)).toEqual([...Array(28).keys()].map((i) => 1 + (i % 7)));
  });

  it("and is complete, gives its history again at once", async () => {
    let last: Uint8Array | undefined;
    const save = (bytes: Uint8Array) => {
      last = bytes;
    };
    const checkpoint = { save };
    const kind = { optimizer: cyclic };
    const model = build(kind);
    const whole = await outcome(model, await model.fit(samples, { ...options(kind), checkpoint }));
    const again = build(kind);
    const resumed = await again.fit(samples, {
      ...options(kind),
      resume: last!,
      onStep: () => expect.fail(),
    });
    expect(await outcome(again, resumed)).toEqual(whole);
  });
});

describe("files", () => {
  let folder: string;
  let at: (name: string) => string;
  const kind: Kind = { optimizer: cyclic };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "nnwasm-resume-"));
    at = (name) => join(folder, name);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("of the last two checkpoints stay; a damaged last one is passed over", async () => {
    const whole = await uninterrupted(kind);
    const path = at("last.safetensors");
    const checkpoint = { path, everyEpochs: 1 };
    await build(kind).fit(samples, { ...options(kind), checkpoint });
    expect(readdirSync(folder).sort()).toEqual(["last.previous.safetensors", "last.safetensors"]);
    expect(await readCheckpoint(path)).toMatchObject({ epoch: 5, step: 0 });
    const { epoch, rows } = await readCheckpoint(at("last.previous.safetensors"));
    expect(rows).toHaveLength(epoch - 1);
    for (const damage of [() => truncateSync(path, 3000), () => truncateSync(path, 0), () => rmSync(path)]) {
      damage();
      const model = build(kind);
      expect(await outcome(model, await model.fit(samples, { ...options(kind), resume: path }))).toEqual(
        whole,
      );
    }
    rmSync(at("last.previous.safetensors"));
    const refused = build(kind).fit(samples, { ...options(kind), resume: path });
    await expect(refused).rejects.toThrow(
      `${path} cannot be read: it does not exist (ENOENT). Check the path.`,
    );
  });

  it("that are no checkpoints are refused, each for its reason", async () => {
    const path = at("other.safetensors");
    const resume = (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      return build(kind).fit(samples, { ...options(kind), resume: path });
    };
    const model = [{ name: "dense1.weight", shape: [1], data: Float32Array.of(1) }];
    await expect(resume(encodeSafetensors(model, { format: "nnwasm" }))).rejects.toThrow(
      `${path} is no checkpoint of a training, but one of "nnwasm". Give the file that Checkpoint, or nnwasm train, has written.`,
    );
    await expect(resume(encodeSafetensors(model))).rejects.toThrow(`${path} is no checkpoint of a training.`);
    const newer = { format: "nnwasm-checkpoint", formatVersion: "2", version: "9.0.0" };
    await expect(resume(encodeSafetensors(model, newer))).rejects.toThrow(
      `${path} is a checkpoint of format 2, written by nnwasm 9.0.0; this is nnwasm 0.1.0, which reads format 1. Go on with that version.`,
    );
    const forged = { ...newer, formatVersion: "1", training: "{}", settings: "{}", data: "{}", checksum: "" };
    await expect(resume(encodeSafetensors(model, forged))).rejects.toThrow(`${path} is damaged: its content`);
    await expect(resume(new Uint8Array(5))).rejects.toThrow("the file has 5 bytes");
  });

  it("with a right checksum and other content are refused", async () => {
    let bytes = new Uint8Array();
    const save = (saved: Uint8Array<ArrayBuffer>) => {
      bytes = saved;
    };
    await build(kind).fit(samples, { ...options(kind), checkpoint: { save } });
    const { state, settings, data, tensors } = decodeCheckpoint(bytes, "whole");
    const resumed = (changes: object, conditions: object = { settings, data }) => {
      const made = encodeCheckpoint({ ...state, ...changes }, conditions as never, tensors);
      return build(kind).fit(samples, { ...options(kind), resume: made });
    };
    const nowhere = "the checkpoint is damaged: its metadata do not say where a training stands.";
    for (const changes of [
      { epoch: -1 },
      { step: 0.5 },
      { updates: Number.NaN },
      { rows: [1] },
      { rows: {} },
      { running: 5 },
      { running: { sums: [] } },
    ]) {
      await expect(resumed(changes)).rejects.toThrow(nowhere);
    }
    await expect(resumed({}, { settings: [], data })).rejects.toThrow(nowhere);
    await expect(resumed({}, { settings, data: 1 })).rejects.toThrow(nowhere);
    for (const [changes, words] of [
      [{ step: 1e9 }, "step 1000000000 of epoch 5 with 4 epochs done, of 4 epochs of 7 steps."],
      [{ epoch: 99 }, "step 0 of epoch 99 with 4 epochs done"],
      [{ rows: [] }, "step 0 of epoch 5 with 0 epochs done"],
    ] as const) {
      await expect(resumed(changes)).rejects.toThrow(`the checkpoint is damaged: it stands at ${words}`);
    }
    for (const from of [undefined, null, 5, "", {}]) {
      await expect(readCheckpoint(from as never)).rejects.toThrow("readCheckpoint: from is ");
    }
    const whole = await readCheckpoint(bytes);
    for (const changes of [{ state: null }, { state: {} }, { data: undefined }, { tensors: null }]) {
      const resume = { ...whole, ...changes } as never;
      await expect(build(kind).fit(samples, { ...options(kind), resume })).rejects.toThrow(
        "resume is an object, expected the path of a checkpoint, its bytes, or what readCheckpoint() gives.",
      );
    }
  });

  it("with any byte changed are refused, by an error of ours", async () => {
    let bytes = new Uint8Array();
    const save = (saved: Uint8Array<ArrayBuffer>) => {
      bytes = saved;
    };
    await build(kind).fit(samples, { ...options(kind), epochs: 1, checkpoint: { save } });
    decodeCheckpoint(bytes, "whole");
    for (let i = 0; i < bytes.length; i += 13) {
      const damaged = bytes.slice();
      damaged[i]! ^= 1 << (i % 8);
      // A space in the header may become nothing that counts: all else is found.
      expect(() => decodeCheckpoint(damaged, "damaged"), `byte ${i}`).toThrow(/damaged|no checkpoint|format/);
    }
  });
});

describe("what a training does not go on with", () => {
  let bytes = new Uint8Array();
  const kind: Kind = { optimizer: cyclic, callbacks: () => [new EarlyStopping({ patience: 30 })] };
  beforeAll(async () => {
    const controller = new AbortController();
    await build(kind).fit(samples, {
      ...options(kind),
      signal: controller.signal,
      onStep: ({ epoch, step }) => {
        if (epoch === 2 && step === 3) controller.abort();
      },
      checkpoint: {
        save: (saved) => {
          bytes = saved;
        },
      },
    });
  });

  const refusal = async (changes: Partial<Kind>, train: Samples = samples): Promise<string> => {
    const model = build({ ...kind, ...changes });
    await model.build(12);
    const weights = await model.weightsSha256();
    const fit = model.fit(train, { ...options({ ...kind, ...changes }), resume: bytes });
    const error = await fit.then(
      () => expect.fail("It went on."),
      (reason: Error) => reason,
    );
    expect(await model.weightsSha256()).toBe(weights);
    return `${error.name}: ${error.message}`;
  };

  it.each<[string, Partial<Kind>, string]>([
    ["epochs", { fit: { epochs: 5 } }, "epochs 4, now it is 5."],
    ["a batch", { fit: { batchSize: 10 } }, "batchSize 20, now it is 10."],
    ["a seed", { fit: { seed: 7 } }, "seed 1, now it is 7."],
    ["an order", { fit: { shuffle: false } }, "shuffle true, now it is false."],
    ["measures", { fit: { trainingMetrics: "running" } }, 'trainingMetrics "full", now it is "running".'],
    [
      "no validation",
      { fit: { validation: undefined }, callbacks: () => [] },
      "validation true, now it is false.",
    ],
    ["a precision", { model: { dtype: "float64" } }, 'dtype "float32", now it is "float64".'],
    ["layers", { bn: false }, "layers [["],
    ["an optimizer", { optimizer: () => new SGDOptimizer() }, 'optimizer {"name":"sgd"'],
    ["patience", { callbacks: () => [new EarlyStopping({ patience: 3 })] }, "callbacks [{"],
  ])("other settings, by name: %s", async (_, changes, words) => {
    const message = await refusal(changes);
    expect(message).toContain("ConfigError: the checkpoint: the training was begun with ");
    expect(message).toContain(words);
    expect(message).toMatch(/ Go on with what it was, or begin anew\.$/);
  });

  it("other data: a value, a label, the order, the number of samples or of validation samples", async () => {
    const values = new Uint8Array(130 * 12);
    const labels = new Uint8Array(130);
    await samples.read({ values, labels });
    const made = (change: (values: Uint8Array, labels: Uint8Array) => void) => {
      const [changedValues, changedLabels] = [values.slice(), labels.slice()];
      change(changedValues, changedLabels);
      return samplesFromArrays({ values: changedValues, labels: changedLabels, features: 12, classes: 4 });
    };
    const changed = [
      made((values) => values.fill(255 - values[777]!, 777, 778)),
      made((_, labels) => labels.fill((labels[129]! + 1) % 4, 129)),
      samples.select(Uint32Array.from({ length: 130 }, (_, i) => 129 - i)),
      samples.select(Uint32Array.from({ length: 129 }, (_, i) => i)),
    ];
    for (const train of changed) {
      expect(await refusal({}, train)).toMatch(
        /^DatasetError: the checkpoint: the training was begun on other data: the training samples are not the same \("130 of 12 uint8, 1 uint8: [0-9a-f]{32}", now "1(30|29) of 12 uint8, 1 uint8: [0-9a-f]{32}"\)\. Give the same samples in the same order, or begin anew\.$/,
      );
    }
    expect(await refusal({ fit: { validation: others } })).toContain(
      "the validation samples are not the same",
    );
    // The same numbers in another object are the same data.
    const model = build(kind);
    await model.fit(
      made(() => {}),
      { ...options(kind), resume: bytes },
    );
  });

  it.each<[unknown, string]>([
    [5, "resume is 5, expected the path of a checkpoint, its bytes, or what readCheckpoint() gives."],
    ["", 'resume is "", expected'],
    [{}, "resume is an object, expected"],
    [null, "resume is null, expected"],
  ])("%j", async (resume, words) => {
    await expect(build(kind).fit(samples, { resume } as FitOptions)).rejects.toThrow(words);
  });
});
