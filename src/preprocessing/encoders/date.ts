import type { Description } from "../../described.ts";
import { ConfigError } from "../../errors.ts";
import { cosPi } from "../../math.ts";
import { shown } from "../../options.ts";
import type { TableColumn } from "../../tables/table.ts";
import type { Encoder } from "../preprocessing.ts";
import { present, robustOf, scaled, smoothClip } from "../scale.ts";
import { type EncoderKind, numberOf, switchOf, textsOf } from "./kind.ts";

const DAY = 86_400_000;

/** The last moment that a Date can hold, in milliseconds from 1970; the first is as far before. */
const LAST = 8.64e15;

/** Days from 1970-01-01 to the first of March of a year, in the Gregorian calendar. */
const marchOf = (year: number) =>
  365 * year + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) - 719_468;

/** The share of its year that lies before a moment, 0 ≤ share < 1, in UTC. A year is taken from March to February. */
function shareOfYear(time: number): number {
  const days = time / DAY;
  let year = Math.floor((days + 719_468) / 365.2425);
  while (marchOf(year) > days) year--;
  while (marchOf(year + 1) <= days) year++;
  return (days - marchOf(year)) / (marchOf(year + 1) - marchOf(year));
}

/** What is left of x when whole multiples of `of` are taken away, ≥ 0. */
const rest = (x: number, of: number) => x - Math.floor(x / of) * of;

/** The share of a cycle that lies before a moment, 0 ≤ share < 1, in UTC: of the year from March, the week from Thursday, the day. */
const SHARES = {
  year: shareOfYear,
  week: (time: number) => rest(time, 7 * DAY) / (7 * DAY),
  day: (time: number) => rest(time, DAY) / DAY,
} as const;

type Cycle = keyof typeof SHARES;

const CYCLES = Object.keys(SHARES) as Cycle[];

/** Two moments are at different places of a cycle if their shares are more apart: the 28th of February and of a leap year are not. */
const SAME = 0.005;

/** Whether some moments are at different places of a cycle. */
function varies(times: Float64Array, cycle: Cycle): boolean {
  const share = SHARES[cycle];
  const first = times.length === 0 ? 0 : share(within(times[0]!));
  return times.some((time) => {
    const apart = Math.abs(share(within(time)) - first);
    return apart > SAME && apart < 1 - SAME;
  });
}

const within = (time: number) => Math.min(Math.max(time, -LAST), LAST);

export interface DateOptions {
  /** The median of the training rows, in milliseconds from 1970 in UTC. */
  readonly median: number;
  /** What stands for 1, as of {@link RobustOptions}. */
  readonly scale: number;
  /** The cycles that there are features of. */
  readonly cycles: readonly Cycle[];
  /** Whether there is a feature that says what is missing. */
  readonly missing: boolean;
}

/**
 * Dates, in UTC: the moment as a number, as {@link RobustEncoder} has it; then, of each cycle (year, week, day) in which the
 * training rows are not all at the same place, sin(2π·share) and cos(2π·share), share being how much of the cycle has gone by;
 * then, where some were missing, 1 for a missing one, else 0. All others are 0 for a missing one.
 */
export class DateEncoder implements Encoder {
  readonly width: number;
  readonly #options: DateOptions;

  constructor(options: DateOptions) {
    this.#options = options;
    this.width = 1 + 2 * options.cycles.length + Number(options.missing);
  }

  names(column: string): string[] {
    const { cycles, missing } = this.#options;
    const ofCycles = cycles.flatMap((cycle) => [`${column} ${cycle} sin`, `${column} ${cycle} cos`]);
    return [column, ...ofCycles, ...(missing ? [`${column} missing`] : [])];
  }

  encode(
    column: TableColumn,
    rows: ArrayLike<number>,
    out: Float64Array,
    stride: number,
    at: number,
  ): number {
    const { median, scale, cycles, missing } = this.#options;
    for (let i = 0; i < rows.length; i++) {
      let to = i * stride + at;
      const cell = column.cells[rows[i]!]!;
      const isMissing = Number.isNaN(cell);
      out.fill(0, to, to + this.width);
      if (missing) out[to + this.width - 1] = Number(isMissing);
      if (isMissing) continue;
      const time = within(cell);
      out[to++] = smoothClip(scaled(time, median, scale));
      for (const cycle of cycles) {
        const turns = 2 * SHARES[cycle](time);
        out[to++] = cosPi(turns - 0.5);
        out[to++] = cosPi(turns);
      }
    }
    return 0;
  }

  describe(): Description {
    const { cycles, ...others } = this.#options;
    return { name: "date", options: { ...others, cycles: [...cycles] } };
  }
}

export const date: EncoderKind = {
  column: "date",
  fit(column, rows) {
    const times = present(column.cells, rows);
    const cycles = CYCLES.filter((cycle) => varies(times, cycle));
    const missing = times.length < rows.length;
    return new DateEncoder({ ...robustOf(times), cycles, missing });
  },
  create(options, where) {
    const asked = textsOf(options, "cycles", where, 0, CYCLES.length);
    const unknown = asked.find((cycle) => !(CYCLES as readonly string[]).includes(cycle));
    if (unknown !== undefined) {
      throw new ConfigError(
        `${where}: there is no cycle ${shown(unknown)}. There are: ${CYCLES.join(", ")}.`,
      );
    }
    return new DateEncoder({
      median: numberOf(options, "median", where),
      scale: numberOf(options, "scale", where, 0),
      cycles: asked as Cycle[],
      missing: switchOf(options, "missing", where),
    });
  },
};
