/** The schedules by name, for `--lr-schedule`. */

import { ConstantSchedule, constant } from "./constant.ts";
import { CosineSchedule, cosine } from "./cosine.ts";
import { Coslog4Schedule, coslog4 } from "./coslog4.ts";
import { cyclic, LRCyclingSchedule } from "./cyclic.ts";
import type { ScheduleKind } from "./kind.ts";
import { OneCycleSchedule, oneCycle } from "./oneCycle.ts";
import { WarmupSchedule, warmup } from "./warmup.ts";

export type { CosineOptions } from "./cosine.ts";
export type { Coslog4Options } from "./coslog4.ts";
export type { LRCyclingOptions } from "./cyclic.ts";
export type { ScheduleKind } from "./kind.ts";
export type { OneCycleOptions } from "./oneCycle.ts";
export type { Schedule } from "./schedule.ts";
export type { WarmupOptions } from "./warmup.ts";
export {
  ConstantSchedule,
  CosineSchedule,
  Coslog4Schedule,
  LRCyclingSchedule,
  OneCycleSchedule,
  WarmupSchedule,
};

export const schedules = {
  cyclic,
  constant,
  coslog4,
  cosine,
  "one-cycle": oneCycle,
} as const satisfies Readonly<Record<string, ScheduleKind>>;

/** All schedules by name, those that hold others among them. */
export const allSchedules = { ...schedules, warmup } as const;
