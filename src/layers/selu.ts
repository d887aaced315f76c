import type { Kind } from "../described.ts";
import type { Tensor } from "../tensor.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/**
 * y = λ · x for x > 0, else λ · α · (e^x − 1), with λ = 1.0507…, α = 1.6733… (Klambauer et al., "Self-normalizing neural
 * networks", 2017); its derivative at 0 is λ · α. XavierInitializer, N(0, 1/√fan_in) here, is what that paper draws its
 * weights with: it keeps the mean near 0 and the variance near 1 from layer to layer.
 */
export class SELU extends ElementwiseLayer {
  readonly kind = "selu";

  /** The derivative jumps at 0, where the output is 0 too. */
  get kinks(): Tensor {
    return this.output;
  }
}

export const selu: Kind<SELU> = { create: () => new SELU() };
