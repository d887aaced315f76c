import { describe, expect, it, vi } from "vitest";
import { referenceBackend, wasmBackend } from "../../src/backend/index.ts";
import { samplesFromArrays } from "../../src/data/arrays.ts";
import type { Samples } from "../../src/data/dataset.ts";
import { ConfigError } from "../../src/errors.ts";
import { BatchNormalization, Dense, ReLU, Softmax } from "../../src/layers/index.ts";
import { CategoricalCrossEntropyLoss } from "../../src/losses/index.ts";
import type { StepReport } from "../../src/model/fitOptions.ts";
import type { EpochRow } from "../../src/model/history.ts";
import { Model } from "../../src/model/model.ts";
import { denseNetwork } from "../../src/model/network.ts";
import { SGDOptimizer } from "../../src/optimizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import { clusters, network } from "../helpers/samples.ts";

const bn = { batchNormalization: "after" } as const;

describe("fit", () => {
  it("overfits eight samples", async () => {
    const samples = clusters(8);
    const model = network({ ...bn, l2: 0 });
    await model.fit(samples, { epochs: 200, batchSize: 8 });
    const { accuracy, loss } = await model.evaluate(samples);
    expect(accuracy).toBe(1);
    expect(loss).toBeLessThan(0.05);
  });

  it("reports an epoch's row: losses before and after the penalty, the next step's rate, times", async () => {
    const schedule = new LRCyclingSchedule({ etaMin: 0.01, etaMax: 0.1, stepSize: 4 });
    const model = network({ l2: 0.01 }, { schedule });
    const seen: EpochRow[] = [];
    const history = await model.fit(clusters(50), {
      epochs: 2,
      batchSize: 10,
      validation: clusters(20, { seed: 2 }),
      onEpoch: (row) => {
        seen.push(row);
      },
    });
    expect(history.rows).toEqual(seen);
    expect(history).toMatchObject({ steps: 10, interrupted: false });
    expect(seen.map(({ epoch, steps }) => [epoch, steps])).toEqual([
      [1, 5],
      [2, 5],
    ]);
    expect(seen.map(({ learningRate }) => learningRate)).toEqual([schedule.at(5), schedule.at(10)]);
    for (const { train, validation, trainSeconds, seconds } of seen) {
      expect(train.cost).toBeGreaterThan(train.loss);
      expect(validation!.cost - validation!.loss).toBeCloseTo(train.cost - train.loss, 12);
      expect(train.accuracy).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeGreaterThanOrEqual(trainSeconds);
    }
  });

  it("goes on after a stop to the bits of a training without one", async () => {
    const samples = clusters(50);
    const options = { epochs: 5, batchSize: 16, validation: clusters(20, { seed: 2 }) };
    const make = () => network(bn, { schedule: new LRCyclingSchedule({ stepSize: 7 }) });
    const whole = make();
    const { rows } = await whole.fit(samples, options);
    const first = make();
    await first.fit(samples, { ...options, epochs: 2 });
    const second = make();
    await second.load(first.tensors());
    const rest = await second.fit(samples, { ...options, initialEpoch: 2 });
    expect(await second.weightsSha256()).toBe(await whole.weightsSha256());
    const numbers = (row: EpochRow) => [row.epoch, row.learningRate, row.train, row.validation];
    expect(rest.rows.map(numbers)).toEqual(rows.slice(2).map(numbers));
    expect(rest.steps).toBe(12);
    await expect(second.fit(samples, { epochs: 2, initialEpoch: 2 })).rejects.toThrow(
      "initialEpoch is 2, expected an integer from 0 to 1, one less than epochs.",
    );
  });

  it("trains on the partial batch at the end of an epoch", async () => {
    const reports: StepReport[] = [];
    await network().fit(clusters(25), { epochs: 1, batchSize: 10, onStep: (report) => reports.push(report) });
    expect(reports.map(({ step, steps }) => `${step}/${steps}`)).toEqual(["1/3", "2/3", "3/3"]);
  });

  it("skips a last batch of one sample where batch normalisation stands", async () => {
    const steps = async (options: object) =>
      (await network(options).fit(clusters(21), { epochs: 1, batchSize: 10 })).steps;
    expect(await steps({})).toBe(3);
    expect(await steps(bn)).toBe(2);
  });

  it("shuffles every epoch anew, by the seed", async () => {
    const losses = async (seed: number, shuffle = true) => {
      const seen: number[] = [];
      const model = network({}, { schedule: 0 });
      await model.fit(clusters(40), {
        epochs: 2,
        batchSize: 10,
        seed,
        shuffle,
        onStep: ({ loss }) => seen.push(loss),
      });
      return seen;
    };
    // With a rate of 0 nothing but the order changes a batch's loss.
    const [one, again, two, ordered] = [
      await losses(1),
      await losses(1),
      await losses(2),
      await losses(1, false),
    ];
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(one.slice(0, 4)).not.toEqual(one.slice(4));
    expect(ordered.slice(0, 4)).toEqual(ordered.slice(4));
  });

  it("goes on from the weights of an earlier fit", async () => {
    const samples = clusters(40);
    const model = network();
    await model.fit(samples, { epochs: 3, batchSize: 10 });
    const before = await model.evaluate(samples);
    const { rows } = await model.fit(samples, { epochs: 1, batchSize: 20 });
    expect(rows[0]!.train.loss).toBeLessThan(before.loss);
  });

  it("ends after the step under way when it is aborted", async () => {
    const controller = new AbortController();
    let steps = 0;
    const history = await network().fit(clusters(100), {
      epochs: 5,
      batchSize: 10,
      signal: controller.signal,
      onStep: () => {
        steps++;
        if (steps === 13) controller.abort();
      },
    });
    expect(history).toMatchObject({ steps: 13, interrupted: true });
    expect(history.rows.length).toBe(1);
  });

  it("stops at a loss that is not finite, and says where", async () => {
    const model = network({ l2: 0 }, { schedule: 1e30 });
    await expect(model.fit(clusters(40), { epochs: 2, batchSize: 10 })).rejects.toThrow(
      /^The loss is (NaN|Infinity) at step \d+ \(epoch 1, learning rate 1e\+30\)\. Try a lower etaMax, batch normalisation, or a smaller initialisation; or check the data for extreme values\.$/,
    );
  });

  it("divides a feature that never varies by 1, and float samples by their own deviation", async () => {
    const values = Float32Array.from({ length: 60 }, (_, i) =>
      i % 3 === 0 ? 7 : 1000 * Math.fround(((i * 37) % 11) / 11),
    );
    const samples = samplesFromArrays({
      values,
      labels: Array.from({ length: 20 }, (_, i) => i % 4),
      features: 3,
    });
    const model = network();
    const { rows } = await model.fit(samples, { epochs: 1, batchSize: 10 });
    expect(Number.isFinite(rows[0]!.train.loss)).toBe(true);
    expect(model.standardization!.mean[0]).toBe(7);
    expect(model.standardization!.std[0]).toBe(1);
    expect(model.standardization!.std[1]).toBeGreaterThan(100);
  });
});

