/** trainInWorker over a channel, behind which serveTraining listens in this thread; and in workers of Node's. */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { CallbackError, ConfigError, DatasetError, FileError, TrainingError } from "../../src/errors.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { AccuracyMetrics, ConfusionMetrics } from "../../src/metrics/index.ts";
import type { Model } from "../../src/model/model.ts";
import { Model as ModelClass } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { loadModel } from "../../src/model/openModel.ts";
import { AdamOptimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { CosineSchedule } from "../../src/schedules/index.ts";
import { type MessagePortLike, serveTraining } from "../../src/worker/serve.ts";
import { type TrainInWorkerOptions, trainInWorker } from "../../src/worker/trainInWorker.ts";
import { fromWire, toWire } from "../../src/worker/wire.ts";
import { clusters } from "../helpers/samples.ts";

const opened: MessagePort[] = [];
afterEach(() => {
  for (const port of opened.splice(0)) port.close();
});

/** A channel with a server behind it. */
function server() {
  const { port1, port2 } = new MessageChannel();
  opened.push(port1);
  serveTraining({}, port2 as unknown as MessagePortLike);
  return port1;
}

const [train, validation] = [clusters(1000), clusters(200, { seed: 1 })];

function network(
  options: { adam?: boolean; place?: "after" | "before"; dropout?: number; rate?: number } = {},
) {
  const { adam = false, place = "after", dropout = 0, rate = 0.05 } = options;
  const schedule = new CosineSchedule({ etaMax: rate, steps: 50 });
  return new ModelClass(denseNetwork({ hidden: [16, 8], classes: 4, batchNormalization: place, dropout }), {
    seed: 4,
    threads: "auto",
  }).compile({
    loss: new CategoricalCrossEntropyLoss(),
    optimizer: adam ? new AdamOptimizer({ schedule }) : new SGDOptimizer({ schedule, momentum: 0.9 }),
    metrics: [new AccuracyMetrics(), new ConfusionMetrics()],
  });
}

const measures = (rows: readonly { epoch: number; train: object; validation?: object }[]) =>
  rows.map(({ epoch, train, validation }) => ({ epoch, train, validation }));

describe("trainInWorker", () => {
  it.each([
    ["SGD", {}, {}],
    ["Adam and dropout", { adam: true, dropout: 0.2, place: "before" as const }, { batchSize: 64 }],
    [
      "options of fit()",
      {},
      { seed: 9, shuffle: false, standardize: false, trainingMetrics: "running" as const },
    ],
    ["class weights, and an early end", {}, { classWeight: "balanced" as const, epochs: 30 }],
  ])("trains to the bits of fit(): %s", async (name, made, options) => {
    const fitting = { epochs: 3, validation, ...options };
    const isEarly = name.includes("early end");
    const stopping = { patience: 2, monitor: "validation.loss", minDelta: 0.05, restoreBest: true };
    const { EarlyStopping } = await import("../../src/model/callbacks/index.ts");
    const [here, there] = [network(made), network(made)];
    const expected = await here.fit(train, {
      ...fitting,
      ...(isEarly && { callbacks: [new EarlyStopping(stopping)] }),
    });
    const rows: number[] = [];
    const training = trainInWorker(there, train, {
      ...fitting,
      ...{ worker: server(), onEpoch: ({ epoch }) => void rows.push(epoch) },
      ...(isEarly && { earlyStopping: stopping }),
    });
    const history = await training.finished;
    expect(measures(history.rows)).toEqual(measures(expected.rows));
    expect(history.stopped).toBe(isEarly ? "callback" : "epochs");
    expect(rows).toEqual(history.rows.map(({ epoch }) => epoch));
    expect(await there.weightsSha256()).toBe(await here.weightsSha256());
    expect(there.toBytes()).toEqual(here.toBytes());
    expect(await there.evaluate(validation)).toEqual(await here.evaluate(validation));
    // It goes on from there, here or in a worker.
    await here.fit(train, { ...options, epochs: 1 });
    await trainInWorker(there, train, { ...options, epochs: 1, worker: server() }).finished;
    expect(await there.weightsSha256()).toBe(await here.weightsSha256());
    await Promise.all([here.close(), there.close()]);
  });

  const values = Float32Array.from({ length: 200 * 3 }, (_, i) => ((i * 7919) % 101) / 50 - 1);
  const weights = Float64Array.from({ length: 200 }, (_, i) => (i % 3) / 2);
  it.each<[string, Samples, ConstructorParameters<typeof ModelClass>[0], object]>([
    [
      "numbers, weighted",
      samplesFromArrays({ values, features: 3, weights, outputs: 2, numbers: values.subarray(0, 400) }),
      denseNetwork({ hidden: [8], outputs: 2 }),
      { loss: new MeanSquaredErrorLoss() },
    ],
    [
      "flags with names",
      samplesFromArrays({
        ...{ values, features: 3, outputs: 2, flags: Array.from(values.subarray(0, 400), (v) => v > 0) },
        classNames: ["wet", "cold"],
      }),
      denseNetwork({ hidden: [8], outputs: 2, outputActivation: "sigmoid" }),
      { loss: new BinaryCrossEntropyLoss() },
    ],
  ])("sends %s", async (_, samples, layers, { loss }: { loss?: MeanSquaredErrorLoss }) => {
    const own = new ModelClass(layers, { seed: 2, dtype: "float64" }).compile({
      ...{ loss: loss!, optimizer: new SGDOptimizer({ schedule: 0.1 }) },
    }) as unknown as Model;
    await own.build(3, "float32");
    const other = (await loadModel(own.toBytes())) as unknown as Model;
    const expected = await own.fit(samples, { epochs: 2 });
    const { rows } = await trainInWorker(other, samples, { epochs: 2, worker: server() }).finished;
    expect(measures(rows)).toEqual(measures(expected.rows));
    expect(await other.weightsSha256()).toBe(await own.weightsSha256());
    expect(other.classNames).toEqual(own.classNames);
  });

  it("pauses before the first step, goes on step by step, tells how far it is, and runs to the bits of fit()", async () => {
    const [here, there] = [network(), network()];
    await here.fit(train, { epochs: 2 });
    const paused: (number | undefined)[] = [];
    let onPause: () => void = () => {};
    const nextPause = () =>
      new Promise<void>((resolve) => {
        onPause = resolve;
      });
    const progress = vi.fn();
    const first = nextPause();
    const training = trainInWorker(there, train, {
      ...{ epochs: 2, worker: server(), paused: true, onProgress: progress },
      onPaused: (report) => {
        paused.push(report?.step);
        onPause();
      },
    });
    await first;
    for (const steps of [1, 3]) {
      const next = nextPause();
      training.step(steps);
      await next;
    }
    expect(paused).toEqual([undefined, 1, 4]);
    expect(progress.mock.lastCall![0]).toMatchObject({ epoch: 1, epochs: 2, step: 4, steps: 10 });
    const midway = await loadModel(await training.snapshot());
    expect(await midway.weightsSha256()).not.toBe(await here.weightsSha256());
    training.run();
    const { rows } = await training.finished;
    expect(rows.length).toBe(2);
    expect(await there.weightsSha256()).toBe(await here.weightsSha256());
    await expect(training.snapshot()).rejects.toThrow(
      new ConfigError("trainInWorker: the training has ended. Use the model."),
    );
    // Nothing is left to be told.
    training.pause();
    training.cancel();
    expect(() => training.step(0)).toThrow(ConfigError);
  });

  it.each(["cancel", "signal"])("ends early by %s, with the weights of then", async (how) => {
    const model = network();
    const controller = new AbortController();
    const training = trainInWorker(model, train, {
      ...{ epochs: 100_000, worker: server(), signal: controller.signal },
      onEpoch: ({ epoch }) => {
        if (epoch !== 2) return;
        if (how === "cancel") training.cancel();
        else controller.abort();
      },
    });
    const history = await training.finished;
    expect(history).toMatchObject({ interrupted: true, stopped: "signal" });
    expect(history.rows.length).toBeGreaterThanOrEqual(2);
    expect(history.rows.length).toBeLessThan(100_000);
    const { loss } = await model.evaluate(train);
    expect(loss).toBeLessThan(1);
  });

  it("ends as fit() does if its signal is aborted before", async () => {
    const signal = AbortSignal.abort();
    const [here, there] = [network(), network()];
    const expected = await here.fit(train, { signal });
    const { rows, steps, stopped } = await trainInWorker(there, train, { signal, worker: server() }).finished;
    expect({ rows, steps, stopped }).toEqual({ rows: [], steps: expected.steps, stopped: "signal" });
    expect(await there.weightsSha256()).toBe(await here.weightsSha256());
  });

  it("hands checkpoints to the page, from which another training goes on to the same bits", async () => {
    const [here, there, again] = [network(), network(), network()];
    await here.fit(train, { epochs: 4, validation });
    let checkpoint: Uint8Array | undefined;
    const training = trainInWorker(there, train, {
      ...{ epochs: 4, validation, worker: server() },
      checkpoint: {
        everyEpochs: 1,
        save: (bytes, { epochs }) => {
          if (epochs === 2) {
            checkpoint = bytes;
            training.cancel();
          }
        },
      },
    });
    await training.finished;
    const resumed = trainInWorker(again, train, {
      ...{ epochs: 4, validation, worker: server(), resume: checkpoint! },
    });
    const { rows } = await resumed.finished;
    expect(rows.length).toBe(4);
    expect(await again.weightsSha256()).toBe(await here.weightsSha256());
  });

  const failing = (options: TrainInWorkerOptions, model = network(), samples: Samples = train) =>
    trainInWorker(model as Model, samples, { epochs: 2, worker: server(), ...options }).finished;

  it("rejects with errors of their classes, and leaves the model as it was", async () => {
    const model = network({ rate: 1e30 });
    await model.build(12, "uint8");
    const before = await model.weightsSha256();
    await expect(failing({}, model)).rejects.toBeInstanceOf(TrainingError);
    expect(await model.weightsSha256()).toBe(before);
    const reason = new FileError("disk.bin cannot be written: no space. Free some.");
    const save = () => Promise.reject(reason);
    await expect(failing({ checkpoint: { everyEpochs: 1, save } })).rejects.toMatchObject({
      constructor: CallbackError,
      cause: expect.objectContaining({ constructor: FileError, message: reason.message }),
    });
    const thrown = new Error("the page's own");
    const onEpoch = () => {
      throw thrown;
    };
    await expect(failing({ onEpoch })).rejects.toBe(thrown);
    await expect(failing({}, network(), clusters(100, { classes: 7 }))).rejects.toBeInstanceOf(DatasetError);
    const resume = new Uint8Array(10);
    await expect(failing({ resume })).rejects.toBeInstanceOf(FileError);
  });

  it("refuses options and workers that it cannot use", async () => {
    const refused = (options: object, model: unknown = network()) =>
      expect(() => trainInWorker(model as Model, train, options));
    refused({ epoch: 3 }).toThrow(/^trainInWorker: there is no option "epoch"\. There are: epochs, /);
    refused({ callbacks: [] }).toThrow('trainInWorker: there is no option "callbacks".');
    refused({ epochs: 0 }).toThrow(ConfigError);
    refused({ paused: 1 }).toThrow("trainInWorker: paused is 1");
    refused({ onProgress: 1 }).toThrow("trainInWorker: onProgress is 1, expected a function.");
    refused({ checkpoint: { everyEpochs: 1 } }).toThrow("trainInWorker: checkpoint has no save.");
    refused({ earlyStopping: { patience: 0 } }).toThrow("EarlyStopping");
    refused({}, {}).toThrow("trainInWorker: the model is an object, expected a Model.");
    refused({}, new ModelClass(denseNetwork({ hidden: [], classes: 4 }))).toThrow(
      "the model is not compiled",
    );
    await expect(failing({ worker: {} as never })).rejects.toThrow(
      "trainInWorker: worker is an object, expected a Worker, or a MessagePort.",
    );
  });

  it("trains one model at a time in a worker, and others after it", async () => {
    const worker = server();
    const first = trainInWorker(network(), train, { epochs: 100_000, worker });
    await new Promise<void>((resolve) => {
      const listen = ({ type }: { type: string }) => {
        if (type !== "epoch") return;
        worker.off("message", listen);
        resolve();
      };
      worker.on("message", listen);
    });
    first.cancel();
    await first.finished;
    const { rows } = await trainInWorker(network(), train, { epochs: 1, worker }).finished;
    expect(rows.length).toBe(1);
  });

  it("refuses a second training of a model that is being trained, and takes it again afterwards", async () => {
    const model = network();
    const first = trainInWorker(model, train, { epochs: 1, worker: server() });
    expect(() => trainInWorker(model, train, { epochs: 1, worker: server() })).toThrow(
      new ConfigError(
        "trainInWorker: the model is being trained in a worker already. Await its end, or cancel it.",
      ),
    );
    await first.finished;
    const failed = trainInWorker(model, clusters(100, { classes: 7 }), { worker: server() });
    await expect(failed.finished).rejects.toBeInstanceOf(DatasetError);
    await trainInWorker(model, train, { epochs: 1, worker: server() }).finished;
  });

  it("says what is wrong with a worker that does not start, or ends", async () => {
    const broken = new Worker("throw new Error('no such module');", { eval: true });
    await expect(failing({ worker: broken })).rejects.toThrow(
      /^trainInWorker: the worker did not start: Error: no such module\. The page's Content-Security-Policy must allow /,
    );
    const ending = new Worker(
      'const { parentPort } = require("node:worker_threads");' +
        'parentPort.on("message", ({ type }) => type === "hello" ? parentPort.postMessage({ type: "ready" }) : process.exit(7));',
      { eval: true },
    );
    await expect(failing({ worker: ending })).rejects.toThrow(
      "trainInWorker: the worker has ended: it has ended with exit code 7. Train again.",
    );
  });

  it("has a worker of its own in Node, from the package", async () => {
    const nnwasm = (await import("../../dist/index.js" as string)) as typeof import("../../src/index.ts");
    const { CategoricalCrossEntropyLoss, Dense, Model, SGDOptimizer } = nnwasm;
    const make = () =>
      new Model([new Dense(4, { activation: "softmax" })]).compile({
        ...{ loss: new CategoricalCrossEntropyLoss(), optimizer: new SGDOptimizer({ schedule: 0.1 }) },
      });
    const [here, there] = [make(), make()];
    await here.fit(train, { epochs: 2 });
    await nnwasm.trainInWorker(there as never, train, { epochs: 2 }).finished;
    expect(await there.weightsSha256()).toBe(await here.weightsSha256());
  });
});

it("an error keeps its class, its message and its causes between threads", () => {
  const cause = new DatasetError("a.csv, line 2: wrong.", { cause: new RangeError("beyond") });
  const back = fromWire(structuredClone(toWire(new CallbackError("A callback has thrown.", { cause }))));
  expect(back).toBeInstanceOf(CallbackError);
  expect(back).toMatchObject({ name: "CallbackError", message: "A callback has thrown." });
  expect(back.cause).toBeInstanceOf(DatasetError);
  expect((back.cause as Error).cause).toMatchObject({ name: "RangeError", message: "beyond" });
  expect(fromWire(toWire("text"))).toMatchObject({ name: "Error", message: "text" });
  expect(fromWire({ name: "constructor", message: "m" })).toBeInstanceOf(Error);
});
