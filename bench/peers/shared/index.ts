/** The common parts of the programs in JavaScript, in one bundle that the driver hands them. */
export { Network } from "../../baseline/network.ts";
export * as unrolled from "../../baseline/unrolled.ts";
export * from "./numbers.ts";
export { onnxModel } from "./onnxModel.ts";
export * from "./serve.ts";
export * from "./settings.ts";
