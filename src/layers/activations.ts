/** The activations by name, as Dense takes them. Each gives the layer that follows, or none. */
import type { Layer } from "./layer.ts";
import { ReLU } from "./relu.ts";
import { Softmax } from "./softmax.ts";

export const activations = {
  relu: (): Layer | undefined => new ReLU(),
  softmax: (): Layer | undefined => new Softmax(),
  linear: (): Layer | undefined => undefined,
} as const;

export type ActivationName = keyof typeof activations;

/** Those that hidden layers can have. */
export const hiddenActivations = (Object.keys(activations) as ActivationName[]).filter(
  (name) => !activations[name]()?.onlyLast,
);
