/** What a training calls: when, with what, in which order, and what becomes of it when a callback fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CallbackError, ConfigError } from "../../../src/errors.ts";
import {
  BestWeights,
  type Callback,
  Checkpoint,
  CsvLog,
  EarlyStopping,
  JsonLinesLog,
  type TrainingContext,
} from "../../../src/model/callbacks/index.ts";
import type { FitOptions } from "../../../src/model/fitOptions.ts";
import type { EpochRow } from "../../../src/model/history.ts";
import { clusters, network } from "../../helpers/samples.ts";

const samples = clusters(60);
const validation = clusters(30);
const trained = (options: FitOptions, model = network()) =>
  model.fit(samples, { epochs: 3, batchSize: 20, validation, ...options });
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

describe("callbacks", () => {
  it("are called in order, each when the one before is done, after steps, epochs and at the end", async () => {
    const heard: string[] = [];
    const one = (name: string, wait: () => void | Promise<void>): Callback => {
      const say = (what: string): void | Promise<void> => {
        const waits = wait();
        if (waits === undefined) return void heard.push(`${name} ${what}`);
        return waits.then(() => void heard.push(`${name} ${what}`));
      };
      return {
        onBegin: () => say("begin"),
        onStep: ({ epoch, step }) => say(`step ${epoch}.${step}`),
        onEpoch: ({ epoch }) => say(`epoch ${epoch}`),
        onEnd: ({ stopped }) => say(`end ${stopped}`),
      };
    };
    const last = { ...one("last", () => {}), runsLast: true };
    const callbacks = [last, one("slow", pause), one("fast", () => {})];
    await trained({ callbacks, epochs: 2, onEpoch: ({ epoch }) => void heard.push(`option epoch ${epoch}`) });
    const each = (what: string) => [`slow ${what}`, `fast ${what}`, `last ${what}`];
    const epoch = (n: number) => [
      ...[1, 2, 3].flatMap((step) => each(`step ${n}.${step}`)),
      ...[`option epoch ${n}`, ...each(`epoch ${n}`)],
    ];
    expect(heard).toEqual([...each("begin"), ...epoch(1), ...epoch(2), ...each("end epochs")]);
  });

  it("may be none, or methods of a class; a training tells why it ended", async () => {
    expect(await trained({ callbacks: [] })).toMatchObject({ stopped: "epochs", interrupted: false });
    const controller = new AbortController();
    const history = await trained({ signal: controller.signal, onEpoch: () => controller.abort() });
    // The signal comes after the last step of the first epoch: the second one's first step is the last.
    expect(history).toMatchObject({ stopped: "signal", interrupted: true, steps: 4 });
  });

  it("end a training after a step or an epoch, and History says which, and why", async () => {
    class Enough {
      onStep({ epoch, step }: { epoch: number; step: number }, training: TrainingContext) {
        if (epoch === 2 && step === 2) training.stop("two of two");
      }
    }
    const history = await trained({ callbacks: [new Enough()] });
    expect(history.rows).toHaveLength(1);
    expect(history).toMatchObject({
      ...{ steps: 5, stopped: "callback", interrupted: false },
      stoppedBy: { callback: "Enough", reason: "two of two" },
    });
    const atEpoch = await trained({ callbacks: [{ onEpoch: (_, training) => training.stop() }] });
    expect(atEpoch).toMatchObject({ steps: 3, stopped: "callback" });
    expect(atEpoch.stoppedBy).toEqual({ callback: "a callback of your own", reason: "it asked for the end" });
  });

  it.each<[string, Callback, string]>([
    ["begin", { onBegin: () => Promise.reject(new Error("No.")) }, "before the first step: No."],
    [
      "step",
      {
        onStep: ({ step }) => {
          if (step === 2) throw new Error("No.");
        },
      },
      "after step 2 of epoch 1: No.",
    ],
    ["async step", { onStep: () => Promise.reject(new Error("No.")) }, "after step 1 of epoch 1: No."],
    ["epoch", { name: "mine", onEpoch: () => Promise.reject("text") }, "after epoch 1: text"],
    ["end", { onEnd: () => Promise.reject(new ConfigError("No.")) }, "at the end: No."],
  ])(
    "that fail at the %s end the training with an error that says so; the model stays usable",
    async (_, bad, words) => {
      const model = network();
      let steps = 0;
      const reference = network();
      const error = (await trained(
        { callbacks: [{ onEnd() {} }, bad], onStep: () => void steps++ },
        model,
      ).catch((reason: unknown) => reason)) as CallbackError;
      expect(error).toBeInstanceOf(CallbackError);
      const name = bad.name ?? "a callback of your own";
      expect(error.message).toBe(`Model.fit: callbacks[1] (${name}) failed ${words}`);
      expect(error.cause).toBeDefined();
      // The weights are those of the last step.
      const stop = {
        onStep: ({ epoch, step }: { epoch: number; step: number }, training: TrainingContext) => {
          if (3 * (epoch - 1) + step === steps) training.stop();
        },
      };
      if (steps > 0) {
        await trained({ callbacks: [stop] }, reference);
        expect(await model.weightsSha256()).toBe(await reference.weightsSha256());
      }
      expect((await trained({}, model)).rows).toHaveLength(3);
    },
  );

  it.each<[unknown, string]>([
    [5, "state() gives 5, expected { values, tensors }, and at once."],
    [null, "state() gives null"],
    [[], "state() gives an array of 0"],
    [Promise.resolve({}), "state() gives a Promise"],
    [{ tensors: 5 }, "state() gives an object"],
    [{ tensors: [null] }, "state() gives an object"],
  ])("that give %j as their state are refused", async (state, words) => {
    const callback = { name: "mine", state: () => state } as Callback;
    await expect(trained({ callbacks: [callback], checkpoint: { save() {} } })).rejects.toThrow(
      `callbacks[0] (mine) failed when its state was saved: ${words}`,
    );
  });

  it("whose state comes as a promise that fails end the training, not the process", async () => {
    const callback = { state: () => Promise.reject(new Error("late")) } as unknown as Callback;
    await expect(trained({ callbacks: [callback], checkpoint: { save() {} } })).rejects.toThrow(
      "state() gives a Promise",
    );
    await pause();
  });

  it("may take their time to restore a state, and to fail at it", async () => {
    let saved = new Uint8Array();
    const save = (bytes: Uint8Array<ArrayBuffer>) => {
      saved = bytes;
    };
    const heard: string[] = [];
    const callback = (fails: boolean): Callback => ({
      state: () => ({ values: 7 }),
      async restore({ values }) {
        await pause();
        if (fails) throw new Error("no room");
        heard.push(`restored ${values}`);
      },
      onBegin: () => void heard.push("begins"),
    });
    await trained({ callbacks: [callback(false)], checkpoint: { save } });
    await trained({ callbacks: [callback(false)], resume: saved });
    expect(heard).toEqual(["begins", "restored 7", "begins"]);
    await expect(trained({ callbacks: [callback(true)], resume: saved })).rejects.toThrow(
      "failed when its state was restored: no room",
    );
  });

  it.each<[unknown, string]>([
    [null, "leave: the tensors are null, expected a list, such as Model.tensors()."],
    [
      [{ name: "dense1.weight", shape: [1], data: new Float32Array(1) }],
      "leave: dense1.weight has 1 numbers, and the layers have 96 numbers. Give what tensors() gave.",
    ],
    [
      [{ name: "other", shape: [1], data: new Float32Array(1) }],
      "leave: other has 1 numbers, and the layers have no such tensor.",
    ],
  ])("that leave %j are refused", async (tensors, words) => {
    const callback: Callback = { onEpoch: (_, training) => training.leave(tensors as never) };
    await expect(trained({ callbacks: [callback] })).rejects.toThrow(`failed after epoch 1: ${words}`);
  });

  it.each<[unknown, string]>([
    [5, "callbacks is 5, expected an array, such as [new EarlyStopping()]."],
    [
      [null],
      "callbacks[0] is null, expected an object with some of onBegin, onStep, onEpoch, onEnd, state, restore.",
    ],
    [Array(1), "callbacks[0] is undefined, expected an object"],
    [[{}], "callbacks[0] has none of onBegin, onStep, onEpoch, onEnd, state, restore. Give it one of them."],
    [[{ onStep: 1 }], "callbacks[0]: onStep is 1, expected a function."],
  ])("%j are refused", async (callbacks, words) => {
    await expect(trained({ callbacks } as FitOptions)).rejects.toThrow(words);
  });
});

/** A training whose validation loss is set, epoch by epoch. */
async function withLosses(losses: readonly number[], callback: Callback) {
  const weights: string[] = [];
  const model = network();
  const setting: Callback = {
    onEpoch: async (row: EpochRow) => {
      (row as { validation: object }).validation = { ...row.validation, loss: losses[row.epoch - 1]! };
      weights.push(await model.weightsSha256());
    },
  };
  const history = await trained({ epochs: losses.length, callbacks: [setting, callback] }, model);
  const kept = weights.indexOf(await model.weightsSha256()) + 1;
  return { epochs: history.rows.length, kept, stoppedBy: history.stoppedBy };
}

