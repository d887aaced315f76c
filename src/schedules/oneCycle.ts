import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { cosPi } from "../math.ts";
import { checkOptions, isNumber, shown } from "../options.ts";
import { requireOptions, requireRate, requireUpdates } from "./checks.ts";
import type { ScheduleKind } from "./kind.ts";
import type { Schedule } from "./schedule.ts";

export interface OneCycleOptions {
  /** The highest rate, ≥ 0. Default: 0.1. */
  readonly etaMax?: number;
  /** Updates of the whole cycle, ≥ 1: those of the whole training, epochs · ⌈samples / batch⌉. */
  readonly steps: number;
  /** The share of the updates in which the rate rises, from 0 to 1. Default: 0.3. */
  readonly riseShare?: number;
  /** The first rate is etaMax / startDivisor, ≥ 1. Default: 25. */
  readonly startDivisor?: number;
  /** The last rate is the first / finalDivisor, ≥ 1. Default: 10,000. */
  readonly finalDivisor?: number;
}

const OPTIONS = ["etaMax", "steps", "riseShare", "startDivisor", "finalDivisor"] as const;

/**
 * One cycle: the rate rises, then falls far below where it began (Smith and Topin, "Super-convergence: Very fast training of
 * neural networks using large learning rates", 2018), both along half a cosine:
 *
 *   start = etaMax / startDivisor      end = start / finalDivisor      peak = riseShare · steps − 1
 *   t ≤ peak    η = from start to etaMax,  p = t / peak                         from a to b:  b + (a − b) · (½ + ½ · cos(πp))
 *   t > peak    η = from etaMax to end,    p = (t − peak) / (steps − 1 − peak)
 *
 * These are the rates of PyTorch's OneCycleLR with anneal_strategy "cos" and three_phase false, whose max_lr, total_steps,
 * pct_start, div_factor and final_div_factor are these options in their order. It differs in three points: the momentum
 * stays as it is (cycle_momentum false); steps beyond the last have the last rate, where PyTorch raises an error; and a
 * peak at update 0 has etaMax, where PyTorch divides by 0.
 */
export class OneCycleSchedule implements Schedule, Described {
  readonly etaMax: number;
  readonly steps: number;
  readonly riseShare: number;
  readonly startDivisor: number;
  readonly finalDivisor: number;

  /** @throws ConfigError if an option is out of its range */
  constructor(options: OneCycleOptions) {
    const where = "OneCycleSchedule";
    requireOptions(where, options, "steps");
    checkOptions(where, options, OPTIONS);
    const { etaMax = 1e-1, steps, riseShare = 0.3, startDivisor = 25, finalDivisor = 1e4 } = options;
    requireRate(where, etaMax);
    requireUpdates(where, "steps", steps);
    if (!(isNumber(riseShare) && riseShare >= 0 && riseShare <= 1)) {
      throw new ConfigError(`${where}: riseShare is ${shown(riseShare)}, expected a number from 0 to 1.`);
    }
    for (const [name, value] of Object.entries({ startDivisor, finalDivisor })) {
      if (isNumber(value) && value >= 1 && value < Infinity) continue;
      throw new ConfigError(`${where}: ${name} is ${shown(value)}, expected a finite number ≥ 1.`);
    }
    this.etaMax = etaMax;
    this.steps = steps;
    this.riseShare = riseShare;
    this.startDivisor = startDivisor;
    this.finalDivisor = finalDivisor;
  }

  describe(): Description {
    const { etaMax, steps, riseShare, startDivisor, finalDivisor } = this;
    return { name: "one-cycle", options: { etaMax, steps, riseShare, startDivisor, finalDivisor } };
  }

  at(step: number): number {
    const { etaMax, steps } = this;
    const start = etaMax / this.startDivisor;
    const end = start / this.finalDivisor;
    const last = steps - 1;
    const peak = this.riseShare * steps - 1;
    if (step <= peak) return peak === 0 ? etaMax : between(start, etaMax, step / peak);
    return step >= last ? end : between(etaMax, end, (step - peak) / (last - peak));
  }
}

/** From a (p = 0) to b (p = 1) along half a cosine. */
const between = (a: number, b: number, p: number): number => b + (a - b) * (0.5 + 0.5 * cosPi(p));

export const oneCycle = {
  help: "up to eta-max, then down to almost 0",
  options: {
    etaMax: { like: "cyclic" },
    steps: { like: "coslog4" },
    riseShare: {
      ...{ kind: "number", flags: "--rise-share <share>", least: 0, default: 0.3 },
      help: "one-cycle: share of the updates in which the learning rate rises",
      words: { "--rise-share": "pct-start warmup-ratio warmup-share warm-share" },
    },
    startDivisor: {
      ...{ kind: "number", flags: "--start-divisor <n>", least: 1, default: 25 },
      help: "one-cycle: the first rate is eta-max / n",
      words: { "--start-divisor": "div-factor initial-divisor" },
    },
    finalDivisor: {
      ...{ kind: "number", flags: "--final-divisor <n>", least: 1, default: 1e4 },
      help: "one-cycle: the last rate is the first / n",
      words: { "--final-divisor": "final-div-factor final-div end-divisor" },
    },
  },
  create: (options: OneCycleOptions) => new OneCycleSchedule(options),
  inWords: ({ etaMax, steps }: OneCycleOptions) => `up to ${etaMax} in ${steps} steps`,
} as const satisfies ScheduleKind;
