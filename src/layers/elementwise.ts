/** What the layers have in common that are a function of each number, with a kernel in `src/kernels/activation.ts`. */
import type { Described, Description } from "../described.ts";
import { type ActivationFunction, derivedFrom } from "../kernels/activation.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer } from "./layer.ts";

export abstract class ElementwiseLayer implements Layer, Described {
  abstract readonly kind: ActivationFunction;
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  #buffer!: Tensor;
  #x!: Tensor;
  #y!: Tensor;

  /** The output of the last forward pass, (n, d). */
  get output(): Tensor {
    return this.#y;
  }

  describe(): Description {
    return { name: this.kind, options: {} };
  }

  build(scope: BuildScope, inputs: number): number {
    this.#buffer = scope.activation(inputs);
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    this.#x = x;
    this.#y = this.#buffer.firstRows(x.rows);
    kernels.activation.forward(this.#y, x, this.kind);
    return this.#y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor {
    kernels.activation.backward(dy, dy, derivedFrom(this.kind) === "x" ? this.#x : this.#y, this.kind);
    return dy;
  }
}
