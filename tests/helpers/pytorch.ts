/** Trains a case of tests/fixtures/pytorch/agreement.json in nnwasm, as agreement.py trains it in PyTorch. */
import type { Samples } from "../../src/data/dataset.ts";
import { createDescribed } from "../../src/described.ts";
import {
  type ActivationName,
  activations,
  BatchNormalization,
  Dense,
  Dropout,
  type Layer,
  Scale,
} from "../../src/layers/index.ts";
import type { Loss } from "../../src/losses/index.ts";
import { libraryKinds } from "../../src/model/kinds.ts";
import { Model, type ModelOptions } from "../../src/model/model.ts";
import type { NamedTensor } from "../../src/model/safetensors.ts";
import { AdamOptimizer, AdamWOptimizer, type Optimizer, SGDOptimizer } from "../../src/optimizers/index.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { LRCyclingSchedule } from "../../src/schedules/index.ts";
import type { TargetKind } from "../../src/targets.ts";

/** The sum of a tensor, the sum of its squares, its first number, its last. */
export type Summary = readonly [sum: number, squares: number, first: number, last: number];

/** A network, its samples, and how it is trained. */
export interface Case {
  readonly name: string;
  readonly seed: number;
  readonly samples: number;
  readonly features: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly inputs: "bytes" | "floats";
  readonly targets: TargetKind;
  readonly weights?: "samples" | "classes";
  readonly classWeights?: readonly number[];
  readonly loss: "crossEntropy" | "binaryCrossEntropy" | "mse" | "mae" | "huber";
  readonly lossOptions?: { readonly labelSmoothing?: number; readonly delta?: number };
  readonly activations: readonly ActivationName[];
  readonly bn?: "after" | "before";
  readonly dropout?: number;
  readonly scale?: boolean;
  readonly optimizer: "sgd" | "adam" | "adamw";
  readonly optimizerOptions?: Readonly<Record<string, number | boolean>>;
  readonly factors?: Readonly<Record<string, number | "fan-in">>;
  readonly clipNorm?: number;
  readonly l2?: number;
  /** The lowest and the highest rate. */
  readonly rates: readonly [low: number, high: number];
  readonly batch: number;
}

/** What training came to. */
export interface Trained {
  /** The mean loss of every step. */
  readonly losses: readonly number[];
  readonly tensors: Readonly<Record<string, Summary>>;
  /** The loss on all samples afterwards, in inference mode. */
  readonly evaluation?: number;
}

/** The generator of agreement.py: doubles in [0, 1). */
function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

type Next = () => number;
const draw = (next: Next, length: number): Float64Array =>
  Float64Array.from({ length }, () => 2 * next() - 1);

function makeSamples(given: Case, next: Next): Samples {
  const { samples: count, features, outputs, targets, inputs } = given;
  const values =
    inputs === "bytes"
      ? Uint8Array.from({ length: count * features }, () => Math.floor(next() * 256))
      : draw(next, count * features);
  // The numbers follow from the inputs as the network sees them.
  const x = inputs === "bytes" && targets === "numbers" ? standardized(values, features) : values;
  const width = targets === "classes" ? 1 : outputs;
  const labels = draw(next, count * width).map((value, i) => {
    if (targets === "classes") return Math.floor(((value + 1) / 2) * outputs);
    if (targets === "flags") return (value + 1) / 2 < 0.4 ? 1 : 0;
    const [row, column] = [Math.floor(i / width) * features, (i % width) % features];
    return value + 2 * x[row + column]! * x[row + ((column + 1) % features)]!;
  });
  const weightOf = {
    samples: () => Math.floor(next() * 9) / 4,
    classes: (i: number) => given.classWeights![labels[i]!]!,
  };
  const weights =
    given.weights && Float64Array.from({ length: count }, (_, i) => weightOf[given.weights!](i));
  return {
    ...{ count, features, classes: outputs, elementType: inputs === "bytes" ? "uint8" : "float64" },
    ...{ targets: { kind: targets, width }, weighted: weights !== undefined },
    async read(target) {
      target.values.set(values);
      target.labels.set(labels);
      if (weights !== undefined) target.weights!.set(weights);
    },
    select() {
      throw new Error("Nothing is selected from these samples.");
    },
  };
}

/** Bytes by their mean and standard deviation, feature by feature. */
function standardized(bytes: ArrayLike<number>, features: number): Float64Array {
  const x = Float64Array.from(bytes, (byte) => byte / 255);
  const n = x.length / features;
  for (let j = 0; j < features; j++) {
    const column = x.filter((_, i) => i % features === j);
    const mean = column.reduce((sum, value) => sum + value, 0) / n;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    for (let i = j; i < x.length; i += features) x[i] = (x[i]! - mean) / Math.sqrt(variance);
  }
  return x;
}

