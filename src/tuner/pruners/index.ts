/** The pruners by name, for `--pruner`. */
import { pickOptions } from "../../options.ts";
import type { Pruner } from "../trial.ts";
import { ASHA_OPTIONS, AshaPruner, type AshaPrunerOptions } from "./asha.ts";
import { MEDIAN_OPTIONS, MedianPruner, type MedianPrunerOptions } from "./median.ts";
import { NopPruner } from "./none.ts";

export type { AshaPrunerOptions } from "./asha.ts";
export type { MedianPrunerOptions } from "./median.ts";
export { AshaPruner, MedianPruner, NopPruner };

/** What every pruner may draw from; each takes what is its own. */
export interface PrunerSettings extends MedianPrunerOptions, AshaPrunerOptions {}

export const pruners: Readonly<Record<string, (settings?: PrunerSettings) => Pruner>> = {
  none: () => new NopPruner(),
  median: (settings) => new MedianPruner(pickOptions(settings, MEDIAN_OPTIONS)),
  asha: (settings) => new AshaPruner(pickOptions(settings, ASHA_OPTIONS)),
};
