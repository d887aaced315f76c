/**
 * The tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011), with
 * the choices that Optuna's TPESampler makes.
 */
import { ConfigError } from "../../errors.ts";
import {
  contains,
  type Distribution,
  isActive,
  type Params,
  type ParamValue,
  type SearchSpace,
  type SpaceEntry,
} from "../searchSpace.ts";
import type { Direction, FinishedTrial, Report, Sampler, SamplerContext } from "../trial.ts";
import { checkCount, checkPositive } from "./check.ts";
import { ParzenEstimator, type ParzenOptions } from "./parzen.ts";
import { sampleDistribution, streamOf } from "./random.ts";

export interface TPEOptions {
  /** Trials, complete or pruned, until which the draws are random, ≥ 0. */
  readonly startup?: number;
  /** Draws from l(x), of which the one with the largest l(x) / g(x) is proposed, ≥ 1. */
  readonly candidates?: number;
  /** How many of n trials are the good ones, that l(x) is made of. */
  readonly gamma?: (n: number) => number;
  /** The weights of n trials in l(x) or g(x), from the oldest to the newest. */
  readonly weights?: (n: number) => readonly number[];
  /** The weight of the prior, where a trial's is 1; > 0. */
  readonly priorWeight?: number;
  /** Whether the ends of the range count as neighbours when the widths of the outermost kernels are chosen. */
  readonly endpoints?: boolean;
  /** Whether the parameters of a declared space are drawn together, from joint densities. */
  readonly multivariate?: boolean;
  /** Whether the trials under way count as bad ones, so that a round's trials keep away from each other. */
  readonly constantLiar?: boolean;
}

/** A tenth, rounded up, 25 at most. */
export const defaultGamma = (n: number): number => Math.min(Math.ceil(0.1 * n), 25);

/** 1 for the newest 25; before them, from 1 / n for the oldest, evenly up to 1. */
export function defaultWeights(n: number): readonly number[] {
  const ramp = n - 25;
  return Array.from({ length: n }, (_, i) => {
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / n : 1 / n + (1 - 1 / n) * (i / (ramp - 1));
  });
}

/**
 * The trials so far are split into good and bad, their parameters' densities l(x) and g(x) estimated, and of some
 * draws from l the one with the largest log l(x) − log g(x) proposed: it has the largest expected improvement.
 *
 * Of the trials, pruned ones rank behind complete ones: those pruned later first, then by value. Failed ones do not
 * count. A parameter's densities are made of the trials that have it.
 *
 * Univariate, each parameter is drawn by itself. Multivariate, a declared space falls into groups, parameters with the
 * same condition (most often, all without one), which exist in the same trials; each group is drawn jointly, so that
 * what goes well together stays together. Parameters outside of a declared space are always drawn by themselves.
 */
export class TPESampler implements Sampler {
  readonly name = "tpe";
  readonly startup: number;
  readonly candidates: number;
  readonly gamma: (n: number) => number;
  readonly multivariate: boolean;
  readonly constantLiar: boolean;
  readonly #parzen: ParzenOptions;

  /** @throws ConfigError if an option is out of its range */
  constructor({
    startup = 10,
    candidates = 24,
    gamma = defaultGamma,
    weights = defaultWeights,
    priorWeight = 1,
    endpoints = false,
    multivariate = false,
    constantLiar = true,
  }: TPEOptions = {}) {
    checkCount("TPESampler", "startup", startup, 0);
    checkCount("TPESampler", "candidates", candidates, 1);
    checkPositive("TPESampler", "priorWeight", priorWeight);
    this.startup = startup;
    this.candidates = candidates;
    this.gamma = gamma;
    this.multivariate = multivariate;
    this.constantLiar = constantLiar;
    this.#parzen = { priorWeight, weights, endpoints };
  }

  propose(space: SearchSpace, context: SamplerContext): Params {
    const proposed: Record<string, ParamValue> = {};
    for (const group of this.#groups(space)) {
      if (isActive(group[0]![1], proposed)) Object.assign(proposed, this.#draw(group, context));
    }
    // In the order of the space: a group's later members may stand behind another group.
    return Object.fromEntries(
      Object.keys(space).flatMap((name) => (Object.hasOwn(proposed, name) ? [[name, proposed[name]!]] : [])),
    );
  }

  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue {
    return this.#draw([[name, distribution]], context)[name]!;
  }

  /**
   * What is drawn together. The parameter that a condition names stands before all that have the condition, so its
   * group, whose place is that of its first member, comes before theirs.
   */
  #groups(space: SearchSpace): readonly Group[] {
    const entries = Object.entries(space);
    if (!this.multivariate) return entries.map((entry) => [entry]);
    const groups = new Map<string, [name: string, entry: SpaceEntry][]>();
    for (const entry of entries) {
      const condition = JSON.stringify(entry[1].when ?? null);
      const group = groups.get(condition);
      if (group === undefined) groups.set(condition, [entry]);
      else group.push(entry);
    }
    return [...groups.values()];
  }

