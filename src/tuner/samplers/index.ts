/** The samplers by name, for `--sampler`. */
import { type CoarseToFineOptions, CoarseToFineSampler, coarseToFine } from "./coarseToFine.ts";
import { type GPOptions, GPSampler, gp } from "./gp.ts";
import { type GridOptions, GridSampler, grid } from "./grid.ts";
import type { SamplerKind } from "./kind.ts";
import { RandomSampler, random } from "./random.ts";
import { type TPEOptions, TPESampler, tpe } from "./tpe.ts";

export type { SamplerKind, SamplerOption } from "./kind.ts";
export type { CoarseToFineOptions, GPOptions, GridOptions, TPEOptions };
export { CoarseToFineSampler, GPSampler, GridSampler, RandomSampler, TPESampler };

export const samplers: Readonly<Record<string, SamplerKind>> = {
  "coarse-to-fine": coarseToFine,
  random,
  grid,
  tpe,
  gp,
};
