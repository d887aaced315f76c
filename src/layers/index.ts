/** The layers. A new one is its file and a line here. */
import type { Kind } from "../described.ts";
import { batchnorm } from "./batchNormalization.ts";
import { dense } from "./dense.ts";
import type { Layer } from "./layer.ts";
import { relu } from "./relu.ts";
import { softmax } from "./softmax.ts";

export { type ActivationName, activations, hiddenActivations } from "./activations.ts";
export { BatchNormalization, type BatchNormalizationOptions } from "./batchNormalization.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export type { BuildScope, Layer, Mode, Parameter, State, StepSeed } from "./layer.ts";
export { ReLU } from "./relu.ts";
export { Softmax } from "./softmax.ts";

/** The layers by name, as descriptions have it: the layer's kind. */
export const layers = { dense, batchnorm, relu, softmax } as const satisfies Readonly<
  Record<string, Kind<Layer>>
>;
