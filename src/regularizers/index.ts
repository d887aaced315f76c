/** The regularizers by name, as descriptions have it. */
import type { Kind } from "../described.ts";
import { l2 } from "./l2.ts";
import type { Regularizer } from "./regularizer.ts";

export { L2Regularizer } from "./l2.ts";
export type { Regularizer } from "./regularizer.ts";

export const regularizers = { l2 } as const satisfies Readonly<Record<string, Kind<Regularizer>>>;
