export { L2Regularizer } from "./l2.ts";
export type { Regularizer } from "./regularizer.ts";