describe("EarlyStopping", () => {
  it("ends after so many epochs without an improvement", async () => {
    const { epochs, kept, stoppedBy } = await withLosses(
      [3, 2, 2, 1.5, 1.6, 1.5, 1],
      new EarlyStopping({ patience: 2 }),
    );
    expect([epochs, kept]).toEqual([6, 6]);
    const reason = "validation.loss has not become better for 2 epochs";
    expect(stoppedBy).toEqual({ callback: "EarlyStopping", reason });
  });

  it("counts only improvements by more than minDelta, from the last one on", async () => {
    const losses = [3, 2.9, 2.8, 2.4, 2.3, 2.2];
    const options = { patience: 2, minDelta: 0.5, restoreBest: true };
    expect(await withLosses(losses, new EarlyStopping(options))).toMatchObject({ epochs: 3, kept: 3 });
    expect(await withLosses(losses, new EarlyStopping({ ...options, patience: 3 }))).toMatchObject({
      epochs: 6,
      kept: 6,
    });
  });

  it("has the last of the best epochs back, also without a stop", async () => {
    const best = () => new EarlyStopping({ patience: 3, restoreBest: true });
    expect(await withLosses([3, 1, 2, 1, 2, 2, 2], best())).toMatchObject({ epochs: 5, kept: 4 });
    expect(await withLosses([3, 1, 2], best())).toMatchObject({ epochs: 3, kept: 2, stoppedBy: undefined });
  });

  it("begins anew with every training", async () => {
    const stopping = new EarlyStopping({ patience: 1, restoreBest: true });
    expect(await withLosses([1, 2, 2], stopping)).toMatchObject({ epochs: 2, kept: 1 });
    expect(await withLosses([5, 4, 4], stopping)).toMatchObject({ epochs: 3, kept: 3 });
  });
});

