/** The pruners by name, for `--pruner`. */
import { AshaPruner, asha } from "./asha.ts";
import type { PrunerKind } from "./kind.ts";
import { MedianPruner, medianRule } from "./median.ts";
import { NopPruner, none } from "./none.ts";

export type { AshaPrunerOptions } from "./asha.ts";
export type { PrunerKind, PrunerOption } from "./kind.ts";
export type { MedianPrunerOptions } from "./median.ts";
export { AshaPruner, MedianPruner, NopPruner };

export const pruners: Readonly<Record<string, PrunerKind>> = { none, median: medianRule, asha };
