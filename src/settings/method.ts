/** The sampler and the pruner of a search, from their names and options as study.json has them. */
import { ConfigError, choose } from "../errors.ts";
import { type PrunerSettings, pruners } from "../tuner/pruners/index.ts";
import { type SamplerSettings, samplers } from "../tuner/samplers/index.ts";
import type { SearchSpace } from "../tuner/searchSpace.ts";
import type { Pruner, Sampler } from "../tuner/trial.ts";

/** More trials than anyone waits for; a number in a file cannot make a search count further. */
export const MAXIMUM_TRIALS = 1_000_000;

/** How a search goes: what proposes its trials, and what ends the bad ones. */
export interface SearchMethod {
  readonly sampler: string;
  readonly samplerOptions: object;
  readonly pruner: string;
  readonly prunerOptions: object;
}

export const samplerOf = ({ sampler, samplerOptions }: SearchMethod): Sampler =>
  choose("sampler", samplers, sampler)(samplerOptions as SamplerSettings);

/** @param epochs of a trial that is not pruned */
export const prunerOf = ({ pruner, prunerOptions }: SearchMethod, epochs: number): Pruner =>
  choose("pruner", pruners, pruner)({ maximum: epochs, ...prunerOptions } as PrunerSettings);

/** The flags that gave a pruner these options. */
export const pruningFlags = ({
  minimum,
  reduction,
  brackets,
}: Readonly<Record<string, number | boolean | undefined>>) => ({ rung: minimum, reduction, brackets });

/** @throws ConfigError if there are to be more trials than anyone waits for, or than the sampler can propose */
export function checkTrials(
  description: { readonly sampler: string; readonly trials: number },
  sampler: Sampler,
  space: SearchSpace,
): void {
  const { trials } = description;
  if (trials > MAXIMUM_TRIALS) {
    throw new ConfigError(`${trials} trials, expected at most ${MAXIMUM_TRIALS}. Give less with --trials.`);
  }
  const limit = sampler.limit?.(space) ?? Number.POSITIVE_INFINITY;
  if (trials > limit) {
    const more = description.sampler === "grid" ? "--points" : "--coarse, --fine or --rounds";
    throw new ConfigError(
      `--trials ${trials}: ${description.sampler} ends after ${limit}. Give more with ${more}, or another --sampler.`,
    );
  }
}
