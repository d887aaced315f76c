/** The paper's search: a coarse round over the whole range, then finer ones around the best so far. */
import { checkOptions, pickOptions } from "../../options.ts";
import { contains, type Distribution, type ParamValue, paramOf } from "../searchSpace.ts";
import type { FinishedTrial, Sampler, SamplerContext } from "../trial.ts";
import { checkCount, checkPositive } from "./check.ts";
import type { SamplerKind } from "./kind.ts";
import { between, clamp, sampleDistribution, streamOf } from "./random.ts";

export interface CoarseToFineOptions {
  /** Trials of the first round, ≥ 1. Default: 10. */
  readonly coarse?: number;
  /** Trials of each later round, ≥ 1. Default: 5. */
  readonly fine?: number;
  /** Rounds in all, ≥ 1. Default: 3. */
  readonly rounds?: number;
  /** How far a fine round goes to either side of the best value, as a share of that value, > 0. Default: 0.2. */
  readonly width?: number;
}

const OPTIONS = ["coarse", "fine", "rounds", "width"] as const;
const DEFAULTS = { coarse: 10, fine: 5, rounds: 3, width: 0.2 };

/**
 * The search of the paper that `nnwasm reproduce` repeats. Round 0 draws from the whole range; from a logarithmic one, as
 * the paper does, λ = 10^(l_min + (l_max − l_min) · U(0, 1)).
 * Each later round draws around the values of the best trial of the round before:
 *
 *   U(best − width · |best|, best + width · |best|), cut to the range; uniform, also where the range is logarithmic
 *
 * If the best value is 0, `width` is a share of the range's length instead. An integer is rounded, and may move by at
 * least 1. A choice stays the best trial's. If the round before has no complete trial, the best of all rounds before is
 * taken. If there is none, or it lacks the parameter, the draw is a coarse one.
 */
export class CoarseToFineSampler implements Sampler {
  readonly name = "coarse-to-fine";
  readonly coarse: number;
  readonly fine: number;
  readonly rounds: number;
  readonly width: number;

  /** @throws ConfigError if an option is out of its range */
  constructor(options: CoarseToFineOptions = {}) {
    checkOptions("CoarseToFineSampler", options, OPTIONS);
    const {
      coarse = DEFAULTS.coarse,
      fine = DEFAULTS.fine,
      rounds = DEFAULTS.rounds,
      width = DEFAULTS.width,
    } = options;
    checkCount("CoarseToFineSampler", "coarse", coarse, 1);
    checkCount("CoarseToFineSampler", "fine", fine, 1);
    checkCount("CoarseToFineSampler", "rounds", rounds, 1);
    checkPositive("CoarseToFineSampler", "width", width);
    this.coarse = coarse;
    this.fine = fine;
    this.rounds = rounds;
    this.width = width;
  }

  roundSize(round: number): number {
    return round === 0 ? this.coarse : this.fine;
  }

  /** How many trials all rounds have. */
  limit(): number {
    return this.coarse + (this.rounds - 1) * this.fine;
  }

  sample(name: string, distribution: Distribution, context: SamplerContext): ParamValue {
    const random = streamOf(this.name, context, name);
    const best = paramOf(bestOfRoundBefore(context)?.params ?? {}, name);
    if (best === undefined || !contains(distribution, best)) return sampleDistribution(distribution, random);
    if (distribution.kind === "categorical") return best;

    const { kind, low, high } = distribution;
    const centre = best as number;
    const relative = this.width * (centre === 0 ? high - low : Math.abs(centre));
    const reach = kind === "int" ? Math.max(relative, 1) : relative;
    // An integer's cells are cut at low and high after rounding, so that the ends are as likely as other values.
    const margin = kind === "int" ? 0.5 : 0;
    const from = Math.max(centre - reach, low - margin);
    const to = Math.min(centre + reach, high + margin);
    const value = between(from, to, random.uniform());
    return kind === "int" ? clamp(Math.round(value), low, high) : value;
  }
}

/** The best complete trial of the round before, else of all rounds before; of equals the first. */
function bestOfRoundBefore({ history, round, direction }: SamplerContext): FinishedTrial | undefined {
  if (round === 0) return undefined;
  const complete = history.filter(({ state }) => state === "complete");
  const last = complete.filter((trial) => trial.round === round - 1);
  const sign = direction === "minimize" ? 1 : -1;
  return (last.length > 0 ? last : complete).reduce<FinishedTrial | undefined>(
    (best, trial) => (best === undefined || sign * trial.value! < sign * best.value! ? trial : best),
    undefined,
  );
}

export const coarseToFine: SamplerKind = {
  learns: false,
  options: {
    coarse: {
      ...{ kind: "integer", flags: "--coarse <n>", least: 1, default: DEFAULTS.coarse, raisesLimit: true },
      help: "trials in the first round",
    },
    fine: {
      ...{ kind: "integer", flags: "--fine <n>", least: 1, default: DEFAULTS.fine, raisesLimit: true },
      help: "trials in a later round",
    },
    rounds: {
      ...{ kind: "integer", flags: "--rounds <n>", least: 1, default: DEFAULTS.rounds, raisesLimit: true },
      help: "rounds",
    },
    width: {
      ...{ kind: "number", flags: "--width <share>", least: 0, default: DEFAULTS.width },
      help: "a fine round takes best · (1 ± width)",
    },
  },
  create: (options) => new CoarseToFineSampler(pickOptions(options, OPTIONS)),
};
