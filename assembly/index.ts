/** The wasm interface, on one screen: every kernel, and where the host's memory begins. scripts/exports.mjs reads it. */
export { accuracy } from "./accuracy";
export { geluBackward, geluForward } from "./activation/gelu";
export { mishBackward, mishForward } from "./activation/mish";
export { seluBackward, seluForward } from "./activation/selu";
export { sigmoidBackward, sigmoidForward } from "./activation/sigmoid";
export { siluBackward, siluForward } from "./activation/silu";
export { tanhBackward, tanhForward } from "./activation/tanh";
export { adam } from "./adam";
export { augmentMove, augmentNoise } from "./augment";
export { batchNormBackward } from "./batchNorm/backward";
export { batchNormForward } from "./batchNorm/forward";
export { batchNormInference } from "./batchNorm/inference";
export { biasAdd, columnSums } from "./bias";
export { binaryCrossEntropy } from "./binaryCrossEntropy";
export { classWeights } from "./classWeights";
export { firstLayerSquares, scaleBy, sumOfSquares } from "./clip";
export { dropout } from "./dropout";
export {
  expAll as exp,
  expm1All as expm1,
  log1pAll as log1p,
  logAll as log,
  softplusAll as softplus,
} from "./elementary";
export { ensembleAdd, ensembleLog, ensembleMean } from "./ensemble";
export { fingerprintAddRows } from "./fingerprint";
export { allFinite } from "./finite";
export { firstLayerForward, firstLayerPrepare } from "./firstLayer/forward";
export { firstLayerPackGradient } from "./firstLayer/gradient";
export { firstLayerGradient, firstLayerUpdate } from "./firstLayer/update";
export { firstLayerPack, firstLayerUnpack } from "./firstLayer/weight";
export { gatherBytes, gatherConverted, gatherFloats as gather, gatherLabels, gatherRows } from "./gather";
export { l2Gradient, l2Penalty } from "./l2";
export { matmul, matmulTransposedA, matmulTransposedB } from "./matmul/product";
export { byteMoments } from "./moments";
export { peak, peakChains } from "./peak";
export { absoluteError, huberError, squaredError } from "./regression";
export { reluBackward, reluForward } from "./relu";
export { scale, scaleGradient } from "./scale";
export { sgd, sgdL2, sgdMomentum } from "./sgd";
export { softmax, softmaxCrossEntropy, weightedCrossEntropy } from "./softmaxCrossEntropy";

/** The first byte that the module's own data do not use. */
export function heapBase(): usize {
  return __heap_base;
}
