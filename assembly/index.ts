/** The wasm interface, on one screen: every kernel, and where the host's memory begins. */
export * from "./accuracy";
export * from "./batchNorm";
export * from "./bias";
export * from "./elementary";
export * from "./firstLayer";
export * from "./gather";
export * from "./l2";
export * from "./matmul";
export * from "./moments";
export * from "./peak";
export * from "./relu";
export * from "./sgd";
export * from "./softmaxCrossEntropy";

/** The first byte that the module's own data do not use. */
export function heapBase(): usize {
  return __heap_base;
}
