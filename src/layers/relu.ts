import type { Described, Description, Kind } from "../described.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer } from "./layer.ts";

/** y = max(0, x), element by element; its derivative at 0 is 0. */
export class ReLU implements Layer, Described {
  readonly kind = "relu";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  #output!: Tensor;
  #y!: Tensor;

  /** The output of the last forward pass, (n, d). */
  get output(): Tensor {
    return this.#y;
  }

  get kinks(): Tensor {
    return this.#y;
  }

  describe(): Description {
    return { name: this.kind, options: {} };
  }

  build(scope: BuildScope, inputs: number): number {
    this.#output = scope.activation(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    this.#y = this.#output.firstRows(x.rows);
    kernels.relu.forward(this.#y, x);
    return this.#y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor {
    kernels.relu.backward(dy, dy, this.#y);
    return dy;
  }
}

export const relu: Kind<ReLU> = { create: () => new ReLU() };
