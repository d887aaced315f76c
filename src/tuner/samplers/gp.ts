import { checkOptions, pickOptions } from "../../options.ts";
import { Random } from "../../random.ts";
import { decode, encode } from "../encoding.ts";
import { hasValue, valuesWithFailures } from "../failures.ts";
import { type Coordinate, fitHyperparameters, GaussianProcess } from "../gaussianProcess.ts";
import { normalCdf, normalPdf } from "../normal.ts";
import {
  type Distribution,
  isActive,
  type Params,
  type ParamValue,
  paramOf,
  type SearchSpace,
} from "../searchSpace.ts";
import type { Direction, FinishedTrial, Sampler, SamplerContext } from "../trial.ts";
import { checkCount } from "./check.ts";
import type { SamplerKind } from "./kind.ts";
import { sampleDistribution, streamOf } from "./random.ts";

export interface GPOptions {
  /** Trials spread over the space before there is a model, ≥ 1. They make up the first round. Default: 8. */
  readonly startup?: number;
  /**
   * Points, spread over the space, at which the expected improvement is computed before the best are refined. Default:
   * 512.
   */
  readonly candidates?: number;
  /**
   * The most trials that the model learns from, as a fit takes time with their cube: the best, for a half of them, and
   * the latest of the rest. Default: 200.
   */
  readonly memory?: number;
}

const OPTIONS = ["startup", "candidates", "memory"] as const;
const STARTUP = 8;

/** The place of a parameter whose condition is not met: at the same distance from both ends. */
const INACTIVE = 0.5;
/** How many of the candidates, and of the trials so far, the search refines. */
const REFINED_CANDIDATES = 4;
const REFINED_TRIALS = 2;
const FIRST_STEP = 0.1;
const LAST_STEP = 1e-3;
const MOST_SWEEPS = 30;

/**
 * Bayesian optimisation with a Gaussian process and expected improvement (Jones, Schonlau and Welch, "Efficient global
 * optimization of expensive black-box functions", 1998; Snoek, Larochelle and Adams, "Practical Bayesian optimization of
 * machine learning algorithms", 2012): for few trials that cost much, in a declared space of few parameters.
 *
 * The model: every number is a coordinate from 0 to 1, on a logarithmic scale if it has one, and a categorical parameter
 * its category. A parameter whose condition is not met is at 0.5, or a category of its own. Values are brought to mean 0
 * and variance 1. The kernel is a Matérn 5/2 with a length for each parameter; its hyper-parameters are fitted anew to the
 * trials so far (src/tuner/gaussianProcess.ts). A pruned trial counts with its last value, a failed one as worse than all
 * others (src/tuner/failures.ts).
 *
 * The proposal: the point with the highest expected improvement over the best posterior mean at a trial's point. (The best
 * value itself would be a lucky one, as values are noisy.) The search looks at points spread over the space, then goes on
 * from the best of them and of the trials by a compass search. Integers are rounded before the improvement is computed
 * (Garrido-Merchán and Hernández-Lobato, 2020). Parameters that were tried before are proposed again only if there are no
 * others.
 *
 * The trials of a round that have no value yet get the model's mean as their value (the kriging believer of Ginsbourger, Le
 * Riche and Carraro, 2010). This leaves the mean as it is, and takes away the uncertainty around them.
 *
 * Parameters outside of a declared space, which are asked for one after the other, are drawn at random.
 */
export class GPSampler implements Sampler {
  readonly name = "gp";
  readonly startup: number;
  readonly candidates: number;
  readonly memory: number;

  /** @throws ConfigError if an option is not an integer in its range */
  constructor(options: GPOptions = {}) {
    checkOptions("GPSampler", options, OPTIONS);
    const { startup = STARTUP, candidates = 512, memory = 200 } = options;
    checkCount("GPSampler", "startup", startup, 1);
    checkCount("GPSampler", "candidates", candidates, 1);
    checkCount("GPSampler", "memory", memory, 2);
    this.startup = startup;
    this.candidates = candidates;
    this.memory = memory;
  }

  roundSize(round: number): number | undefined {
    return round === 0 ? this.startup : undefined;
  }

  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue {
    return sampleDistribution(distribution, streamOf(this.name, context, name));
  }

