/** The pruners by name, for `--pruner`. */
import type { Pruner } from "../trial.ts";
import { AshaPruner, type AshaPrunerOptions } from "./asha.ts";
import { MedianPruner, type MedianPrunerOptions } from "./median.ts";
import { NopPruner } from "./none.ts";

export type { AshaPrunerOptions } from "./asha.ts";
export type { MedianPrunerOptions } from "./median.ts";
export { AshaPruner, MedianPruner, NopPruner };

/** What every pruner may draw from; each takes what is its own. */
export interface PrunerSettings extends MedianPrunerOptions, AshaPrunerOptions {}

export const pruners: Readonly<Record<string, (settings?: PrunerSettings) => Pruner>> = {
  none: () => new NopPruner(),
  median: (settings) => new MedianPruner(settings),
  asha: (settings) => new AshaPruner(settings),
};
