/** The registries of all folders, from which descriptions are made things again. */
import type { Kinds } from "../described.ts";
import { initializers } from "../initializers/index.ts";
import { layers } from "../layers/index.ts";
import { losses } from "../losses/index.ts";
import { metrics } from "../metrics/index.ts";
import { optimizers } from "../optimizers/index.ts";
import { regularizers } from "../regularizers/index.ts";
import { allSchedules } from "../schedules/index.ts";

export const libraryKinds = {
  layers,
  losses,
  metrics,
  optimizers,
  schedules: allSchedules,
  regularizers,
  initializers,
} as const satisfies Kinds;
