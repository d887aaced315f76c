/**
 * What a verdict rests on: trainings that take every kernel over shapes with tails, for their bits, and larger ones, for their time.
 */
import { samplesFromArrays } from "../data/arrays.ts";
import type { Samples } from "../data/dataset.ts";
import { createDescribed, type Description } from "../described.ts";
import type { Layer } from "../layers/index.ts";
import type { Loss } from "../losses/loss.ts";
import { libraryKinds } from "../model/kinds.ts";
import { Model } from "../model/model.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { Random } from "../random.ts";
import type { Precision } from "../tensor.ts";

/** A training, and what it is of. */
export interface Case {
  readonly name: string;
  readonly samples: {
    readonly type: "bytes" | "floats";
    readonly count: number;
    readonly features: number;
    readonly targets: "classes" | "numbers" | "flags";
    readonly width: number;
  };
  readonly layers: readonly Description[];
  readonly loss: Description;
  readonly optimizer: Description;
  readonly batchSize: number;
  readonly epochs: number;
  readonly dtype?: Precision;
}

const of = (name: string, options: Readonly<Record<string, unknown>> = {}): Description => ({
  name,
  options,
});
const dense = (units: number, activation = "linear"): Description => of("dense", { units, activation });

const fixed = { schedule: of("constant", { etaMax: 0.01 }) };
const sgd = of("sgd", fixed);

/** Features, units and samples leave a tail of each length behind whole vectors and pairs of them. */
const CLASSES = { type: "bytes", count: 75, features: 77, targets: "classes", width: 5 } as const;
const NUMBERS = { type: "floats", count: 61, features: 13, targets: "numbers", width: 3 } as const;
const FLAGS = { type: "floats", count: 67, features: 22, targets: "flags", width: 6 } as const;

/** Small ones, for their bits. */
export const CHECKED: readonly Case[] = [
  {
    ...{ name: "relu, BN, sgd", samples: CLASSES, batchSize: 25, epochs: 2, optimizer: sgd },
    layers: [dense(50, "relu"), of("batchnorm"), dense(23, "relu"), of("batchnorm"), dense(5, "softmax")],
    loss: of("categoricalCrossEntropy"),
  },
  {
    ...{ name: "relu, momentum, clipped", samples: CLASSES, batchSize: 19, epochs: 2 },
    optimizer: of("sgd", { ...fixed, momentum: 0.9, nesterov: true, clipNorm: 1 }),
    layers: [
      of("dropout", { rate: 0.2 }),
      dense(37, "relu"),
      of("dropout", { rate: 0.5 }),
      dense(9, "relu"),
      dense(5, "softmax"),
    ],
    loss: of("categoricalCrossEntropy", { labelSmoothing: 0.1 }),
  },
  {
    ...{ name: "mish, adamw", samples: NUMBERS, batchSize: 16, epochs: 2 },
    optimizer: of("adamw", { ...fixed, weightDecay: 0.1, clipNorm: 1 }),
    layers: [of("scale"), dense(21, "mish"), of("batchnorm"), dense(20, "selu"), dense(3)],
    loss: of("meanSquaredError"),
  },
  {
    ...{ name: "gelu, silu, float64", samples: NUMBERS, batchSize: 61, epochs: 2, dtype: "float64" as const },
    optimizer: of("adam", fixed),
    layers: [dense(18, "gelu"), of("batchnorm"), dense(11, "silu"), dense(3)],
    loss: of("huber"),
  },
  {
    ...{ name: "tanh, sigmoid", samples: FLAGS, batchSize: 33, epochs: 2, optimizer: sgd },
    layers: [dense(31, "tanh"), dense(17, "sigmoid"), dense(6, "sigmoid")],
    loss: of("binaryCrossEntropy"),
  },
  {
    ...{
      name: "packed products",
      samples: { ...CLASSES, count: 70, features: 130 },
      batchSize: 35,
      epochs: 1,
    },
    optimizer: sgd,
    layers: [dense(107, "selu"), dense(113, "relu"), dense(5, "softmax")],
    loss: of("categoricalCrossEntropy"),
  },
];

/** Larger ones, for their time too: of an epoch the best one counts. */
export const TIMED: readonly Case[] = [
  {
    ...{ name: "3072-50-50-10, batch 100", batchSize: 100, epochs: 10, optimizer: sgd },
    samples: { type: "bytes", count: 400, features: 3072, targets: "classes", width: 10 },
    layers: [dense(50, "relu"), of("batchnorm"), dense(50, "relu"), of("batchnorm"), dense(10, "softmax")],
    loss: of("categoricalCrossEntropy"),
  },
  {
    ...{ name: "256-256-256-10, batch 128", batchSize: 128, epochs: 10, optimizer: sgd },
    samples: { type: "floats", count: 512, features: 256, targets: "classes", width: 10 },
    layers: [dense(256, "relu"), dense(256, "relu"), dense(10, "softmax")],
    loss: of("categoricalCrossEntropy"),
  },
];

/** Samples that follow from their sizes alone. */
function samplesOf({ type, count, features, targets, width }: Case["samples"]): Samples {
  const random = new Random(1, "simd");
  const bytes = Uint8Array.from({ length: count * features }, () => random.below(256));
  const values = type === "bytes" ? bytes : Float32Array.from(bytes, (byte) => byte / 64 - 2);
  if (targets === "classes") {
    const labels = Uint8Array.from({ length: count }, () => random.below(width));
    return samplesFromArrays({ values, features, labels, classes: width });
  }
  const all = Array.from({ length: count * width }, () =>
    targets === "flags" ? random.below(2) : random.uniform() - 0.5,
  );
  return samplesFromArrays({ values, features, [targets]: all, outputs: width });
}

export interface CaseResult {
  readonly name: string;
  /** Of the weights, the optimizer's state among them, and of what the model answers. */
  readonly hash: string;
  /** Of the fastest epoch. */
  readonly seconds: number;
}

/** Trains it in one thread. */
export async function runCase({ name, samples, layers, loss, optimizer, ...its }: Case): Promise<CaseResult> {
  const make = (folder: "layers" | "losses" | "optimizers", description: Description) =>
    createDescribed(libraryKinds, folder, description, name);
  const model = new Model(
    layers.map((layer) => make("layers", layer) as Layer),
    { seed: 1, threads: 1, ...(its.dtype && { dtype: its.dtype }) },
  ).compile({ loss: make("losses", loss) as Loss, optimizer: make("optimizers", optimizer) as Optimizer });
  const own = samplesOf(samples);
  let [last, seconds] = [performance.now(), Number.POSITIVE_INFINITY];
  await model.fit(own, {
    ...{ epochs: its.epochs, batchSize: its.batchSize, trainingMetrics: "running" },
    onEpoch() {
      const now = performance.now();
      [last, seconds] = [now, Math.min(seconds, (now - last) / 1000)];
    },
  });
  const { loss: measured } = await model.evaluate(own);
  const hash = `${await model.weightsSha256()} ${measured}`;
  await model.close();
  return { name, hash, seconds };
}
