/** The wasm kernels exist once for each precision: `sgdF32`, `sgdF64`. */
import type { Precision } from "../tensor.ts";

export type Suffix = "F32" | "F64";

export function suffixOf(precision: Precision): Suffix {
  return precision === "float32" ? "F32" : "F64";
}
