/** The layers. A new one is its file and a line here. */
export { type ActivationName, activations, hiddenActivations } from "./activations.ts";
export { BatchNormalization, type BatchNormalizationOptions } from "./batchNormalization.ts";
export { Dense, type DenseOptions } from "./dense.ts";
export type { BuildScope, Layer, Mode, Parameter, State, StepSeed } from "./layer.ts";
export { ReLU } from "./relu.ts";
export { Softmax } from "./softmax.ts";
