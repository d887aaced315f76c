import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer } from "./layer.ts";

/**
 * y[i,j] = exp(x[i,j]) / Σ_j exp(x[i,j]): a probability for every class. Only as the last layer, where training fuses
 * it with the cross-entropy.
 */
export class Softmax implements Layer {
  readonly kind = "softmax";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  #output!: Tensor;

  build(scope: BuildScope, inputs: number): number {
    this.#output = scope.activation(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    const y = this.#output.firstRows(x.rows);
    kernels.softmaxCrossEntropy.softmax(y, x);
    return y;
  }

  /** @throws ConfigError: the loss takes a last softmax's place, and nowhere else can one be trained */
  backward(): never {
    throw new ConfigError("Softmax can only be the last layer: give hidden layers the activation relu.");
  }
}
