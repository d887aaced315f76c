import type { Described, Description, Kind } from "../described.ts";
import { ConstantInitializer } from "../initializers/index.ts";
import type { Kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { BuildScope, Layer, Parameter } from "./layer.ts";

/**
 * A learnable factor for each feature: y[i,j] = x[i,j] · scale[j].
 *
 *   dScale[j] = Σ_i dy[i,j] · x[i,j]        dx[i,j] = dy[i,j] · scale[j]
 *
 * It may be the first layer, where it weighs the inputs (as RealMLP does: Holzmüller et al., 2024). The Dense behind it
 * then takes a gathered and scaled batch, so a training has neither of the first layer's fast kernels, and that Dense
 * computes the gradient by its inputs. With tables, whose features are few, that is little. In predictions the factors are
 * folded into the Dense.
 */
export class Scale implements Layer, Described {
  readonly kind = "scale";
  readonly states = [];
  readonly minimumBatch = 1;
  /** (1, d), 1 at first. */
  scale!: Parameter;
  #output!: Tensor;
  #x!: Tensor;
  #needsInputGradient = true;

  get parameters(): readonly Parameter[] {
    return [this.scale];
  }

  describe(): Description {
    return { name: this.kind, options: {} };
  }

  build(scope: BuildScope, inputs: number): number {
    this.scale = scope.vectorParameter("scale", inputs, new ConstantInitializer(1));
    this.#output = scope.activation(inputs);
    this.#needsInputGradient = scope.needsInputGradient;
    return inputs;
  }

  forward(kernels: Kernels, x: Tensor): Tensor {
    this.#x = x;
    const y = this.#output.firstRows(x.rows);
    kernels.scale.multiply(y, x, this.scale.value);
    return y;
  }

  backward(kernels: Kernels, dy: Tensor): Tensor | undefined {
    kernels.scale.gradient(this.scale.grad, dy, this.#x);
    if (!this.#needsInputGradient) return undefined;
    kernels.scale.multiply(dy, dy, this.scale.value);
    return dy;
  }
}

export const scale: Kind<Scale> = { create: () => new Scale() };
