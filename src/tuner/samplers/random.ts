/** Random search (Bergstra and Bengio, "Random search for hyper-parameter optimization", 2012), and its draws. */
import { exp, log } from "../../math.ts";
import { checkOptions } from "../../options.ts";
import { Random } from "../../random.ts";
import type { Distribution, ParamValue } from "../searchSpace.ts";
import type { Sampler, SamplerContext } from "../trial.ts";
import type { SamplerKind } from "./kind.ts";

/** `value`, or the end of the range if it lies beyond it. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

/** From low (t = 0) to high (t = 1), exactly at both ends, never beyond them, without overflow in between. */
export const between = (low: number, high: number, t: number): number =>
  clamp((1 - t) * low + t * high, low, high);

/**
 * Draws a value from its distribution: uniform, or uniform in the logarithm; each choice is as likely as another. An integer
 * on a logarithmic scale is drawn as a real number from low − ½ to high + ½ and rounded.
 */
export function sampleDistribution(distribution: Distribution, random: Random): ParamValue {
  if (distribution.kind === "categorical")
    return distribution.choices[random.below(distribution.choices.length)]!;
  const { kind, low, high } = distribution;
  const u = random.uniform();
  if (!distribution.log) {
    return kind === "float" ? between(low, high, u) : Math.min(low + Math.floor(u * (high - low + 1)), high);
  }
  if (kind === "float") return clamp(exp(between(log(low), log(high), u)), low, high);
  return clamp(Math.round(exp(between(log(low - 0.5), log(high + 0.5), u))), low, high);
}

/** The random numbers that a sampler draws for some parameters of a trial. They do not depend on what was drawn before. */
export const streamOf = (sampler: string, { seed, number }: SamplerContext, ...params: string[]): Random =>
  new Random(seed, "sampler", sampler, number, ...params);

/** Draws every parameter from its distribution, without a look at results. */
export class RandomSampler implements Sampler {
  readonly name = "random";

  /** @throws ConfigError if it is given an option: it has none */
  constructor(options: Readonly<Record<never, unknown>> = {}) {
    checkOptions("RandomSampler", options, []);
  }

  roundSize(): number {
    return Infinity;
  }

  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue {
    return sampleDistribution(distribution, streamOf(this.name, context, name));
  }
}

export const random: SamplerKind = { learns: false, options: {}, create: () => new RandomSampler() };
