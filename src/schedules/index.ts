/** The schedules by name, for `--lr-schedule`. */
import { ConstantSchedule, constant } from "./constant.ts";
import { cyclic, LRCyclingSchedule } from "./cyclic.ts";
import type { ScheduleKind } from "./kind.ts";

export type { LRCyclingOptions } from "./cyclic.ts";
export type { ScheduleKind } from "./kind.ts";
export type { Schedule } from "./schedule.ts";
export { ConstantSchedule, LRCyclingSchedule };

export const schedules = { cyclic, constant } as const satisfies Readonly<Record<string, ScheduleKind>>;