describe("BestWeights", () => {
  it("keeps the last of the best epochs, and stops nothing", async () => {
    const best = new BestWeights();
    expect(await withLosses([3, 1, 2, 1, 4], best)).toMatchObject({
      epochs: 5,
      kept: 4,
      stoppedBy: undefined,
    });
    expect([best.epoch, best.value]).toEqual([4, 1]);
    expect(await withLosses([1, 2, Number.NaN], new BestWeights({ better: "more" }))).toMatchObject({
      kept: 2,
    });
    expect(await withLosses([Number.NaN, 2, 3], new BestWeights())).toMatchObject({ kept: 2 });
  });

  it("keeps the best also if the training is stopped or interrupted, but not if it fails", async () => {
    const model = network();
    let weights = "";
    const callbacks = [new BestWeights({ monitor: "train.cost", better: "more" })];
    const onEpoch = async () => {
      weights ||= await model.weightsSha256();
    };
    const controller = new AbortController();
    const onStep = ({ epoch }: { epoch: number }) => {
      if (epoch === 3) controller.abort();
    };
    await trained({ callbacks, onEpoch, onStep, signal: controller.signal }, model);
    expect(await model.weightsSha256()).toBe(weights);
  });

  it("knows from the measure which is better, and refuses one that there is not, before the first step", async () => {
    const best = new BestWeights({ monitor: "validation.accuracy" });
    const { rows } = await trained({ callbacks: [best] });
    expect(best.value).toBe(Math.max(...rows.map(({ validation: measures }) => measures!.accuracy!)));
    const onStep = () => expect.fail("It has begun.");
    await expect(
      trained({ callbacks: [new BestWeights({ monitor: "validation.f1" })], onStep }),
    ).rejects.toThrow(
      new ConfigError(
        "BestWeights: validation.f1: no such measure. There are: train.loss, train.cost, train.accuracy, validation.loss, validation.cost, validation.accuracy.",
      ),
    );
    await expect(
      trained({ callbacks: [new EarlyStopping()], onStep, validation: undefined }),
    ).rejects.toThrow(
      new ConfigError(
        "EarlyStopping: validation.loss: there are no validation samples. Validate with some, or monitor one of: train.loss, train.cost, train.accuracy.",
      ),
    );
  });

  it.each([
    ["val_loss", "validation.loss"],
    ["val_acc", "validation.accuracy"],
    ["train_acc", "train.accuracy"],
    ["validation_cost", "validation.cost"],
    ["accuracy", "validation.accuracy"],
    ["Training-Loss", "train.loss"],
    ["nonesuch", undefined],
    ["val_", undefined],
    ["", undefined],
    ["validation.loss.x", undefined],
  ])("%j may mean %s", async (monitor, meant) => {
    const message = await trained({ callbacks: [new BestWeights({ monitor })] }).catch(String);
    expect(message).toMatch(meant === undefined ? /validation\.accuracy\.$/ : `Did you mean ${meant}?`);
  });

  it.each<[() => unknown, string]>([
    [() => new EarlyStopping({ patience: 0 }), "EarlyStopping: patience is 0, expected an integer ≥ 1."],
    [() => new EarlyStopping({ minDelta: -1 }), "EarlyStopping: minDelta is -1, expected a number ≥ 0."],
    [
      () => new EarlyStopping({ restoreBest: 1 } as object),
      "EarlyStopping: restoreBest is 1, expected true or false.",
    ],
    [
      () => new BestWeights({ monitor: 1 } as object),
      'BestWeights: monitor is 1, expected the name of a measure, such as "validation.loss".',
    ],
    [
      () => new BestWeights({ better: "max" } as object),
      'BestWeights: better is "max", expected "less" or "more".',
    ],
    [
      () => new BestWeights({ mode: "max" } as object),
      'BestWeights: there is no option "mode". There are: monitor, better.',
    ],
    [() => new Checkpoint({}), "Checkpoint: there is neither path nor save. Give it one of them."],
    [
      () => new Checkpoint({ path: "a", save() {} }),
      "Checkpoint: there is both path and save. Give it one of them.",
    ],
    [() => new Checkpoint({ path: "" }), 'Checkpoint: path is "", expected the name of a file.'],
    [
      () => new Checkpoint({ path: "a", everyEpochs: 0 }),
      "Checkpoint: everyEpochs is 0, expected an integer ≥ 1.",
    ],
    [
      () => new Checkpoint({ path: "a", everySeconds: 0 }),
      "Checkpoint: everySeconds is 0, expected a number > 0.",
    ],
    [
      () => new Checkpoint({ path: "a", notes: {} as never }),
      "Checkpoint: notes is an object, expected a function.",
    ],
    [() => new Checkpoint(undefined as never), "Checkpoint: there are no options. Give it { path }."],
    [() => new CsvLog(""), 'CsvLog: path is "", expected the name of a file.'],
  ])("%s is refused", (make, words) => {
    expect(make).toThrow(new ConfigError(words));
  });
});