function makeLayers({ hidden, outputs, activations: names, bn, dropout, scale, l2, loss }: Case): Layer[] {
  const weightRegularizer = new L2Regularizer(l2 ?? 0);
  const all: Layer[] = scale ? [new Scale()] : [];
  hidden.forEach((units, i) => {
    const name = names[i]!;
    if (bn === "before") {
      const dense = new Dense(units, { weightRegularizer });
      all.push(dense, new BatchNormalization(), activations[name]()!);
    } else {
      all.push(new Dense(units, { activation: name, weightRegularizer }));
      if (bn === "after") all.push(new BatchNormalization());
    }
    if (dropout !== undefined) all.push(new Dropout(dropout));
  });
  const last = { crossEntropy: "softmax", binaryCrossEntropy: "sigmoid" } as const;
  const activation = loss === "crossEntropy" || loss === "binaryCrossEntropy" ? last[loss] : "linear";
  return [...all, new Dense(outputs, { activation, weightRegularizer })];
}

/** The initial parameters, which the generator draws after the samples. */
function makeTensors({ features, hidden, outputs, scale }: Case, next: Next): NamedTensor[] {
  const tensors: NamedTensor[] = [];
  if (scale) {
    const data = draw(next, features).map((value) => 1 + value * 0.25);
    tensors.push({ name: "scale1.scale", shape: [features], data });
  }
  const widths = [features, ...hidden, outputs];
  for (let i = 1; i < widths.length; i++) {
    const [rows, columns] = [widths[i - 1]!, widths[i]!];
    const weight = draw(next, rows * columns).map((value) => value * (1.5 / Math.sqrt(rows)));
    const bias = draw(next, columns).map((value) => value * 0.5);
    tensors.push({ name: `dense${i}.weight`, shape: [rows, columns], data: weight });
    tensors.push({ name: `dense${i}.bias`, shape: [columns], data: bias });
  }
  return tensors;
}

/** The losses by nnwasm's names. */
const losses: Readonly<Record<Case["loss"], string>> = {
  crossEntropy: "categoricalCrossEntropy",
  binaryCrossEntropy: "binaryCrossEntropy",
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  huber: "huber",
};

function makeLoss({ loss: name, lossOptions: options = {} }: Case): Loss {
  const description = { name: losses[name], options };
  return createDescribed(libraryKinds, "losses", description, "the case") as Loss;
}

function makeOptimizer(given: Case, stepSize: number): Optimizer {
  const { optimizer, optimizerOptions, clipNorm, factors: rateFactors, rates } = given;
  const Class = { sgd: SGDOptimizer, adam: AdamOptimizer, adamw: AdamWOptimizer }[optimizer];
  const [etaMin, etaMax] = rates;
  return new Class({
    schedule: new LRCyclingSchedule({ etaMin, etaMax, stepSize }),
    ...optimizerOptions,
    ...(clipNorm !== undefined && { clipNorm }),
    ...(rateFactors && { rateFactors }),
  });
}

function summary(data: NamedTensor["data"]): Summary {
  let [sum, squares] = [0, 0];
  for (const value of data) {
    sum += value;
    squares += value * value;
  }
  return [sum, squares, data[0]!, data.at(-1)!];
}

/** Trains a case in float64 for at least `steps` steps, in whole epochs; half a cycle of the rate is `stepSize` steps. */
export async function trainCase(
  given: Case,
  { steps, stepSize }: { readonly steps: number; readonly stepSize: number },
  options: ModelOptions = {},
): Promise<Required<Trained>> {
  const next = lcg(given.seed);
  const samples = makeSamples(given, next);
  const tensors = makeTensors(given, next);
  const model = new Model(makeLayers(given), { dtype: "float64", ...options }).compile({
    loss: makeLoss(given),
    optimizer: makeOptimizer(given, stepSize),
  });
  await model.build(given.features);
  // What batch normalisation begins with is the same in both.
  const loaded = new Set(tensors.map(({ name }) => name));
  await model.load([...tensors, ...model.tensors().filter(({ name }) => !loaded.has(name))]);
  const all: number[] = [];
  await model.fit(samples, {
    epochs: Math.ceil(steps / Math.ceil(given.samples / given.batch)),
    batchSize: given.batch,
    shuffle: false,
    standardize: given.inputs === "bytes",
    onStep: ({ loss }) => all.push(loss),
  });
  const { loss: evaluation } = await model.evaluate(samples);
  // Neither the standardisation nor what the optimizer keeps.
  const learned = model.tensors().filter(({ name }) => /^(scale|dense|batchnorm)\d+\.\w+$/.test(name));
  const result = {
    losses: all,
    tensors: Object.fromEntries(learned.map(({ name, data }) => [name, summary(data)])),
    evaluation,
  };
  await model.close();
  return result;
}