describe("the same seed gives the same bits", () => {
  const sha = async (
    engine: "wasm" | "js" | ReturnType<typeof wasmBackend>,
    dtype: "float32" | "float64" = "float32",
  ) => {
    const model = network({ hidden: [9, 7, 5], ...bn }, { engine, dtype });
    await model.fit(clusters(103, { features: 37 }), { epochs: 2, batchSize: 10 });
    return await model.weightsSha256();
  };

  it("twice, in shared memory, and in the kernels' definitions", async () => {
    const first = await sha("wasm");
    expect(await sha("wasm")).toBe(first);
    expect(await sha(wasmBackend({ shared: true }))).toBe(first);
    expect(await sha("js")).toBe(first);
  });

  it("and they are these, on every engine that runs this test", async () => {
    expect(await sha("wasm")).toBe("906ef6ea71482b85cdd61e624340a471e60a85ed7a04a7ffa8316a3a9a918a1d");
    expect(await sha("wasm", "float64")).toBe(
      "d838210f3f4acaf4809c9219ca1500467dc1ccf75ede7eabff64f313d58fbe7b",
    );
  });

  it("another seed, others", async () => {
    const weights = (seed: number) =>
      network({}, { seed })
        .build(12)
        .then((model) => model.weightsSha256());
    expect(await weights(2)).not.toBe(await weights(1));
  });
});

