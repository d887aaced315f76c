/** The schedules by name, for `--lr-schedule`. */
import { ConstantSchedule } from "./constant.ts";
import { LRCyclingSchedule } from "./cyclic.ts";
import type { Schedule } from "./schedule.ts";

export type { LRCyclingOptions } from "./cyclic.ts";
export type { Schedule } from "./schedule.ts";
export { ConstantSchedule, LRCyclingSchedule };

/** What every schedule may draw from; a constant one uses etaMax. */
export interface ScheduleSettings {
  readonly etaMin: number;
  readonly etaMax: number;
  readonly stepSize: number;
}

export const schedules: Readonly<Record<string, (settings: ScheduleSettings) => Schedule>> = {
  cyclic: (settings) => new LRCyclingSchedule(settings),
  constant: ({ etaMax }) => new ConstantSchedule(etaMax),
};
