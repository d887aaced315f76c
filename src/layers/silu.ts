import type { Kind } from "../described.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/** y = x / (1 + e^−x), also called swish (Elfwing et al., "Sigmoid-weighted linear units", 2017). */
export class SiLU extends ElementwiseLayer {
  readonly kind = "silu";
}

export const silu: Kind<SiLU> = { create: () => new SiLU() };
