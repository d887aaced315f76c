/** The layers by kind. */
import { BatchNormalization } from "./batchNormalization.ts";
import { Dense } from "./dense.ts";
import { ReLU } from "./relu.ts";
import { Softmax } from "./softmax.ts";

export { type ActivationName, activations } from "./activations.ts";
export type { BatchNormalizationOptions } from "./batchNormalization.ts";
export type { DenseOptions } from "./dense.ts";
export type { BuildScope, Layer, Mode, Parameter, State } from "./layer.ts";
export { BatchNormalization, Dense, ReLU, Softmax };

export const layers = { dense: Dense, batchnorm: BatchNormalization, relu: ReLU, softmax: Softmax } as const;