  propose(space: SearchSpace, context: SamplerContext): Params {
    const { seed, direction, number, history, pending } = context;
    const dimensions = Object.keys(space).length;
    const valued = history.filter(hasValue);
    if (history.length < this.startup || valued.length === 0) {
      const spread = new SpreadPoints(dimensions, new Random(seed, "sampler", this.name));
      return paramsAt(space, spread.at(number));
    }
    const { model, best } = believe(space, remembered(history, direction, this.memory), direction, pending);
    const tried = new Set([...history, ...pending].map(({ params }) => pointOf(space, params).join()));
    const score = (places: ArrayLike<number>): Scored => {
      const params = paramsAt(space, places);
      const point = pointOf(space, params);
      const { mean, variance } = model.predict(point);
      const value = expectedImprovement(mean, Math.sqrt(variance), best);
      return {
        params,
        places: placesOf(space, params),
        value: tried.has(point.join()) ? value - 1e6 : value,
      };
    };
    const spread = new SpreadPoints(dimensions, streamOf(this.name, context));
    const candidates = Array.from({ length: this.candidates }, (_, i) => score(spread.at(i)))
      .sort((a, b) => b.value - a.value)
      .slice(0, REFINED_CANDIDATES);
    const incumbents = byValue(valued, direction)
      .slice(0, REFINED_TRIALS)
      .map(({ params }) => score(placesOf(space, params)));
    return [...candidates, ...incumbents]
      .map((start) => refine(space, start, score))
      .reduce((a, b) => (b.value > a.value ? b : a)).params;
  }
}

/** Parameters whose expected improvement was computed. */
interface Scored {
  readonly params: Params;
  /** The places that decode to these parameters, after rounding. */
  readonly places: Float64Array;
  readonly value: number;
}

/**
 * The expected improvement of a normal value over the best, the smaller the better (Jones et al. 1998, (15)):
 *
 *   E[max(best − Y, 0)] = (best − mean) · Φ(z) + deviation · φ(z),   z = (best − mean) / deviation
 */
export function expectedImprovement(mean: number, deviation: number, best: number): number {
  const gain = best - mean;
  if (!(deviation > 0)) return Math.max(gain, 0);
  const z = gain / deviation;
  // Far below, rounding can make the sum of the two terms negative.
  return Math.max(gain * normalCdf(z) + deviation * normalPdf(z), 0);
}

/** The best first, those without a value last. */
function byValue(trials: readonly FinishedTrial[], direction: Direction): FinishedTrial[] {
  const sign = direction === "maximize" ? -1 : 1;
  const loss = (trial: FinishedTrial) => (hasValue(trial) ? sign * trial.value! : Infinity);
  // The difference of two equal infinities is NaN.
  const compare = (a: number, b: number) => (a === b ? 0 : a - b);
  return trials.toSorted((a, b) => compare(loss(a), loss(b)) || a.number - b.number);
}

/** At most `memory` of the trials: a half are the best ones, the other half the latest of the rest. */
function remembered(trials: readonly FinishedTrial[], direction: Direction, memory: number) {
  if (trials.length <= memory) return trials;
  const better = new Set(byValue(trials, direction).slice(0, Math.ceil(memory / 2)));
  const rest = trials.filter((trial) => !better.has(trial)).slice(better.size - memory);
  return trials.filter((trial) => better.has(trial) || rest.includes(trial));
}

/** The model of the values (smaller is better) with the pending trials, and its best mean at a trial's point. */
function believe(
  space: SearchSpace,
  trials: readonly FinishedTrial[],
  direction: Direction,
  pending: SamplerContext["pending"],
): { model: GaussianProcess; best: number } {
  const coordinates = Object.values(space).map(
    ({ kind }): Coordinate => (kind === "categorical" ? "category" : "number"),
  );
  const points = trials.map(({ params }) => pointOf(space, params));
  const sign = direction === "maximize" ? -1 : 1;
  const values = standardize(valuesWithFailures(trials, direction).map((value) => sign * value));
  const hyperparameters = fitHyperparameters(coordinates, points, values);
  const model = new GaussianProcess(coordinates, points, values, hyperparameters);
  const mean = (point: Float64Array) => model.predict(point).mean;
  const others = pending.map(({ params }) => pointOf(space, params));
  const best = Math.min(...[...points, ...others].map(mean));
  if (others.length === 0) return { model, best };
  const all = [...points, ...others];
  const believed = [...values, ...others.map(mean)];
  return { model: new GaussianProcess(coordinates, all, believed, hyperparameters), best };
}

