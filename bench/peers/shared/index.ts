/** What the programs in JavaScript have in common: one bundle, which the driver hands them. */
export { Network } from "../../baseline/network.ts";
export * as unrolled from "../../baseline/unrolled.ts";
export * from "./numbers.ts";
export { onnxModel } from "./onnxModel.ts";
export * from "./serve.ts";
export * from "./settings.ts";
