/**
 * The networks of the benchmark in plain JavaScript, written for speed: every array is allocated once, and the penalty's
 * gradient is part of the update. Dense, ReLU, and batch normalisation after the ReLU;
 * softmax with cross-entropy at the end; stochastic gradient descent, or Adam.
 */
import * as adam from "./adam.ts";
import * as batchNorm from "./batchNorm.ts";
import * as bias from "./bias.ts";
import * as gather from "./gather.ts";
import * as l2 from "./l2.ts";
import * as matmul from "./matmul.ts";
import * as relu from "./relu.ts";
import * as sgd from "./sgd.ts";
import * as softmaxCrossEntropy from "./softmaxCrossEntropy.ts";

const MOMENTUM = 0.9;
const EPSILON = 1e-5;

export interface NetworkOptions {
  /** Features, units of every layer, classes. */
  readonly widths: readonly number[];
  readonly batchNormalization: boolean;
  readonly batchSize: number;
  readonly lambda: number;
  /** Default: plain descent. */
  readonly optimizer?: "sgd" | "adam";
  /** The initial numbers of "dense1.weight", "dense1.bias", … */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** The products of the Dense layers. Default: tiles, the fastest that are known. */
  readonly products?: Products;
}

/** The functions that compute the products of the Dense layers. */
export type Products = Pick<typeof matmul, "multiply" | "transposedA" | "transposedB">;

/** Samples, standardised: (count, features) and (count). */
export interface StandardizedSamples {
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

interface Stage {
  forward(x: Float32Array): Float32Array;
  /** Makes the gradient by the inputs from that by the outputs. A first layer does not need it. */
  backward(dy: Float32Array): Float32Array | undefined;
  update(rate: number): void;
  /** The penalty on the layer's weights. */
  penalty(): number;
}

export class Network {
  readonly #x: Float32Array;
  readonly #labels: Uint8Array;
  readonly #dz: Float32Array;
  readonly #stages: readonly Stage[];
  readonly #backwards: readonly Stage[];
  readonly #batchSize: number;
  readonly #features: number;
  readonly #classes: number;

