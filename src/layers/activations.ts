/** The activations by name, as Dense takes them. Each gives the layer that follows, or none. */
import { GELU } from "./gelu.ts";
import type { Layer } from "./layer.ts";
import { Mish } from "./mish.ts";
import { ReLU } from "./relu.ts";
import { SELU } from "./selu.ts";
import { Sigmoid } from "./sigmoid.ts";
import { SiLU } from "./silu.ts";
import { Softmax } from "./softmax.ts";
import { Tanh } from "./tanh.ts";

export const activations = {
  relu: (): Layer | undefined => new ReLU(),
  selu: (): Layer | undefined => new SELU(),
  gelu: (): Layer | undefined => new GELU(),
  silu: (): Layer | undefined => new SiLU(),
  mish: (): Layer | undefined => new Mish(),
  tanh: (): Layer | undefined => new Tanh(),
  sigmoid: (): Layer | undefined => new Sigmoid(),
  softmax: (): Layer | undefined => new Softmax(),
  linear: (): Layer | undefined => undefined,
} as const;

export type ActivationName = keyof typeof activations;

/** Those that hidden layers can have. */
export const hiddenActivations = (Object.keys(activations) as ActivationName[]).filter(
  (name) => !activations[name]()?.onlyLast,
);