  /** Values for the parameters of a group. */
  #draw(group: Group, context: SamplerContext): Params {
    const ended = context.history.filter(({ state }) => state !== "failed");
    if (ended.length < this.startup) {
      return Object.fromEntries(
        group.map(([name, distribution]) => [
          name,
          sampleDistribution(distribution, streamOf(this.name, context, name)),
        ]),
      );
    }

    // A parameter with a single value has no density, and tells nothing of the others.
    const single = group.flatMap(([name, distribution]) => {
      const value = singleValue(distribution);
      return value === undefined ? [] : [[name, value] as const];
    });
    const free = group.filter(([, distribution]) => singleValue(distribution) === undefined);
    if (free.length === 0) return Object.fromEntries(single);

    const good = this.#good(ended, context.direction);
    const bad = ended.filter((trial) => !good.includes(trial));
    const l = this.#estimate(free, good);
    const g = this.#estimate(free, this.constantLiar ? [...bad, ...context.pending] : bad);
    const random = streamOf(this.name, context, ...free.map(([name]) => name));
    let best = l.sample(random);
    let bestScore = l.logDensity(best) - g.logDensity(best);
    for (let i = 1; i < this.candidates; i++) {
      const candidate = l.sample(random);
      const score = l.logDensity(candidate) - g.logDensity(candidate);
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return { ...best, ...Object.fromEntries(single) };
  }

  /** The best `gamma(n)` trials, of equals the first, by number. */
  #good(ended: readonly FinishedTrial[], direction: Direction): readonly FinishedTrial[] {
    const count = this.gamma(ended.length);
    if (!Number.isInteger(count) || count < 0) {
      throw new ConfigError(
        `TPESampler: gamma(${ended.length}) is ${count}, expected a number of trials, 0 to ${ended.length}.`,
      );
    }
    return ended
      .map((trial) => ({ trial, rank: rankOf(trial, direction) }))
      .sort((a, b) => compareRanks(a.rank, b.rank))
      .slice(0, count)
      .map(({ trial }) => trial)
      .sort((a, b) => a.number - b.number);
  }

  /** A density over the parameters of a group, from the trials that have them all, within today's distributions. */
  #estimate(group: Group, trials: readonly { readonly params: Params }[]): ParzenEstimator {
    const observations = trials
      .map(({ params }) => params)
      .filter((params) =>
        group.every(([name, distribution]) => {
          const value = params[name];
          return value !== undefined && contains(distribution, value);
        }),
      );
    return new ParzenEstimator(group, observations, this.#parzen);
  }
}

/** Parameters that exist in the same trials. */
type Group = readonly (readonly [name: string, entry: SpaceEntry])[];

/** The only value of a distribution, if it has no other. */
function singleValue(distribution: Distribution): ParamValue | undefined {
  if (distribution.kind === "categorical") {
    return distribution.choices.length === 1 ? distribution.choices[0] : undefined;
  }
  return distribution.low === distribution.high ? distribution.low : undefined;
}

/** Smaller is better, the first number first: minus the steps that a trial has come to, and its loss there. */
type Rank = readonly [steps: number, loss: number];

function rankOf({ state, value, reports }: FinishedTrial, direction: Direction): Rank {
  const sign = direction === "minimize" ? 1 : -1;
  if (state === "complete") return [-Infinity, sign * value!];
  const last = reports.reduce<Report | undefined>(
    (a, b) => (a === undefined || b.step > a.step ? b : a),
    undefined,
  );
  if (last === undefined) return [Infinity, 0];
  return [-last.step, Number.isNaN(last.value) ? Infinity : sign * last.value];
}

/** Compares, as −Infinity and Infinity cannot be subtracted from themselves. */
function compareRanks(a: Rank, b: Rank): number {
  const compare = (x: number, y: number) => (x < y ? -1 : x > y ? 1 : 0);
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}
