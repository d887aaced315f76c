import { ConfigError } from "../../errors.ts";
import { checkOptions, pickOptions, shown } from "../../options.ts";
import type { Pruner, PrunerContext } from "../trial.ts";
import type { PrunerKind } from "./kind.ts";

export interface MedianPrunerOptions {
  /** Nothing is pruned until so many trials of earlier rounds are complete, ≥ 0. Default: 5. */
  readonly startup?: number;
  /** Nothing is pruned at steps ≤ warmup, ≥ 0. Default: 0. */
  readonly warmup?: number;
  /** From step warmup + 1 on, it decides every so many steps, ≥ 1. Default: 1. */
  readonly interval?: number;
}

const OPTIONS = ["startup", "warmup", "interval"] as const;

/**
 * The median stopping rule (Golovin et al., "Google Vizier: A service for black-box optimization", 2017, §3.2.2), with
 * Optuna's reading of it: a trial ends at step s if
 *
 *   the best value that it has reported up to s   is worse than   median { value at s of every complete trial }
 *
 * (Vizier's own rule takes the others' running averages up to s.) The complete trials are those of earlier rounds, so
 * that the decision does not depend on the speed of workers. A complete trial without a finite value at s is left out; if
 * none has one, the trial goes on. A trial that has not yet reported a finite value is worse than any.
 */
export class MedianPruner implements Pruner {
  readonly name = "median";
  readonly waits = false;
  readonly startup: number;
  readonly warmup: number;
  readonly interval: number;

  /** @throws ConfigError if an option is not an integer in its range */
  constructor(options: MedianPrunerOptions = {}) {
    checkOptions("MedianPruner", options, OPTIONS);
    const { startup = 5, warmup = 0, interval = 1 } = options;
    for (const [name, value, least] of [
      ["startup", startup, 0],
      ["warmup", warmup, 0],
      ["interval", interval, 1],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least) {
        throw new ConfigError(`MedianPruner: ${name} is ${shown(value)}, expected an integer ≥ ${least}.`);
      }
    }
    this.startup = startup;
    this.warmup = warmup;
    this.interval = interval;
  }

  group(): number {
    return 0;
  }

  decidesAt(step: number): boolean {
    return step > this.warmup && (step - this.warmup - 1) % this.interval === 0;
  }

  shouldPrune({ direction, history, reports, step }: PrunerContext): boolean {
    const complete = history.filter((trial) => trial.state === "complete");
    if (complete.length < this.startup || !this.decidesAt(step)) return false;
    const others = complete
      .map((trial) => trial.reports.find((report) => report.step === step)?.value)
      .filter((value) => value !== undefined && Number.isFinite(value)) as number[];
    if (others.length === 0) return false;
    const values = reports.map((report) => report.value).filter(Number.isFinite);
    if (values.length === 0) return true;
    return direction === "maximize"
      ? Math.max(...values) < median(others)
      : Math.min(...values) > median(others);
  }
}

export const medianRule: PrunerKind = {
  ...{ learns: true, comparesTrials: false },
  options: {
    // The pruner decides after its warm-up, so --rung 1 is a warm-up of 0.
    rung: { like: "asha", sets: "warmup", offset: -1 },
  },
  create: (options) => new MedianPruner(pickOptions(options, OPTIONS)),
};

/** The middle value; of an even number, the mean of the two in the middle. */
function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : values[middle - 1]! / 2 + values[middle]! / 2;
}
