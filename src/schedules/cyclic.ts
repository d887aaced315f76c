import type { Described, Description } from "../described.ts";
import { checkOptions } from "../options.ts";
import { requireOptions, requireRates, requireUpdates } from "./checks.ts";
import type { ScheduleKind } from "./kind.ts";
import type { Schedule } from "./schedule.ts";

export interface LRCyclingOptions {
  /** The lowest rate, ≥ 0. Default: 1e-5. */
  readonly etaMin?: number;
  /** The highest rate, ≥ etaMin. Default: 0.1. */
  readonly etaMax?: number;
  /** Updates in half a cycle, ≥ 1. In the paper that `nnwasm reproduce` repeats, this is 5 · samples / batch. */
  readonly stepSize: number;
}

/**
 * The triangular cyclical learning rate (Smith, "Cyclical learning rates for training neural networks", 2017):
 *
 *   cycle = ⌊1 + t / (2s)⌋      x = |t / s − 2 · cycle + 1|      η = etaMin + (etaMax − etaMin) · max(0, 1 − x)
 *
 * The first update (t = 0) has etaMin, update s has etaMax, update 2s etaMin again.
 */
export class LRCyclingSchedule implements Schedule, Described {
  readonly etaMin: number;
  readonly etaMax: number;
  readonly stepSize: number;

  /** @throws ConfigError if a rate or the step size is out of its range */
  constructor(options: LRCyclingOptions) {
    const where = "LRCyclingSchedule";
    requireOptions(where, options, "stepSize");
    checkOptions(where, options, ["etaMin", "etaMax", "stepSize"]);
    const { etaMin = 1e-5, etaMax = 1e-1, stepSize } = options;
    requireRates(where, etaMin, etaMax);
    requireUpdates(where, "stepSize", stepSize);
    this.etaMin = etaMin;
    this.etaMax = etaMax;
    this.stepSize = stepSize;
  }

  describe(): Description {
    const { etaMin, etaMax, stepSize } = this;
    return { name: "cyclic", options: { etaMin, etaMax, stepSize } };
  }

  at(step: number): number {
    const cycle = Math.floor(1 + step / (2 * this.stepSize));
    const x = Math.abs(step / this.stepSize - 2 * cycle + 1);
    return this.etaMin + (this.etaMax - this.etaMin) * Math.max(0, 1 - x);
  }
}

export const cyclic = {
  help: "between eta-min and eta-max",
  options: {
    etaMin: {
      ...{ kind: "number", flags: "--eta-min <rate>", least: 0, default: 1e-5 },
      help: "lowest learning rate",
      words: { "--eta-min": "lr-min min-lr eta-low" },
    },
    etaMax: {
      ...{ kind: "number", flags: "--lr, --eta-max <rate>", least: 0 },
      help: "highest learning rate",
      follows: { inWords: "the optimizer's", from: ({ learningRate }) => learningRate },
      words: {
        "--lr": "learning-rate learning-rate-init learn-rate rate eta alpha step initial-lr base-lr",
        "--eta-max": "lr-max max-lr eta-high",
      },
    },
    stepSize: {
      ...{ kind: "integer", flags: "--step-size <updates>", least: 1, fractionInFile: true },
      help: "updates in half a cycle",
      follows: {
        inWords: "5 · samples / batch",
        from: ({ samples, batch }) => Math.max(1, Math.round((5 * samples) / batch)),
      },
      words: { "--step-size": "stepsize half-cycle ns" },
    },
  },
  create: (options: LRCyclingOptions) => new LRCyclingSchedule(options),
  inWords: ({ etaMin, etaMax, stepSize }: LRCyclingOptions) => `${etaMin} … ${etaMax}, step size ${stepSize}`,
} as const satisfies ScheduleKind;
