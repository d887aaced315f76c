/** The layers. A new one is its file and a line here. */
import type { Kind } from "../described.ts";
import { augmentation } from "./augmentation.ts";
import { batchnorm } from "./batchNormalization.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { ensemble } from "./ensemble.ts";
import { gelu } from "./gelu.ts";
import type { Layer } from "./layer.ts";
import { mish } from "./mish.ts";
import { relu } from "./relu.ts";
import { scale } from "./scale.ts";
import { selu } from "./selu.ts";
import { sigmoid } from "./sigmoid.ts";
import { silu } from "./silu.ts";
import { softmax } from "./softmax.ts";
import { tanh } from "./tanh.ts";

export { type ActivationName, activations, hiddenActivations } from "./activations.ts";
export { ImageAugmentation, type ImageAugmentationOptions } from "./augmentation.ts";
export { BatchNormalization, type BatchNormalizationOptions } from "./batchNormalization.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export { Dropout } from "./dropout.ts";
export type { ElementwiseLayer } from "./elementwise.ts";
export { Ensemble, type EnsembleOptions } from "./ensemble.ts";
export { GELU } from "./gelu.ts";
export type { BuildScope, Layer, Mode, Parameter, State, StepSeed } from "./layer.ts";
export { Mish } from "./mish.ts";
export { ReLU } from "./relu.ts";
export { Scale } from "./scale.ts";
export { SELU } from "./selu.ts";
export { Sigmoid } from "./sigmoid.ts";
export { SiLU } from "./silu.ts";
export { Softmax } from "./softmax.ts";
export { Tanh } from "./tanh.ts";

/** The layers by name, as descriptions have it: the layer's kind. */
export const layers = {
  dense,
  batchnorm,
  dropout,
  augmentation,
  scale,
  relu,
  selu,
  gelu,
  silu,
  mish,
  tanh,
  sigmoid,
  softmax,
  ensemble,
} as const satisfies Readonly<Record<string, Kind<Layer>>>;