describe("Checkpoint", () => {
  it("is made every so many epochs and at the end, and says how long it held up the training", async () => {
    const saved: number[] = [];
    const checkpoint = new Checkpoint({
      everyEpochs: 2,
      save: async (_, { epochs }) => {
        await pause();
        saved.push(epochs);
      },
    });
    await trained({ epochs: 5, callbacks: [checkpoint] });
    expect(saved).toEqual([2, 4, 5]);
    expect(checkpoint.seconds).toBeGreaterThan(0);
  });

  it("that cannot be saved ends the training with the reason", async () => {
    const save = () => Promise.reject(new Error("The disk is full."));
    await expect(trained({ checkpoint: { save, everyEpochs: 1 } })).rejects.toThrow(
      /^Model\.fit: callbacks\[0\] \(Checkpoint\) failed after (step \d of epoch 2|epoch 2): The disk is full\.$/,
    );
  });
});

describe("logs", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "nnwasm-logs-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("have a line for every epoch", async () => {
    const [csv, jsonl] = [join(folder, "a.csv"), join(folder, "a.jsonl")];
    writeFileSync(csv, "of another training");
    const { rows } = await trained({ callbacks: [new CsvLog(csv), new JsonLinesLog(jsonl)] });
    expect(readFileSync(jsonl, "utf8")).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const [header, ...lines] = readFileSync(csv, "utf8").trimEnd().split("\n");
    expect(header).toBe(
      "epoch,learningRate,train.loss,train.cost,train.accuracy,validation.loss,validation.cost,validation.accuracy,steps,seconds,trainSeconds,stepsPerSecond",
    );
    expect(lines).toHaveLength(3);
    const numbers = lines[2]!.split(",").map(Number);
    const { train, validation: measures, ...row } = rows[2]!;
    expect(numbers).toEqual([
      ...[row.epoch, row.learningRate, train.loss, train.cost, train.accuracy],
      ...[measures!.loss, measures!.cost, measures!.accuracy],
      ...[row.steps, row.seconds, row.trainSeconds, row.stepsPerSecond],
    ]);
  });

  it("of a training that goes on hold the rows of before, and no others", async () => {
    const path = join(folder, "b.csv");
    let bytes: Uint8Array | undefined;
    const checkpoint = {
      everyEpochs: 1,
      save: (saved: Uint8Array) => {
        bytes ??= saved;
      },
    };
    await trained({ callbacks: [new CsvLog(path)], checkpoint });
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(5);
    await trained({ callbacks: [new CsvLog(path)], resume: bytes! });
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines.map((line) => line.split(",")[0])).toEqual(["epoch", "1", "2", "3", ""]);
  });

  it("that cannot be written end the training, and say which", async () => {
    const path = join(folder, "no", "a.csv");
    await expect(trained({ callbacks: [new CsvLog(path)] })).rejects.toThrow(
      `Model.fit: callbacks[0] (CsvLog) failed before the first step: ${path} cannot be written: it does not exist (ENOENT). Check the path.`,
    );
  });
});
