/**
 * The tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter optimization", 2011), with
 * the choices that Optuna's TPESampler makes.
 */
import { ConfigError } from "../../errors.ts";
import { exp, log } from "../../math.ts";
import { checkOptions, pickOptions, requireBoolean } from "../../options.ts";
import { hasValue } from "../failures.ts";
import {
  contains,
  type Distribution,
  isActive,
  type Params,
  type ParamValue,
  paramOf,
  type SearchSpace,
  type SpaceEntry,
} from "../searchSpace.ts";
import type { Direction, FinishedTrial, Report, Sampler, SamplerContext } from "../trial.ts";
import { checkCount, checkFunction, checkPositive } from "./check.ts";
import type { SamplerKind } from "./kind.ts";
import { ParzenEstimator, type ParzenOptions } from "./parzen.ts";
import { sampleDistribution, streamOf } from "./random.ts";

export interface TPEOptions {
  /** Until so many trials have a value, draws are random, but avoid places where trials fail. ≥ 0. Default: 10. */
  readonly startup?: number;
  /** How many draws from l(x) the proposal is chosen from: it has the largest l(x) / g(x). ≥ 1. Default: 24. */
  readonly candidates?: number;
  /** How many of n trials are good, and so make up l(x). Default: a tenth, rounded up, 25 at most. */
  readonly gamma?: (n: number) => number;
  /**
   * The weights of n trials in l(x) or g(x), oldest first. Default: 1 for the newest 25; before them they rise evenly
   * from 1 / n.
   */
  readonly weights?: (n: number) => readonly number[];
  /** The weight of the prior, > 0; that of a trial is 1 as a rule. Default: 1. */
  readonly priorWeight?: number;
  /**
   * Whether the ends of the range count as neighbours when the widths of the outermost kernels are chosen. Default:
   * no.
   */
  readonly endpoints?: boolean;
  /** Whether the parameters of a declared space are drawn together, from joint densities. Default: no. */
  readonly multivariate?: boolean;
  /**
   * Whether the trials under way count as bad ones. The trials of a round then keep away from each other. Default: yes.
   */
  readonly constantLiar?: boolean;
}

const STARTUP = 10;
const OPTIONS = [
  ...(["startup", "candidates", "gamma", "weights", "priorWeight"] as const),
  ...(["endpoints", "multivariate", "constantLiar"] as const),
];

