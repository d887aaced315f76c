/** Runs samplers without a study, one trial after another. */
import { type Distribution, isActive, type Params, type SearchSpace } from "../../src/tuner/searchSpace.ts";
import type { Direction, FinishedTrial, Sampler, SamplerContext } from "../../src/tuner/trial.ts";

/** A context without earlier trials, with the changes of a test. */
export const contextOf = (parts: Partial<SamplerContext> = {}): SamplerContext => ({
  seed: 1,
  direction: "maximize",
  number: 0,
  round: 0,
  indexInRound: 0,
  history: [],
  pending: [],
  ...parts,
});

/** A complete trial, with the changes of a test. Its distributions are those of `space` for which it has values. */
export function trialOf(space: SearchSpace, parts: Partial<FinishedTrial> = {}): FinishedTrial {
  const params = parts.params ?? {};
  const distributions = Object.fromEntries(
    Object.keys(params).map((name) => [name, distributionOf(space, name)]),
  );
  const rest = { reports: [], seconds: 0, attributes: {} };
  return { number: 0, round: 0, state: "complete", params, distributions, ...rest, ...parts };
}

function distributionOf(space: SearchSpace, name: string): Distribution {
  const { when: _, ...distribution } = space[name]!;
  return distribution;
}

/** All parameters of a trial, by `propose` if the sampler has it, else one after the other. */
export function proposeWith(sampler: Sampler, space: SearchSpace, context: SamplerContext): Params {
  if (sampler.propose !== undefined) return sampler.propose(space, context);
  const params: Record<string, Params[string]> = {};
  for (const [name, entry] of Object.entries(space)) {
    if (isActive(entry, params)) params[name] = sampler.sample(name, distributionOf(space, name), context);
  }
  return params;
}

/**
 * The trials of a search, whose values `f` gives. A value that is not finite makes a failed trial.
 * @param trials how many trials, or fewer if the sampler has a lower limit
 * @param roundSize the size of rounds that the sampler leaves to the study
 */
export function runSequentially(
  sampler: Sampler,
  space: SearchSpace,
  f: (params: Params, number: number) => number,
  trials: number,
  seed: number,
  direction: Direction = "minimize",
  roundSize = 1,
): FinishedTrial[] {
  const count = Math.min(trials, sampler.limit?.(space) ?? Infinity);
  const history: FinishedTrial[] = [];
  for (let round = 0; history.length < count; round++) {
    const size = Math.min(sampler.roundSize?.(round) ?? roundSize, count - history.length);
    const pending: { number: number; params: Params }[] = [];
    for (let indexInRound = 0; indexInRound < size; indexInRound++) {
      const number = history.length + indexInRound;
      const context = { seed, direction, number, round, indexInRound, history, pending: [...pending] };
      pending.push({ number, params: proposeWith(sampler, space, context) });
    }
    const finished = pending.map(({ number, params }) => {
      const value = f(params, number);
      if (Number.isFinite(value)) return trialOf(space, { number, round, params, value });
      return trialOf(space, { number, round, params, state: "failed", error: `The value is ${value}.` });
    });
    history.push(...finished);
  }
  return history;
}

/** The best value of the trials that have one. */
export function bestValue(history: readonly FinishedTrial[], direction: Direction = "minimize"): number {
  const values = history.flatMap(({ state, value }) => (state === "complete" ? [value!] : []));
  return direction === "minimize" ? Math.min(...values) : Math.max(...values);
}
