import { type Described, type Description, describeThing, type Kind } from "../described.ts";
import { checkOptions, requireInteger, requireMethods } from "../options.ts";
import type { Schedule } from "./schedule.ts";

export interface WarmupOptions {
  readonly schedule: Schedule;
  readonly steps: number;
}

/**
 * A linear warm-up before another schedule, which begins when the warm-up ends:
 *
 *   t < steps    η = schedule(0) · (t + 1) / (steps + 1)
 *   t ≥ steps    η = schedule(t − steps)
 *
 * No update has the rate 0, and none before the schedule's first has its first rate. A schedule that begins near 0 itself
 * (cyclic, coslog4) only waits.
 */
export class WarmupSchedule implements Schedule, Described {
  readonly schedule: Schedule;
  readonly steps: number;

  /**
   * @param options.schedule what comes after. One that ends with the training has to be told of `steps` updates less
   * @param options.steps updates of the warm-up, ≥ 0
   * @throws ConfigError if there is no schedule, or steps is not an integer ≥ 0
   */
  constructor(options: WarmupOptions) {
    const where = "WarmupSchedule";
    checkOptions(where, options, ["schedule", "steps"]);
    const expected = "a schedule, such as new CosineSchedule({ steps: 900 })";
    requireMethods(`${where}: schedule`, options?.schedule, ["at"], expected);
    requireInteger(`${where}: steps`, options.steps, 0);
    this.schedule = options.schedule;
    this.steps = options.steps;
  }

  /** @throws ConfigError if the schedule cannot describe itself */
  describe(): Description {
    const schedule = describeThing("WarmupSchedule.describe: schedule", this.schedule);
    return { name: "warmup", options: { schedule, steps: this.steps } };
  }

  at(step: number): number {
    const { schedule, steps } = this;
    if (step >= steps) return schedule.at(step - steps);
    return (schedule.at(0) * (step + 1)) / (steps + 1);
  }
}

/** It stands before a schedule that is chosen by its name: the command line has a flag of its own for it. */
export const warmup = {
  parts: { schedule: "schedules" },
  create: (options: WarmupOptions) => new WarmupSchedule(options),
} as const satisfies Kind<Schedule>;
