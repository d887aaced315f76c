export { CategoricalCrossEntropyLoss } from "./categoricalCrossEntropy.ts";
export type { Loss } from "./loss.ts";
