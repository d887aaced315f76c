/** Networks drawn at random out of all layers and losses, for gradient checks: a short test checks some, a long one thousands. */
import type { Backend } from "../../src/backend/index.ts";
import {
  activations,
  BatchNormalization,
  Dense,
  Dropout,
  hiddenActivations,
  ImageAugmentation,
  type Layer,
  Scale,
} from "../../src/layers/index.ts";
import {
  BinaryCrossEntropyLoss,
  CategoricalCrossEntropyLoss,
  HuberLoss,
  type Loss,
  MeanAbsoluteErrorLoss,
  MeanSquaredErrorLoss,
} from "../../src/losses/index.ts";
import { checkGradients, type GradientCheck } from "../../src/model/gradientCheck.ts";
import { Random } from "../../src/random.ts";
import { L2Regularizer } from "../../src/regularizers/index.ts";
import { MOST_BYTE_CLASSES } from "../../src/targets.ts";

export interface RandomNetwork {
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  readonly weighted: boolean;
  readonly features: number;
  readonly samples: number;
  readonly outputs: number;
  /** "scale dense gelu dropout dense softmax". */
  readonly title: string;
  /** "categoricalCrossEntropy, label smoothing, weighted, over 256 classes", with only what applies. */
  readonly task: string;
}

/** What a network is trained on: a loss, how many outputs, and which layer is the last. */
interface Task {
  readonly loss: Loss;
  readonly outputs: number;
  readonly activation: "softmax" | "sigmoid" | "linear";
  /** What of the task is not in the loss's name. */
  readonly details: readonly string[];
}

/** Losses of all kinds; for numbers and flags one output or several; classes up to two bytes now and then. */
function randomTask(random: Random): Task {
  const outputs = 1 + random.below(5);
  const several = outputs > 1 ? ["several outputs"] : [];
  const numbers = (loss: Loss): Task => ({ loss, outputs, activation: "linear", details: several });
  const classes = (): Task => {
    const many = random.below(8) === 0;
    const smoothed = random.below(2) === 0;
    const loss = new CategoricalCrossEntropyLoss(smoothed ? { labelSmoothing: 0.9 * random.uniform() } : {});
    const count = many ? MOST_BYTE_CLASSES + 1 + random.below(9) : 2 + random.below(4);
    const details = [...(smoothed ? ["label smoothing"] : []), ...(many ? ["over 256 classes"] : [])];
    return { loss, outputs: count, activation: "softmax", details };
  };
  const tasks: readonly (() => Task)[] = [
    classes,
    () => ({ loss: new BinaryCrossEntropyLoss(), outputs, activation: "sigmoid", details: several }),
    () => numbers(new MeanSquaredErrorLoss()),
    () => numbers(new MeanAbsoluteErrorLoss()),
    () => numbers(new HuberLoss({ delta: [0.1, 0.5, 1, 3][random.below(4)]! })),
  ];
  return tasks[random.below(tasks.length)]!();
}

/** The network of a number. Every kind of layer may stand anywhere, first too, and last where the loss lets it. */
export function randomNetwork(number: number): RandomNetwork {
  const random = new Random(number, "network");
  const { loss, outputs, activation: last, details } = randomTask(random);
  const weighted = random.below(2) === 0;
  // So many outputs make many numbers to compare: nothing else is large then.
  const most = outputs > MOST_BYTE_CLASSES ? 2 : 9;
  const pick = <T>(choices: readonly T[]): T => choices[random.below(choices.length)]!;
  const layers: Layer[] = [];
  const extras = () => {
    if (random.below(4) === 0) layers.push(new Scale());
    if (random.below(3) === 0) layers.push(new BatchNormalization());
    if (random.below(3) === 0) layers.push(new Dropout(pick([0, 0.1, 0.5, 0.8])));
  };
  extras();
  for (let block = random.below(most === 9 ? 4 : 2); block > 0; block--) {
    const regularized = random.below(2) === 0 && { weightRegularizer: new L2Regularizer(0.1) };
    const activation = pick(hiddenActivations);
    const asOption = random.below(2) === 0;
    layers.push(new Dense(1 + random.below(most), { ...regularized, ...(asOption && { activation }) }));
    if (!asOption) {
      extras();
      const own = activations[activation]();
      if (own !== undefined) layers.push(own);
    }
    extras();
  }
  layers.push(new Dense(outputs, { activation: last }));
  if (last === "linear" && random.below(4) === 0) layers.push(new Scale());
  const features = 1 + random.below(most - 1);
  // Drawn apart, so that the other layers are what they were before there was this one.
  if (new Random(number, "augmentation").below(4) === 0) {
    layers.unshift(new ImageAugmentation({ shape: [1, 1, features], flip: true, noise: 0.5 }));
  }
  const title = layers
    .flatMap(({ kind, followedBy }) => (followedBy === undefined ? [kind] : [kind, followedBy.kind]))
    .join(" ");
  const task = [loss.describe!().name, ...details, ...(weighted ? ["weighted"] : [])].join(", ");
  // Two samples make a batch's normalised values ±1, whatever the inputs: its gradients are 0 but for round-off.
  return { layers, loss, weighted, features, samples: 3 + random.below(6), outputs, title, task };
}

/**
 * The steps of the differences. Where a batch hardly varies, normalisation bends so sharply that the first is too wide. Only
 * a right gradient has a step at which every number agrees: a wrong one is as wrong at all.
 */
const STEPS = [1e-5, 1e-6, 1e-7, 1e-8];

/** Checks the gradients of a network by its number; throws with the worst number if they are wrong at every step. */
export async function checkRandomNetwork(
  number: number,
  engine: "wasm" | Backend = "wasm",
): Promise<GradientCheck & Pick<RandomNetwork, "title" | "task"> & { readonly h: number }> {
  let message = "";
  for (const h of STEPS) {
    const { outputs: _, title, task, ...network } = randomNetwork(number);
    const check = await checkGradients({ ...network, seed: number, engine, h });
    if (check.passed) return { ...check, title, task, h };
    if (message !== "") continue;
    const worst = check.tensors.reduce((a, b) => (a.maxRelativeError >= b.maxRelativeError ? a : b));
    const { index, analytic, numerical } = worst.worst;
    message =
      `network ${number}, ${title}, ${task}, ${network.samples} samples of ${network.features}: ` +
      `${worst.name}[${index}] is ${analytic}, numerically ${numerical}: ${check.maxRelativeError}`;
  }
  throw new Error(message);
}