/** How much the probability that a trial has a value counts beside the improvement. */
const CAUTION = 4;

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
 * The trials so far are split into good and bad ones, whose parameters have the densities l(x) and g(x). Of some draws
 * from l, the one with the largest log l(x) − log g(x) is proposed: it has the largest expected improvement.
 *
 * Pruned trials rank behind complete ones, first those that were pruned later, then by value. Trials without a value,
 * which failed or were pruned before their first report, count among the n and are always bad. A parameter's densities are
 * made of the trials that have it.
 *
 * Until `startup` trials have a value, each draw is random, but is drawn again where trials without a value lie denser than
 * the others. After that, if any trial has no value, the score of a draw is
 *
 *   log l(x) − log g(x) + 4 · log P(x has a value)
 *
 * where P follows from the densities of the trials with and without a value. Gardner et al., "Bayesian optimization with
 * inequality constraints" (2014), multiply the improvement by P, without the 4. But densities are blurred: where the best
 * place is beside one that fails, a fifth of the proposals fail without the 4, and a tenth with it
 * (tests/tuner/failures.test.ts).
 *
 * If it is univariate, each parameter is drawn by itself. If it is multivariate, the parameters of a declared space with
 * the same condition (most often, none) form a group: they exist in the same trials. Each group is drawn jointly, so that
 * values that go well together stay together. Parameters outside of a declared space are always drawn by themselves.
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
  constructor(options: TPEOptions = {}) {
    checkOptions("TPESampler", options, OPTIONS);
    const {
      startup = STARTUP,
      candidates = 24,
      gamma = defaultGamma,
      weights = defaultWeights,
      priorWeight = 1,
      endpoints = false,
      multivariate = false,
      constantLiar = true,
    } = options;
    checkCount("TPESampler", "startup", startup, 0);
    checkCount("TPESampler", "candidates", candidates, 1);
    checkPositive("TPESampler", "priorWeight", priorWeight);
    checkFunction("TPESampler", "gamma", gamma);
    checkFunction("TPESampler", "weights", weights);
    for (const [name, value] of Object.entries({ endpoints, multivariate, constantLiar })) {
      requireBoolean(`TPESampler: ${name}`, value);
    }
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
    // The parameters are put in the order of the space, as a group's later members may stand behind another group.
    return Object.fromEntries(
      Object.keys(space).flatMap((name) => (Object.hasOwn(proposed, name) ? [[name, proposed[name]!]] : [])),
    );
  }

  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue {
    return this.#draw([[name, distribution]], context)[name]!;
  }

  /**
   * The groups of parameters that are drawn together, in the order of their first members. So the parameter that a
   * condition names is drawn before those that have the condition.
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
    const { history } = context;
    if (history.filter(hasValue).length < this.startup) return this.#explore(group, context);

    // A parameter with a single value has no density.
    const single = group.flatMap(([name, distribution]) => {
      const value = singleValue(distribution);
      return value === undefined ? [] : [[name, value] as const];
    });
    const free = group.filter(isFree);
    if (free.length === 0) return Object.fromEntries(single);

    const good = this.#good(history, context.direction);
    const bad = history.filter((trial) => !good.includes(trial));
    const l = this.#estimate(free, good);
    const g = this.#estimate(free, this.constantLiar ? [...bad, ...context.pending] : bad);
    const random = streamOf(this.name, context, ...free.map(([name]) => name));
    const odds = this.#odds(free, history);
    const scoreOf = (params: Params): number => {
      const score = l.logDensity(params) - g.logDensity(params);
      return odds === undefined ? score : score - CAUTION * log(1 + exp(-odds(params)));
    };
    let best = l.sample(random);
    let bestScore = scoreOf(best);
    for (let i = 1; i < this.candidates; i++) {
      const candidate = l.sample(random);
      const score = scoreOf(candidate);
      if (score > bestScore) {
        best = candidate;
        bestScore = score;
      }
    }
    return { ...best, ...Object.fromEntries(single) };
  }

  /** Random values: the first of several draws that lies where trials do not fail, or else the best of them. */
  #explore(group: Group, context: SamplerContext): Params {
    const streams = group.map(
      ([name, distribution]) => [name, distribution, streamOf(this.name, context, name)] as const,
    );
    const draw = (): Params =>
      Object.fromEntries(
        streams.map(([name, distribution, random]) => [name, sampleDistribution(distribution, random)]),
      );
    const first = draw();
    const free = group.filter(isFree);
    const odds = free.length === 0 ? undefined : this.#odds(free, context.history);
    if (odds === undefined) return first;
    let [best, bestOdds] = [first, odds(first)];
    for (let i = 1; i < this.candidates && bestOdds < 0; i++) {
      const candidate = draw();
      const here = odds(candidate);
      if (here > bestOdds) [best, bestOdds] = [candidate, here];
    }
    return best;
  }

  /**
   * The logarithm of the odds that a trial with these parameters has a value; undefined if all trials have one. The odds
   * are the density of the trials with a value over that of those without, each times their number plus the prior's weight.
   */
  #odds(group: Group, history: readonly FinishedTrial[]): ((params: Params) => number) | undefined {
    const [valued, failed] = [history.filter(hasValue), history.filter((trial) => !hasValue(trial))];
    if (failed.length === 0) return undefined;
    const { priorWeight } = this.#parzen;
    const [v, f] = [this.#estimate(group, valued), this.#estimate(group, failed)];
    const share = log((valued.length + priorWeight) / (failed.length + priorWeight));
    return (params) => v.logDensity(params) - f.logDensity(params) + share;
  }

  /** The best `gamma(n)` trials that have a value, by number; the earliest of equals. */
  #good(ended: readonly FinishedTrial[], direction: Direction): readonly FinishedTrial[] {
    const count = this.gamma(ended.length);
    if (!Number.isInteger(count) || count < 0) {
      throw new ConfigError(
        `TPESampler: gamma(${ended.length}) is ${count}, expected a number of trials, 0 to ${ended.length}.`,
      );
    }
    return ended
      .filter(hasValue)
      .map((trial) => ({ trial, rank: rankOf(trial, direction) }))
      .sort((a, b) => compareRanks(a.rank, b.rank))
      .slice(0, count)
      .map(({ trial }) => trial)
      .sort((a, b) => a.number - b.number);
  }

  /** A density over the parameters of a group, from the trials that have values of all the distributions. */
  #estimate(group: Group, trials: readonly { readonly params: Params }[]): ParzenEstimator {
    const observations = trials
      .map(({ params }) => params)
      .filter((params) =>
        group.every(([name, distribution]) => {
          const value = paramOf(params, name);
          return value !== undefined && contains(distribution, value);
        }),
      );
    return new ParzenEstimator(group, observations, this.#parzen);
  }
}

/** Parameters that exist in the same trials. */
type Group = readonly (readonly [name: string, entry: SpaceEntry])[];

const isFree = ([, distribution]: Group[number]): boolean => singleValue(distribution) === undefined;

/** The only value of a distribution, if it has no other. */
function singleValue(distribution: Distribution): ParamValue | undefined {
  if (distribution.kind === "categorical") {
    return distribution.choices.length === 1 ? distribution.choices[0] : undefined;
  }
  return distribution.low === distribution.high ? distribution.low : undefined;
}

/** Minus the steps that a trial has come to, then its loss there. Smaller is better; the first number counts first. */
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

/** Compares without subtraction: the difference of two equal infinities is NaN. */
function compareRanks(a: Rank, b: Rank): number {
  const compare = (x: number, y: number) => (x < y ? -1 : x > y ? 1 : 0);
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

export const tpe: SamplerKind = {
  learns: true,
  options: {
    startup: {
      ...{ kind: "integer", flags: "--startup <n>", least: 1, default: STARTUP },
      help: "random trials at first",
    },
    multivariate: { kind: "switch", flags: "--multivariate", help: "parameters together, not one by one" },
  },
  create: (options) => new TPESampler(pickOptions(options, OPTIONS)),
};
