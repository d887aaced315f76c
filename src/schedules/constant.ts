import type { Described, Description } from "../described.ts";
import { ConfigError } from "../errors.ts";
import { isNumber, shown } from "../options.ts";
import type { ScheduleKind } from "./kind.ts";
import type { Schedule } from "./schedule.ts";

/** The same rate at every step. */
export class ConstantSchedule implements Schedule, Described {
  readonly learningRate: number;

  /**
   * @param learningRate ≥ 0; default 0.01
   * @throws ConfigError unless the rate is a finite number ≥ 0
   */
  constructor(learningRate = 0.01) {
    if (!(isNumber(learningRate) && learningRate >= 0 && learningRate < Infinity)) {
      throw new ConfigError(
        `ConstantSchedule: the learning rate is ${shown(learningRate)}, expected a finite number ≥ 0.`,
      );
    }
    this.learningRate = learningRate;
  }

  describe(): Description {
    return { name: "constant", options: { etaMax: this.learningRate } };
  }

  at(): number {
    return this.learningRate;
  }
}

export const constant = {
  help: "at eta-max",
  options: { etaMax: { like: "cyclic" } },
  create: ({ etaMax }: { readonly etaMax: number }) => new ConstantSchedule(etaMax),
  inWords: ({ etaMax }: { readonly etaMax: number }) => `${etaMax}`,
} as const satisfies ScheduleKind;