describe("evaluate and predict", () => {
  it("give resident samples and those read block by block the same numbers", async () => {
    const [train, other] = [clusters(600), clusters(600)];
    const model = network(bn);
    await model.fit(train, { epochs: 1, batchSize: 50 });
    expect(await model.evaluate(other)).toEqual(await model.evaluate(train));
  });

  it("agree with each other", async () => {
    const samples = clusters(300);
    const model = network(bn);
    await model.fit(samples, { epochs: 2, batchSize: 50 });
    const { loss, accuracy } = await model.evaluate(samples);
    const probabilities = await model.predict(samples);
    const labels = new Uint8Array(300);
    await samples.read({ values: new Uint8Array(300 * 12), labels });
    let [sum, right] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const row = probabilities.subarray(4 * i, 4 * i + 4);
      expect([...row].reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      sum -= Math.log(row[labels[i]!]!);
      if (row.indexOf(Math.max(...row)) === labels[i]) right++;
    }
    expect(sum / 300).toBeCloseTo(loss, 5);
    expect(right / 300).toBe(accuracy);
  });

  it("predict takes plain numbers, as they were before standardisation", async () => {
    const samples = clusters(30);
    const model = network();
    await model.fit(samples, { epochs: 1, batchSize: 10 });
    const values = new Uint8Array(30 * 12);
    await samples.read({ values, labels: new Uint8Array(30) });
    expect(await model.predict(values)).toEqual(await model.predict(samples));
    await expect(model.predict(values.subarray(1))).rejects.toThrow(
      "Model.predict: there are 359 values, expected a multiple of 12, the numbers in a sample.",
    );
  });

  it("refuse samples of another kind", async () => {
    const model = network();
    await model.fit(clusters(30), { epochs: 1, batchSize: 10 });
    await expect(model.evaluate(clusters(30, { features: 13 }))).rejects.toThrow(
      "Model.evaluate: the samples have 13 features, the model takes 12. " +
        "Give it samples of the kind that it was made for, or make a new Model.",
    );
  });
});

