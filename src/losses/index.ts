/** The losses by name, as descriptions have it. */
import type { Kind } from "../described.ts";
import { categoricalCrossEntropy } from "./categoricalCrossEntropy.ts";
import type { Loss } from "./loss.ts";

export { CategoricalCrossEntropyLoss } from "./categoricalCrossEntropy.ts";
export type { Loss } from "./loss.ts";

export const losses = { categoricalCrossEntropy } as const satisfies Readonly<Record<string, Kind<Loss>>>;
