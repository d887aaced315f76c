import { type Described, type Description, describeThing, type Kind } from "../described.ts";
import { choose } from "../errors.ts";
import { type Initializer, XavierInitializer, ZerosInitializer } from "../initializers/index.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions, requireInteger, requireMethods } from "../options.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import type { Tensor } from "../tensor.ts";
import { type ActivationName, activations } from "./activations.ts";
import type { BuildScope, Layer, Parameter } from "./layer.ts";

export interface DenseOptions {
  /**
   * Shorthand for the layer that follows: "relu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid", "softmax" or "linear"
   * (default).
   */
  readonly activation?: ActivationName;
  /** Default: XavierInitializer. */
  readonly weightInitializer?: Initializer;
  /** Default: zeros. In the paper that `nnwasm reproduce` repeats, the weights' initializer draws the biases too. */
  readonly biasInitializer?: Initializer;
  /** A penalty on the weight; the bias has none. Default: none. */
  readonly weightRegularizer?: Regularizer;
}

/**
 * A fully connected layer: y = x · W + b, with x (n, in), W (in, out), b (1, out), y (n, out).
 *
 * The matrix is called `weight` here; Keras says `kernel`, which is our word for a function that computes on memory.
 *
 *   dW = xᵀ · dy        db = Σ_i dy[i]        dx = dy · Wᵀ
 */
export class Dense implements Layer, Described {
  readonly kind = "dense";
  readonly states = [];
  readonly minimumBatch = 1;
  readonly units: number;
  readonly followedBy: Layer | undefined;
  readonly #activation: ActivationName;
  readonly #weightInitializer: Initializer;
  readonly #biasInitializer: Initializer;
  readonly #weightRegularizer: Regularizer | undefined;
  /** (in, out). */
  weight!: Parameter;
  /** (1, out). */
  bias!: Parameter;
  #workspace!: Tensor<"uint8">;
  #output!: Tensor;
  #dx: Tensor | undefined;
  #x!: Tensor;

  /** @throws ConfigError if units is not a positive integer or there is no such activation */
  constructor(units: number, options: DenseOptions = {}) {
    checkOptions("Dense", options, [
      "activation",
      "weightInitializer",
      "biasInitializer",
      "weightRegularizer",
    ]);
    const {
      activation = "linear",
      weightInitializer = new XavierInitializer(),
      biasInitializer = new ZerosInitializer(),
      weightRegularizer,
    } = options;
    requireInteger("Dense: units", units);
    requireInitializer("Dense: weightInitializer", weightInitializer);
    requireInitializer("Dense: biasInitializer", biasInitializer);
    if (weightRegularizer !== undefined) {
      const expected = "a regularizer, such as new L2Regularizer(0.005)";
      requireMethods("Dense: weightRegularizer", weightRegularizer, ["penalty", "addGradient"], expected);
    }
    this.units = units;
    this.followedBy = choose("activation", activations, activation)();
    this.#activation = activation;
    this.#weightInitializer = weightInitializer;
    this.#biasInitializer = biasInitializer;
    this.#weightRegularizer = weightRegularizer;
  }

  get parameters(): readonly Parameter[] {
    return [this.weight, this.bias];
  }

  /**
   * An initializer that cannot describe itself is left out: a model with tensors needs none.
   * @throws ConfigError if the regularizer cannot describe itself
   */
  describe(): Description {
    const initializers = {
      weightInitializer: this.#weightInitializer.describe?.(),
      biasInitializer: this.#biasInitializer.describe?.(),
    };
    const regularizer = this.#weightRegularizer;
    return {
      name: this.kind,
      options: {
        units: this.units,
        activation: this.#activation,
        ...Object.fromEntries(Object.entries(initializers).filter(([, each]) => each !== undefined)),
        ...(regularizer && {
          weightRegularizer: describeThing("Dense.describe: weightRegularizer", regularizer),
        }),
      },
    };
  }

  build(scope: BuildScope, inputs: number): number {
    this.weight = scope.parameter(
      "weight",
      inputs,
      this.units,
      this.#weightInitializer,
      this.#weightRegularizer,
    );
    this.bias = scope.vectorParameter("bias", this.units, this.#biasInitializer);
    this.#workspace = scope.workspace;
    this.#output = scope.activation(this.units);
    this.#dx = scope.needsInputGradient ? scope.activation(inputs) : undefined;
    return this.units;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    this.#x = x;
    const y = this.#output.firstRows(x.rows);
    kernels.matmul.multiply(y, x, this.weight.value, this.#workspace);
    kernels.bias.add(y, y, this.bias.value);
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor | undefined {
    kernels.matmul.transposedA(this.weight.grad, this.#x, dy, this.#workspace);
    kernels.bias.columnSums(this.bias.grad, dy);
    if (this.#dx === undefined) return undefined;
    const dx = this.#dx.firstRows(dy.rows);
    kernels.matmul.transposedB(dx, dy, this.weight.value, this.#workspace);
    return dx;
  }
}

function requireInitializer(name: string, value: unknown): void {
  requireMethods(name, value, ["fill"], "an initializer, such as new XavierInitializer()");
}

export const dense: Kind<Dense> = {
  parts: {
    weightInitializer: "initializers",
    biasInitializer: "initializers",
    weightRegularizer: "regularizers",
  },
  create: ({ units, ...options }: { readonly units: number } & DenseOptions) => new Dense(units, options),
};