describe("tensors and load", () => {
  it("carry a model over, moving averages and standardisation included", async () => {
    const samples = clusters(100);
    const model = network(bn);
    await model.fit(samples, { epochs: 2, batchSize: 10 });
    const copy = network(bn, { seed: 99 });
    await copy.load(model.tensors());
    expect(copy.standardization).toEqual(model.standardization);
    expect(await copy.evaluate(samples)).toEqual(await model.evaluate(samples));
    expect(await copy.weightsSha256()).toBe(await model.weightsSha256());
  });

  it("have the same hash on a page without cryptography", async () => {
    const model = await network().build(5);
    const hash = await model.weightsSha256();
    vi.stubGlobal("crypto", {});
    try {
      expect(await model.weightsSha256()).toBe(hash);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("name the tensors in the order of the layers", async () => {
    const model = await network({ hidden: [3], ...bn }).build(5);
    expect(model.tensors().map(({ name, shape }) => `${name} ${shape.join("×")}`)).toEqual([
      "dense1.weight 5×3",
      "dense1.bias 3",
      "batchnorm1.gamma 3",
      "batchnorm1.beta 3",
      "batchnorm1.movingMean 3",
      "batchnorm1.movingVariance 3",
      "dense2.weight 3×4",
      "dense2.bias 4",
    ]);
  });

  it("refuse another network's tensors, and leave the model as it was", async () => {
    const model = await network({ hidden: [3] }).build(5);
    const before = await model.weightsSha256();
    const tensors = (await network({ hidden: [4] }).build(5)).tensors();
    await expect(model.load(tensors, "other.safetensors")).rejects.toThrow(
      "other.safetensors: dense1.weight is (5, 4), expected (5, 3). Is it another network's file?",
    );
    const last = model
      .tensors()
      .map((tensor, i) =>
        i === 3
          ? { ...tensor, shape: [9], data: new Float32Array(9) }
          : { ...tensor, data: tensor.data.map(() => 7) },
      );
    await expect(model.load(last, "last")).rejects.toThrow(/^last: dense2\.bias is \(9\), expected \(4\)\./);
    await expect(model.load(model.tensors().slice(1), "part")).rejects.toThrow(
      "part: dense1.weight is missing. It must hold every parameter of this network.",
    );
    const extra = [...model.tensors(), { name: "dense9.bias", shape: [1], data: new Float32Array(1) }];
    await expect(model.load(extra, "more")).rejects.toThrow(
      "more: dense9.bias is not a tensor of this network. Is it another network's file?",
    );
    expect(await model.weightsSha256()).toBe(before);
  });
});

describe("summary", () => {
  it("counts the paper's networks, and leaves a trained model as it is", async () => {
    const model = network({ hidden: [50, 50], classes: 10, ...bn });
    expect(model.parameterCount(3072)).toBe(3072 * 50 + 50 + 100 + 50 * 50 + 50 + 100 + 50 * 10 + 10);
    expect(model.summary(3072)[2]).toEqual({
      name: "batchnorm1",
      inputs: 50,
      outputs: 50,
      parameters: 100,
      states: 100,
    });
    const samples = clusters(40);
    const trained = network();
    await trained.fit(samples, { epochs: 1, batchSize: 10 });
    const before = await trained.evaluate(samples);
    trained.summary(12);
    trained.summary(99);
    expect(await trained.evaluate(samples)).toEqual(before);
  });
});

describe("memory", () => {
  it("stays flat over 100,000 steps", { timeout: 300_000 }, async () => {
    const backend = wasmBackend();
    let buffer: ArrayBufferLike | undefined;
    const model = network(
      { hidden: [5], ...bn },
      {
        schedule: 0.01,
        engine: {
          name: "watched",
          async open(bytes, precision) {
            const device = await backend.open(bytes, precision);
            expect(buffer, "one memory is opened").toBeUndefined();
            buffer = device.buffer;
            return device;
          },
        },
      },
    );
    const heap: number[] = [];
    const memory: number[] = [];
    await model.fit(clusters(1000, { features: 6 }), {
      epochs: 1000,
      batchSize: 10,
      onEpoch: ({ epoch }) => {
        if (epoch % 100 !== 0) return;
        globalThis.gc!();
        heap.push(process.memoryUsage().heapUsed);
        memory.push(buffer!.byteLength);
      },
    });
    expect(new Set(memory).size).toBe(1);
    expect(memory[0]).toBeLessThan(1e7);
    // From the second reading on, when all is compiled. A thousand rows of History are some 300 kB; a leak of one small
    // object a step would be 5 MB.
    expect(heap.at(-1)! - heap[1]!, `heap after each 10,000 steps: ${heap.join(", ")}`).toBeLessThan(1e6);
  });

  it("is refused before anything is allocated when the samples do not fit", async () => {
    const huge: Samples = {
      count: 2_000_000,
      features: 3072,
      classes: 4,
      elementType: "uint8",
      read: () => Promise.reject(new Error("nothing may be read")),
      select: () => huge,
    };
    await expect(network().fit(huge, { epochs: 1 })).rejects.toThrow(
      /^The samples need 6146000000 bytes and the model \d+\. \d+ bytes are needed, 4294901760 are the most that WebAssembly can address\. Use fewer samples, smaller layers or a smaller batch\.$/,
    );
  });

  it("is refused when a layer does not fit", async () => {
    await expect(network({ hidden: [400_000] }).build(3072)).rejects.toThrow(
      /^The samples need 0 bytes and the model \d+\. /,
    );
    await expect(network({ hidden: [400_000] }, { engine: referenceBackend() }).build(3072)).rejects.toThrow(
      /4294901760 are the most/,
    );
  });
});

describe("what is not a model is refused", () => {
  const loss = new CategoricalCrossEntropyLoss();
  const optimizer = new SGDOptimizer();

  it("with the reason and the next step", async () => {
    expect(() => new Model([])).toThrow("Model: there are no layers. Give it at least one Dense layer.");
    expect(() => new Dense(0)).toThrow("Dense: units is 0, expected an integer ≥ 1.");
    expect(() => new Dense(3, { activation: "rleu" as "relu" })).toThrow(
      'No activation "rleu". There are: relu, selu, gelu, silu, mish, tanh, sigmoid, softmax, linear.',
    );
    expect(() => new Model([new Dense(2)], { engine: "gpu" as "js" })).toThrow(
      'No engine "gpu". There are: wasm, js.',
    );
    expect(() => new Model([new Dense(2)], { dtype: "float16" as "float32" })).toThrow(
      'No dtype "float16". There are: float32, float64.',
    );
    expect(() => new Model([new Dense(3), new ReLU()]).compile({ loss, optimizer })).toThrow(
      "Model.compile: the loss needs softmax as the last layer and nowhere else, the layers are dense, relu. " +
        'End with new Dense(classes, { activation: "softmax" }).',
    );
    expect(() =>
      new Model([new Dense(3), new Softmax(), new Dense(2, { activation: "softmax" })]).compile({
        loss,
        optimizer,
      }),
    ).toThrow(/nowhere else/);
    expect(() => new BatchNormalization({ momentum: 2 })).toThrow(
      "BatchNormalization: momentum is 2, expected a number from 0 to 1.",
    );
    await expect(new Model([new Dense(2)]).fit(clusters(4))).rejects.toThrow(
      "Model.fit: the model is not compiled. Call compile({ loss, optimizer }) first.",
    );
    await expect(network().fit(clusters(4), { batchSize: 0 })).rejects.toThrow(
      "batchSize is 0, expected an integer ≥ 1.",
    );
    await expect(network(bn).fit(clusters(4), { batchSize: 1 })).rejects.toThrow(
      "4 samples in batches of 1 give no batch of at least 2, which batch normalisation needs. Use a larger batch, or more samples.",
    );
    await expect(network().predict(new Uint8Array(12))).rejects.toThrow(
      /number of features is not known yet/,
    );
  });

  it("such as layers that another model holds, or that stand there twice", async () => {
    const layer = new Dense(4, { activation: "relu" });
    const model = await new Model([layer, new Dense(2)]).build(3);
    expect(() => new Model([layer])).toThrow(
      "Model: dense1 belongs to another model, whose weights it holds. Make new layers for every model.",
    );
    const again = new Dense(3);
    expect(() => new Model([again, new Dense(2), again])).toThrow(
      "Model: dense3 is the same object as dense1. Make a new layer for every place.",
    );
    // A refused model has taken none.
    await new Model([again]).build(3);
    expect(() => new Model([model.layers[1]![1]])).toThrow(/^Model: relu1 belongs to another model/);
  });

  it("such as values of another type, from callers without types", async () => {
    const any = (value: unknown) => value as never;
    const cases: readonly [() => unknown, string][] = [
      [
        () => new SGDOptimizer({ schedule: any("0.1") }),
        'SGDOptimizer: schedule is "0.1", expected a number, or a schedule',
      ],
      [
        () => new SGDOptimizer(any({ learningRate: 1 })),
        'SGDOptimizer: there is no option "learningRate". There are: schedule, clipNorm, rateFactors, momentum, nesterov.',
      ],
      [
        () => network().compile(any({ loss, optimizer: "sgd" })),
        'Model.compile: optimizer is "sgd", expected an optimizer, such as new SGDOptimizer().',
      ],
      [
        () => network().compile(any({ loss: "mse", optimizer })),
        'Model.compile: loss is "mse", expected a loss',
      ],
      [
        () => network().compile(any({ loss, optimizer, metrics: ["accuracy"] })),
        'Model.compile: metrics[0] is "accuracy", expected a metric',
      ],
      [
        () => network().compile(any({ loss, optimizer, metric: [] })),
        'Model.compile: there is no option "metric". There are: loss, optimizer, metrics.',
      ],
      [() => network().compile(any(undefined)), "Model.compile: there are no options."],
      [
        () => network({ batchNormalization: any("befor") }),
        'denseNetwork: batchNormalization is "befor". There are: "after", "before", false.',
      ],
      [
        () => network({ hidden: any("50,50") }),
        'denseNetwork: hidden is "50,50", expected an array of units',
      ],
      [() => network(any({ layers: [3] })), 'denseNetwork: there is no option "layers".'],
      [
        () => new LRCyclingSchedule(any({ stepSize: "100" })),
        'LRCyclingSchedule: stepSize is "100", expected',
      ],
      [() => new LRCyclingSchedule(any(undefined)), "LRCyclingSchedule: stepSize is missing"],
      [
        () => new LRCyclingSchedule(any({ stepSize: 9, etaMax: "1" })),
        'LRCyclingSchedule: etaMin is 0.00001 and etaMax "1"',
      ],
      [() => new Dense(any("50")), 'Dense: units is "50", expected an integer ≥ 1.'],
      [
        () => new Dense(3, any({ activaton: "relu" })),
        'Dense: there is no option "activaton". There are: activation,',
      ],
      [
        () => new Dense(3, { weightInitializer: any("he") }),
        'Dense: weightInitializer is "he", expected an initializer',
      ],
      [
        () => new Dense(3, { weightRegularizer: any(0.1) }),
        "Dense: weightRegularizer is 0.1, expected a regularizer",
      ],
      [
        () => new BatchNormalization({ momentum: any("0.9") }),
        'BatchNormalization: momentum is "0.9", expected',
      ],
      [
        () => new BatchNormalization(any({ eps: 1 })),
        'BatchNormalization: there is no option "eps". There are: momentum, epsilon.',
      ],
      [
        () => denseNetwork(any(undefined)),
        "denseNetwork: there are no options. Give it { hidden, classes } or { hidden, outputs }.",
      ],
      [
        () => new Model(any("dense")),
        'Model: layers is "dense", expected an array, such as [new Dense(10)].',
      ],
      [
        () => new Model([any({ units: 3 })]),
        "Model: layer 0 is an object, expected a layer, such as new Dense(10).",
      ],
      [
        () => new Model([new Dense(2)], any({ thread: 2 })),
        'Model: there is no option "thread". There are: dtype, seed, engine, threads.',
      ],
      [() => new Model([new Dense(2)], any({ seed: "1" })), 'Model: seed is "1", expected an integer ≥ 0.'],
      [() => new Model([new Dense(2)], any({ threads: "2" })), 'Model: threads is "2", expected'],
      [
        () => new Model([new Dense(2)], any({ engine: {} })),
        "Model: engine is an object, expected wasm, js, or a backend.",
      ],
    ];
    for (const [call, message] of cases) {
      expect(call, message).toThrow(message);
      expect(call, message).toThrow(ConfigError);
    }
    for (const [options, message] of [
      [{ epoch: 3 }, 'Model.fit: there is no option "epoch". There are: epochs, initialEpoch, batchSize,'],
      [{ epochs: "3" }, 'epochs is "3", expected an integer ≥ 1.'],
      [{ shuffle: "no" }, 'shuffle is "no", expected true or false.'],
      [{ onEpoch: 7 }, "onEpoch is 7, expected a function."],
      [{ seed: -1 }, "seed is -1, expected an integer ≥ 0."],
      [{ signal: {} }, "signal is an object, expected the signal of an AbortController."],
      [{ trainingMetrics: "none" }, 'No trainingMetrics "none". There are: full, running.'],
    ] as const) {
      const refusal = network().fit(clusters(10), any(options));
      await expect(refusal).rejects.toThrow(ConfigError);
      await expect(refusal).rejects.toThrow(message);
    }
  });
});
