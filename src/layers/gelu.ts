import type { Kind } from "../described.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/**
 * y = x · Φ(x) with the normal distribution Φ(x) = ½ · (1 + erf(x / √2)) (Hendrycks and Gimpel, "Gaussian error linear
 * units", 2016): the exact one, not the approximation by tanh.
 */
export class GELU extends ElementwiseLayer {
  readonly kind = "gelu";
}

export const gelu: Kind<GELU> = { create: () => new GELU() };
