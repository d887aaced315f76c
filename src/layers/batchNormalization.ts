import type { Described, Description, Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { ConstantInitializer, ZerosInitializer } from "../initializers/index.ts";
import type { Kernels } from "../kernels/index.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer, Mode, Parameter, State } from "./layer.ts";

export interface BatchNormalizationOptions {
  /**
   * The share of the old moving average that a step keeps, 0 to 1 (Keras's sense; PyTorch's is 1 − this). Default:
   * 0.9.
   */
  readonly momentum?: number;
  /** Added to the variance, > 0. Default: 1e-5. */
  readonly epsilon?: number;
}

/**
 * Batch normalisation (Ioffe and Szegedy 2015), per feature:
 *
 *   y = gamma · (x − mean) / √(variance + epsilon) + beta
 *
 * In training, mean and variance are the batch's (the variance biased, Σ(x − mean)²/n), and the moving averages follow:
 * moving = momentum · moving + (1 − momentum) · batch. In inference they are the moving averages. Both start at 0 as in
 * the paper that `nnwasm reproduce` repeats (Keras and PyTorch start the variance at 1). The moving variance is biased
 * too (PyTorch's is not).
 */
export class BatchNormalization implements Layer, Described {
  readonly kind = "batchnorm";
  /** A batch of one sample has no variance: its normalised values are always 0. */
  readonly minimumBatch = 2;
  readonly momentum: number;
  readonly epsilon: number;
  /** (1, d), 1 at first. */
  gamma!: Parameter;
  /** (1, d), 0 at first. */
  beta!: Parameter;
  /** (1, d), 0 at first. */
  movingMean!: State;
  /** (1, d), 0 at first. */
  movingVariance!: State;
  #output!: Tensor;
  #xHat!: Tensor;
  #invStd!: Tensor;

  /** @throws ConfigError if momentum is not in [0, 1] or epsilon is not positive */
  constructor(options: BatchNormalizationOptions = {}) {
    checkOptions("BatchNormalization", options, ["momentum", "epsilon"]);
    const { momentum = 0.9, epsilon = 1e-5 } = options;
    if (!(isNumber(momentum) && momentum >= 0 && momentum <= 1)) {
      throw new ConfigError(
        `BatchNormalization: momentum is ${shown(momentum)}, expected a number from 0 to 1.`,
      );
    }
    if (!(isNumber(epsilon) && epsilon > 0 && epsilon < Infinity)) {
      throw new ConfigError(
        `BatchNormalization: epsilon is ${shown(epsilon)}, expected a finite number > 0.`,
      );
    }
    this.momentum = momentum;
    this.epsilon = epsilon;
  }

  get parameters(): readonly Parameter[] {
    return [this.gamma, this.beta];
  }

  get states(): readonly State[] {
    return [this.movingMean, this.movingVariance];
  }

  describe(): Description {
    const { momentum, epsilon } = this;
    return { name: this.kind, options: { momentum, epsilon } };
  }

  build(scope: BuildScope, inputs: number): number {
    this.gamma = scope.vectorParameter("gamma", inputs, new ConstantInitializer(1));
    this.beta = scope.vectorParameter("beta", inputs, new ZerosInitializer());
    this.movingMean = scope.state("movingMean", inputs, 0);
    this.movingVariance = scope.state("movingVariance", inputs, 0);
    this.#output = scope.activation(inputs);
    this.#xHat = scope.activation(inputs);
    this.#invStd = scope.vector(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor {
    const y = this.#output.firstRows(x.rows);
    const [gamma, beta] = [this.gamma.value, this.beta.value];
    const [movingMean, movingVariance] = [this.movingMean.value, this.movingVariance.value];
    if (mode === "inference") {
      kernels.batchNorm.inference(y, x, gamma, beta, movingMean, movingVariance, this.epsilon);
      return y;
    }
    const xHat = this.#xHat.firstRows(x.rows);
    kernels.batchNorm.forward(
      y,
      xHat,
      this.#invStd,
      movingMean,
      movingVariance,
      x,
      gamma,
      beta,
      this.epsilon,
      this.momentum,
    );
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor {
    const xHat = this.#xHat.firstRows(dy.rows);
    kernels.batchNorm.backward(dy, this.gamma.grad, this.beta.grad, dy, xHat, this.gamma.value, this.#invStd);
    return dy;
  }
}

export const batchnorm: Kind<BatchNormalization> = { create: (options) => new BatchNormalization(options) };
