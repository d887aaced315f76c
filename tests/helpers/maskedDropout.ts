/**
 * Dropout by a mask that is handed in, from the library's kernels: with the mask that Dropout draws, it has Dropout's bits.
 * So a training can be followed by a program that draws other random numbers.
 */
import type { Kernels } from "../../src/kernels/index.ts";
import type { BuildScope, Layer, Mode } from "../../src/layers/index.ts";
import type { FloatArray, Tensor } from "../../src/tensor.ts";

export class MaskedDropout implements Layer {
  readonly kind = "dropout";
  readonly parameters = [];
  readonly states = [];
  readonly minimumBatch = 1;
  readonly rate: number;
  readonly #draw: (mask: FloatArray) => void;
  #output!: Tensor;
  #mask!: Tensor;
  #factor!: Tensor;

  /** @param draw fills the mask, (rows of the largest batch, features), row-major: what is not > 0 is dropped */
  constructor(rate: number, draw: (mask: FloatArray) => void) {
    this.rate = rate;
    this.#draw = draw;
  }

  build(scope: BuildScope, inputs: number): number {
    this.#output = scope.activation(inputs);
    this.#mask = scope.activation(inputs);
    this.#factor = scope.vector(inputs);
    return inputs;
  }

  /** To be called before every training step, once the model has its memory. */
  next(): void {
    this.#draw(this.#mask.data);
    this.#factor.data.fill(1 / (1 - this.rate));
  }

  forward(kernels: Kernels, x: Tensor, mode: Mode): Tensor {
    if (mode === "inference") return x;
    return this.#apply(kernels, this.#output.firstRows(x.rows), x);
  }

  backward(kernels: Kernels, dy: Tensor): Tensor {
    return this.#apply(kernels, dy, dy);
  }

  /** y = x · factor where the mask is > 0, else 0. */
  #apply(kernels: Kernels, y: Tensor, x: Tensor): Tensor {
    kernels.scale.multiply(y, x, this.#factor);
    kernels.relu.backward(y, y, this.#mask.firstRows(x.rows));
    return y;
  }
}
