/** Parts of one's own, each written against the package's types alone, and a training with them. */
import {
  type BuildScope,
  CategoricalCrossEntropyLoss,
  checkGradients,
  Dense,
  type Direction,
  type Distribution,
  type FloatArray,
  type Initializer,
  type Kernels,
  type Layer,
  type Loss,
  type Metric,
  type Mode,
  Model,
  type Optimizer,
  type Parameter,
  type ParamValue,
  type Pruner,
  type PrunerContext,
  type Random,
  type ReadOptions,
  type Regularizer,
  type Sampler,
  type SamplerContext,
  type Samples,
  type SampleTarget,
  type Scalar,
  type Schedule,
  type State,
  Study,
  type Tensor,
  XavierInitializer,
} from "nnwasm";

/** y = x · U · V, with U (in, rank) and V (rank, out): Dense without a bias, by fewer numbers. */
class LowRank implements Layer {
  readonly kind = "lowrank";
  readonly states: readonly State[] = [];
  readonly minimumBatch = 1;
  readonly rank: number;
  readonly units: number;
  u!: Parameter;
  v!: Parameter;
  #workspace!: Tensor<"uint8">;
  #middle!: Tensor;
  #output!: Tensor;
  #dMiddle!: Tensor;
  #dx: Tensor | undefined;
  #x!: Tensor;
  #h!: Tensor;

  constructor(rank: number, units: number) {
    this.rank = rank;
    this.units = units;
  }

  get parameters(): readonly Parameter[] {
    return [this.u, this.v];
  }

  build(scope: BuildScope, inputs: number): number {
    this.u = scope.parameter("u", inputs, this.rank, new XavierInitializer());
    this.v = scope.parameter("v", this.rank, this.units, new Alternating(), new Decay());
    this.#workspace = scope.workspace;
    this.#middle = scope.activation(this.rank);
    this.#dMiddle = scope.activation(this.rank);
    this.#output = scope.activation(this.units);
    this.#dx = scope.needsInputGradient ? scope.activation(inputs) : undefined;
    return this.units;
  }

