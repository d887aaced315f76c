import type { Kind } from "../described.ts";
import { ElementwiseLayer } from "./elementwise.ts";

/**
 * y = 1 / (1 + e^−x), from 0 to 1. As the last layer, it gives the probability of a yes for every output; in training,
 * binary cross-entropy takes its place.
 */
export class Sigmoid extends ElementwiseLayer {
  readonly kind = "sigmoid";
}

export const sigmoid: Kind<Sigmoid> = { create: () => new Sigmoid() };