  constructor(options: NetworkOptions) {
    const { widths, batchNormalization, batchSize, lambda, parameters, products = matmul } = options;
    const mover = options.optimizer === "adam" ? adamMover : descent;
    const last = widths.length - 2;
    this.#batchSize = batchSize;
    this.#features = widths[0]!;
    this.#classes = widths[last + 1]!;
    this.#x = new Float32Array(batchSize * this.#features);
    this.#labels = new Uint8Array(batchSize);
    this.#dz = new Float32Array(batchSize * this.#classes);
    this.#stages = widths.slice(0, -1).flatMap((inputs, i): Stage[] => {
      const outputs = widths[i + 1]!;
      const weight = parameters.get(`dense${i + 1}.weight`)!.slice();
      const offset = parameters.get(`dense${i + 1}.bias`)!.slice();
      const layer = dense(products, mover, batchSize, inputs, outputs, weight, offset, lambda, i === 0);
      if (i === last) return [layer];
      const activation = rectifier(batchSize, outputs);
      return batchNormalization
        ? [layer, activation, normalization(batchSize, outputs, mover)]
        : [layer, activation];
    });
    this.#backwards = this.#stages.toReversed();
  }

  /** A training step on the samples with these numbers, as many as the batch has; returns their mean loss. */
  step({ values, labels }: StandardizedSamples, rows: Uint32Array, rate: number): number {
    gather.floats(this.#x, values, rows, this.#batchSize, this.#features);
    gather.labels(this.#labels, labels, rows);
    let y = this.#x;
    for (const stage of this.#stages) y = stage.forward(y);
    const loss = softmaxCrossEntropy.forward(this.#dz, y, this.#labels, this.#batchSize, this.#classes);
    let dy: Float32Array | undefined = this.#dz;
    for (const stage of this.#backwards) dy = stage.backward(dy!);
    for (const stage of this.#stages) stage.update(rate);
    return loss / this.#batchSize;
  }

  /** ½ · lambda · Σ w² over all weights. */
  penalty(): number {
    return this.#stages.reduce((sum, stage) => sum + stage.penalty(), 0);
  }
}

/** Moves a parameter along its gradient and the penalty's. */
type Move = (dw: Float32Array, lambda: number, rate: number) => void;

const descent =
  (w: Float32Array): Move =>
  (dw, lambda, rate) => {
    if (lambda === 0) sgd.update(w, dw, rate);
    else sgd.updateL2(w, dw, lambda, rate);
  };

function adamMover(w: Float32Array): Move {
  const moments = { m: new Float32Array(w.length), v: new Float32Array(w.length) };
  let updates = 0;
  return (dw, lambda, rate) => adam.update(w, dw, moments, lambda, rate, ++updates);
}

function dense(
  products: Products,
  mover: (w: Float32Array) => Move,
  n: number,
  inputs: number,
  outputs: number,
  weight: Float32Array,
  offset: Float32Array,
  lambda: number,
  first: boolean,
): Stage {
  const y = new Float32Array(n * outputs);
  const dWeight = new Float32Array(inputs * outputs);
  const dOffset = new Float32Array(outputs);
  const dx = first ? undefined : new Float32Array(n * inputs);
  const [moveWeight, moveOffset] = [mover(weight), mover(offset)];
  let x: Float32Array = y;
  return {
    forward(input) {
      x = input;
      products.multiply(y, x, weight, n, inputs, outputs);
      bias.add(y, y, offset, n, outputs);
      return y;
    },
    backward(dy) {
      products.transposedA(dWeight, x, dy, n, inputs, outputs);
      bias.columnSums(dOffset, dy, n, outputs);
      if (dx !== undefined) products.transposedB(dx, dy, weight, n, inputs, outputs);
      return dx;
    },
    update(rate) {
      moveWeight(dWeight, lambda, rate);
      moveOffset(dOffset, 0, rate);
    },
    penalty: () => l2.penalty(weight, lambda),
  };
}

function rectifier(n: number, d: number): Stage {
  const y = new Float32Array(n * d);
  const dx = new Float32Array(n * d);
  const yBits = relu.bitsOf(y);
  const dxBits = relu.bitsOf(dx);
  return {
    forward(x) {
      relu.forward(yBits, relu.bitsOf(x));
      return y;
    },
    backward(dy) {
      relu.backward(dxBits, relu.bitsOf(dy), yBits);
      return dx;
    },
    update() {},
    penalty: () => 0,
  };
}

function normalization(n: number, d: number, mover: (w: Float32Array) => Move): Stage {
  const matrix = () => new Float32Array(n * d);
  const vector = () => new Float32Array(d);
  const [y, xHat, dx] = [matrix(), matrix(), matrix()];
  const [mean, variance, invStd, dGamma, dBeta] = [vector(), vector(), vector(), vector(), vector()];
  const [gamma, beta] = [vector().fill(1), vector()];
  const [movingMean, movingVariance] = [vector(), vector()];
  const [moveGamma, moveBeta] = [mover(gamma), mover(beta)];
  return {
    forward(x) {
      batchNorm.forward(y, xHat, mean, variance, invStd, x, gamma, beta, EPSILON, n, d);
      batchNorm.movingAverage(movingMean, mean, MOMENTUM);
      batchNorm.movingAverage(movingVariance, variance, MOMENTUM);
      return y;
    },
    backward(dy) {
      batchNorm.backward(dx, dGamma, dBeta, dy, xHat, gamma, invStd, n, d);
      return dx;
    },
    update(rate) {
      moveGamma(dGamma, 0, rate);
      moveBeta(dBeta, 0, rate);
    },
    penalty: () => 0,
  };
}
