import type { Kind } from "../described.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/** y = x · tanh(log(1 + e^x)) (Misra, "Mish: a self regularized non-monotonic activation function", 2019). */
export class Mish extends ElementwiseLayer {
  readonly kind = "mish";
}

export const mish: Kind<Mish> = { create: () => new Mish() };
