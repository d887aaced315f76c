import type { Described, Description, Kind } from "../described.ts";
import { ConfigError } from "../errors.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer } from "./layer.ts";

/**
 * y[i,j] = exp(x[i,j]) / Σ_j exp(x[i,j]): a probability for every class. It can only be the last layer, where
 * training fuses it with the cross-entropy.
 */
export class Softmax implements Layer, Described {
  readonly kind = "softmax";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  readonly onlyLast = true;
  #output!: Tensor;

  describe(): Description {
    return { name: this.kind, options: {} };
  }

  build(scope: BuildScope, inputs: number): number {
    this.#output = scope.activation(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    const y = this.#output.firstRows(x.rows);
    kernels.softmaxCrossEntropy.softmax(y, x);
    return y;
  }

  /** @throws ConfigError always: the loss takes the place of a last softmax, and elsewhere a softmax cannot be trained */
  backward(): never {
    throw new ConfigError("Softmax can only be the last layer: give hidden layers the activation relu.");
  }
}

export const softmax: Kind<Softmax> = { create: () => new Softmax() };
