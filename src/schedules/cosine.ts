import type { Described, Description } from "../described.ts";
import { cosPi } from "../math.ts";
import { checkOptions } from "../options.ts";
import { requireOptions, requireRates, requireUpdates } from "./checks.ts";
import type { ScheduleKind } from "./kind.ts";
import type { Schedule } from "./schedule.ts";

export interface CosineOptions {
  /** The rate that it ends at, ≥ 0. Default: 1e-5. */
  readonly etaMin?: number;
  /** The rate that it begins with, ≥ etaMin. Default: 0.1. */
  readonly etaMax?: number;
  /** Updates from etaMax to etaMin, ≥ 1: those of the whole training, epochs · ⌈samples / batch⌉. */
  readonly steps: number;
}

/**
 * Half a cosine, without restarts (Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017, §3;
 * PyTorch's CosineAnnealingLR in closed form, with T_max = steps):
 *
 *   η = etaMin + (etaMax − etaMin) · (½ + ½ · cos(π · t / steps))
 *
 * The first update (t = 0) has etaMax. Update `steps`, and all after it, would have etaMin; the last of a training of that
 * many updates has a little more.
 */
export class CosineSchedule implements Schedule, Described {
  readonly etaMin: number;
  readonly etaMax: number;
  readonly steps: number;

  /** @throws ConfigError if a rate or the number of steps is out of its range */
  constructor(options: CosineOptions) {
    const where = "CosineSchedule";
    requireOptions(where, options, "steps");
    checkOptions(where, options, ["etaMin", "etaMax", "steps"]);
    const { etaMin = 1e-5, etaMax = 1e-1, steps } = options;
    requireRates(where, etaMin, etaMax);
    requireUpdates(where, "steps", steps);
    this.etaMin = etaMin;
    this.etaMax = etaMax;
    this.steps = steps;
  }

  describe(): Description {
    const { etaMin, etaMax, steps } = this;
    return { name: "cosine", options: { etaMin, etaMax, steps } };
  }

  at(step: number): number {
    if (step >= this.steps) return this.etaMin;
    return this.etaMin + (this.etaMax - this.etaMin) * (0.5 + 0.5 * cosPi(step / this.steps));
  }
}

export const cosine = {
  help: "from eta-max down to eta-min along half a cosine",
  options: { etaMin: { like: "cyclic" }, etaMax: { like: "cyclic" }, steps: { like: "coslog4" } },
  create: (options: CosineOptions) => new CosineSchedule(options),
  inWords: ({ etaMin, etaMax, steps }: CosineOptions) => `${etaMax} … ${etaMin} in ${steps} steps`,
} as const satisfies ScheduleKind;
