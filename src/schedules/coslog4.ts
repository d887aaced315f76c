import type { Described, Description } from "../described.ts";
import { cosPi, log2 } from "../math.ts";
import { checkOptions } from "../options.ts";
import { requireOptions, requireRate, requireUpdates } from "./checks.ts";
import type { ScheduleKind } from "./kind.ts";
import type { Schedule } from "./schedule.ts";

export interface Coslog4Options {
  /** The highest rate, ≥ 0. Default: 0.1. */
  readonly etaMax?: number;
  /** Updates that the four waves take, ≥ 1: those of the whole training, epochs · ⌈samples / batch⌉. */
  readonly steps: number;
}

/**
 * Four waves, each twice as long as the one before (Holzmüller et al., "Better by default: Strong pre-tuned MLPs and boosted
 * trees on tabular data", 2024, §3: coslog₄):
 *
 *   η = etaMax · (½ − ½ · cos(2π · log₂(1 + 15 · t / steps)))
 *
 * The first update (t = 0) has the rate 0, and so have those at 1/15, 3/15 and 7/15 of the way; between these it rises to
 * etaMax. From update `steps` on the rate is 0.
 */
export class Coslog4Schedule implements Schedule, Described {
  readonly etaMax: number;
  readonly steps: number;

  /** @throws ConfigError if the rate or the number of steps is out of its range */
  constructor(options: Coslog4Options) {
    const where = "Coslog4Schedule";
    requireOptions(where, options, "steps");
    checkOptions(where, options, ["etaMax", "steps"]);
    const { etaMax = 1e-1, steps } = options;
    requireRate(where, etaMax);
    requireUpdates(where, "steps", steps);
    this.etaMax = etaMax;
    this.steps = steps;
  }

  describe(): Description {
    const { etaMax, steps } = this;
    return { name: "coslog4", options: { etaMax, steps } };
  }

  at(step: number): number {
    if (step >= this.steps) return 0;
    return this.etaMax * (0.5 - 0.5 * cosPi(2 * log2(1 + 15 * (step / this.steps))));
  }
}

export const coslog4 = {
  help: "up to eta-max and down to 0 four times, each time for twice as long",
  options: {
    etaMax: { like: "cyclic" },
    steps: {
      ...{ kind: "integer", flags: "--steps <updates>", least: 1 },
      help: "updates in which a schedule other than cyclic and constant comes to its end",
      follows: {
        inWords: "epochs · ⌈samples / batch⌉ − warmup",
        from: ({ samples, batch, epochs, warmup }) =>
          Math.max(1, epochs * Math.ceil(samples / batch) - warmup),
      },
      words: { "--steps": "total-steps num-steps n-steps max-steps training-steps decay-steps t-max" },
    },
  },
  create: (options: Coslog4Options) => new Coslog4Schedule(options),
  inWords: ({ etaMax, steps }: Coslog4Options) => `0 … ${etaMax} in ${steps} steps`,
} as const satisfies ScheduleKind;