  forward(kernels: Kernels, x: Tensor, _mode: Mode): Tensor {
    this.#x = x;
    this.#h = this.#middle.firstRows(x.rows);
    const y = this.#output.firstRows(x.rows);
    kernels.matmul.multiply(this.#h, x, this.u.value, this.#workspace);
    kernels.matmul.multiply(y, this.#h, this.v.value, this.#workspace);
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor | undefined {
    const dh = this.#dMiddle.firstRows(dy.rows);
    kernels.matmul.transposedA(this.v.grad, this.#h, dy, this.#workspace);
    kernels.matmul.transposedB(dh, dy, this.v.value, this.#workspace);
    kernels.matmul.transposedA(this.u.grad, this.#x, dh, this.#workspace);
    if (this.#dx === undefined) return undefined;
    const dx = this.#dx.firstRows(dy.rows);
    kernels.matmul.transposedB(dx, dh, this.u.value, this.#workspace);
    return dx;
  }
}

/** ±0.3 by turns, and a little noise. */
class Alternating implements Initializer {
  readonly name = "alternating";

  fill(values: FloatArray, _rows: number, _columns: number, random: Random): void {
    for (let i = 0; i < values.length; i++) values[i] = (i % 2 === 0 ? 0.3 : -0.3) + 0.1 * random.normal();
  }
}

class Decay implements Regularizer {
  penalty(kernels: Kernels, penalty: Tensor<"float64">, value: Tensor): void {
    kernels.l2.penalty(penalty, value, 1e-3);
  }

  addGradient(kernels: Kernels, grad: Tensor, value: Tensor): void {
    kernels.l2.addGradient(grad, value, 1e-3);
  }
}

class CrossEntropy implements Loss {
  readonly outputKind = "softmax";

  forward(kernels: Kernels, loss: Tensor<"float64">, dz: Tensor, z: Tensor, labels: Tensor<"uint8">): void {
    kernels.softmaxCrossEntropy.forward(loss, dz, z, labels);
  }
}

class Halving implements Schedule {
  at(step: number): number {
    return 0.5 / 2 ** Math.floor(step / 100);
  }
}

class Descent implements Optimizer {
  readonly schedule = new Halving();

  update(kernels: Kernels, { value, grad }: Parameter, learningRate: Scalar): void {
    kernels.sgd.update(value, grad, learningRate);
  }
}

class Right implements Metric {
  readonly name = "right";

  forward(kernels: Kernels, sum: Tensor<"float64">, scores: Tensor, labels: Tensor<"uint8">): void {
    kernels.accuracy.count(sum, scores, labels);
  }
}

/** Two kinds of rows of four bytes: dark then light, or light then dark. */
class Stripes implements Samples {
  readonly features = 4;
  readonly classes = 2;
  readonly elementType = "uint8";
  readonly #rows: Uint32Array;

  constructor(rows: Uint32Array) {
    this.#rows = rows;
  }

  get count(): number {
    return this.#rows.length;
  }

  async read({ values, labels }: SampleTarget, { signal, onProgress }: ReadOptions = {}): Promise<void> {
    this.#rows.forEach((row, i) => {
      signal?.throwIfAborted();
      const label = row % 2;
      const noise = (row * 37) % 50;
      values.set(label ? [noise, 20, 200, 250 - noise] : [250 - noise, 200, 20, noise], i * 4);
      labels[i] = label;
    });
    onProgress?.(this.count, this.count);
  }

  select(rows: Uint32Array): Samples {
    return new Stripes(rows.map((row) => this.#rows[row] ?? 0));
  }
}

const stripes = (count: number): Samples => new Stripes(Uint32Array.from({ length: count }, (_, i) => i));
const layers = (): Layer[] => [new LowRank(2, 6), new Dense(2, { activation: "softmax" })];

/** A model of these parts learns to tell the rows apart; gives what it reaches. */
export async function train(): Promise<{ before: number; after: number; loss: number; cost: number }> {
  const model = new Model(layers()).compile({
    loss: new CrossEntropy(),
    optimizer: new Descent(),
    metrics: [new Right()],
  });
  await model.build(4);
  const { loss: before } = await model.evaluate(stripes(64));
  await model.fit(stripes(64), { epochs: 5, batchSize: 10 });
  const { right: after, loss, cost } = await model.evaluate(stripes(64));
  return { before, after, loss, cost };
}

/** Whether the layer's backward pass belongs to its forward pass. */
export async function gradients(): Promise<number> {
  const { passed, maxRelativeError } = await checkGradients({
    layers: layers(),
    loss: new CategoricalCrossEntropyLoss(),
    features: 5,
  });
  return passed ? maxRelativeError : Infinity;
}

class Lows implements Sampler {
  readonly name = "lows";

  sample(_name: string, distribution: Distribution, { number, direction }: SamplerContext): ParamValue {
    if (distribution.kind === "categorical") return distribution.choices[0] ?? "none";
    const sign: Record<Direction, number> = { minimize: 1, maximize: -1 };
    return distribution.low + sign[direction] * number;
  }
}

class Impatient implements Pruner {
  readonly name = "impatient";
  readonly waits = false;
  group(): number {
    return 0;
  }
  decidesAt(step: number): boolean {
    return step > 1;
  }
  shouldPrune({ reports }: PrunerContext): boolean {
    return (reports.at(-1)?.value ?? 0) > 10;
  }
}

/** A search with a sampler and a pruner of one's own; gives the best value of x². */
export async function search(): Promise<number | undefined> {
  const study = new Study({ sampler: new Lows(), pruner: new Impatient(), direction: "minimize" });
  await study.optimize((trial) => trial.suggestFloat("x", -3, 3) ** 2, { trials: 6 });
  return study.best?.value;
}
