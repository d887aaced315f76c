/** The samplers by name, for `--sampler`. */
import { pickOptions } from "../../options.ts";
import type { Sampler } from "../trial.ts";
import { COARSE_TO_FINE_OPTIONS, type CoarseToFineOptions, CoarseToFineSampler } from "./coarseToFine.ts";
import { GP_OPTIONS, type GPOptions, GPSampler } from "./gp.ts";
import { GRID_OPTIONS, type GridOptions, GridSampler } from "./grid.ts";
import { RandomSampler } from "./random.ts";
import { TPE_OPTIONS, type TPEOptions, TPESampler } from "./tpe.ts";

export type { CoarseToFineOptions, GPOptions, GridOptions, TPEOptions };
export { CoarseToFineSampler, GPSampler, GridSampler, RandomSampler, TPESampler };

/** What the samplers may be told; each takes what is its own. */
export type SamplerSettings = CoarseToFineOptions & GridOptions & TPEOptions & GPOptions;

export const samplers: Readonly<Record<string, (settings?: SamplerSettings) => Sampler>> = {
  "coarse-to-fine": (settings) => new CoarseToFineSampler(pickOptions(settings, COARSE_TO_FINE_OPTIONS)),
  random: () => new RandomSampler(),
  grid: (settings) => new GridSampler(pickOptions(settings, GRID_OPTIONS)),
  tpe: (settings) => new TPESampler(pickOptions(settings, TPE_OPTIONS)),
  gp: (settings) => new GPSampler(pickOptions(settings, GP_OPTIONS)),
};
