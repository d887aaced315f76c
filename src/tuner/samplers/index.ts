/** The samplers by name, for `--sampler`. */
import type { Sampler } from "../trial.ts";
import { type CoarseToFineOptions, CoarseToFineSampler } from "./coarseToFine.ts";
import { type GPOptions, GPSampler } from "./gp.ts";
import { type GridOptions, GridSampler } from "./grid.ts";
import { RandomSampler } from "./random.ts";
import { type TPEOptions, TPESampler } from "./tpe.ts";

export type { CoarseToFineOptions, GPOptions, GridOptions, TPEOptions };
export { CoarseToFineSampler, GPSampler, GridSampler, RandomSampler, TPESampler };

/** What the samplers may be told; each takes what is its own. */
export type SamplerSettings = CoarseToFineOptions & GridOptions & TPEOptions & GPOptions;

export const samplers: Readonly<Record<string, (settings?: SamplerSettings) => Sampler>> = {
  "coarse-to-fine": (settings) => new CoarseToFineSampler(settings),
  random: () => new RandomSampler(),
  grid: (settings) => new GridSampler(settings),
  tpe: (settings) => new TPESampler(settings),
  gp: (settings) => new GPSampler(settings),
};
