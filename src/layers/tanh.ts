import type { Kind } from "../described.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/** y = tanh x, from −1 to 1. */
export class Tanh extends ElementwiseLayer {
  readonly kind = "tanh";
}

export const tanh: Kind<Tanh> = { create: () => new Tanh() };