/** The values with mean 0 and variance 1; all 0 if they are all the same. */
function standardize(values: readonly number[]): number[] {
  // Scaled first, so that no square overflows.
  const largest = Math.max(...values.map(Math.abs)) || 1;
  const scaled = values.map((value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = scaled.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length;
  const deviation = Math.sqrt(variance);
  return scaled.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}

/** The values at places from 0 to 1, one for each parameter; those whose condition is not met are left out. */
function paramsAt(space: SearchSpace, places: ArrayLike<number>): Params {
  const params: Record<string, ParamValue> = {};
  Object.entries(space).forEach(([name, entry], i) => {
    if (isActive(entry, params)) params[name] = decode(entry, places[i]!);
  });
  return params;
}

/** The point at which the model sees these parameters. */
function pointOf(space: SearchSpace, params: Params): Float64Array {
  return Float64Array.from(Object.entries(space), ([name, entry]) =>
    encode(entry, paramOf(params, name), INACTIVE),
  );
}

/** The places that decode to these values, each in the middle of those that do. */
function placesOf(space: SearchSpace, params: Params): Float64Array {
  return Float64Array.from(Object.entries(space), ([name, entry]) => placeOf(entry, paramOf(params, name)));
}

function placeOf(distribution: Distribution, value: ParamValue | undefined): number {
  const code = encode(distribution, value, NaN);
  if (Number.isNaN(code)) return INACTIVE;
  // A trial of another search may lie outside of the range.
  if (distribution.kind !== "categorical") return Math.min(Math.max(code, 0), 1);
  return (code + 0.5) / distribution.choices.length;
}

/** A compass search: it changes one parameter at a time by a step, and halves the step when no change helps. */
function refine(space: SearchSpace, start: Scored, score: (places: ArrayLike<number>) => Scored): Scored {
  const entries = Object.entries(space);
  let here = start;
  for (let step = FIRST_STEP, sweep = 0; step >= LAST_STEP && sweep < MOST_SWEEPS; sweep++) {
    const before = here.value;
    entries.forEach(([name, entry], i) => {
      if (paramOf(here.params, name) === undefined) return;
      for (const place of neighbours(entry, here.places[i]!, step)) {
        const there = score(here.places.with(i, place));
        if (there.value > here.value) here = there;
      }
    });
    if (here.value === before) step /= 2;
  }
  return here;
}

/** The places a step away. An integer moves by at least 1; a category has all others as neighbours. */
function neighbours(distribution: Distribution, place: number, step: number): number[] {
  const around = [Math.max(place - step, 0), Math.min(place + step, 1)];
  if (distribution.kind === "float") return around;
  const value = decode(distribution, place);
  if (distribution.kind === "categorical") {
    return distribution.choices
      .filter((choice) => choice !== value)
      .map((choice) => placeOf(distribution, choice));
  }
  const [below, above] = around.map((other) => decode(distribution, other) as number) as [number, number];
  return [Math.min(below, (value as number) - 1), Math.max(above, (value as number) + 1)]
    .filter((other) => other >= distribution.low && other <= distribution.high)
    .map((other) => placeOf(distribution, other));
}

/**
 * Points that fill the unit cube evenly, however many there are: the additive recurrence R_d (Roberts, "The unreasonable
 * effectiveness of quasirandom sequences", 2018), randomly shifted (Cranley and Patterson 1976).
 *
 *   x_i = (shift + (i + 1) · α) mod 1,   α_j = φ^−j, j = 1 … d,   φ the root of φ^(d + 1) = φ + 1
 */
class SpreadPoints {
  readonly #shift: Float64Array;
  readonly #alpha: Float64Array;

  constructor(d: number, random: Random) {
    this.#shift = Float64Array.from({ length: d }, () => random.uniform());
    // Newton's method converges from above, as x^(d + 1) is convex.
    let phi = 2;
    for (let i = 0; i < 100; i++) {
      let power = 1;
      for (let j = 0; j < d; j++) power *= phi;
      phi -= (power * phi - phi - 1) / ((d + 1) * power - 1);
    }
    let alpha = 1;
    this.#alpha = Float64Array.from({ length: d }, () => {
      alpha /= phi;
      return alpha;
    });
  }

  at(index: number): Float64Array {
    return this.#shift.map((shift, j) => {
      const x = shift + (index + 1) * this.#alpha[j]!;
      return x - Math.floor(x);
    });
  }
}

export const gp: SamplerKind = {
  learns: true,
  options: { startup: { like: "tpe", default: STARTUP } },
  create: (options) => new GPSampler(pickOptions(options, OPTIONS)),
};
