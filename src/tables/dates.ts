/**
 * Dates in texts: years 0 to 9999 of the Gregorian calendar, as milliseconds since 1970 in UTC. A time without a zone is taken
 * as UTC: what matters to a model is what the clock said.
 *
 *   2025-12-31   2025/12/31   2025-12-31T23:59   2025-12-31 23:59:59.999+02:00
 *   31.12.2025   12/31/2025   31/12/2025   31.12.25   31-12-2025                   with a time behind, or not
 *   31 Dec 2025   31-Dec-2025   Dec 31, 2025   December 31 2025
 */
import type { DateStyle } from "./table.ts";

const TIME = String.raw`(?:[T ,]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${TIME}$`);
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${TIME}$`);
const DAY_NAME = new RegExp(String.raw`^(\d{1,2})(?:\.?\s+|-)([A-Za-z]{3,9})\.?(?:,?\s+|-)(\d{4})${TIME}$`);
const NAME_DAY = new RegExp(String.raw`^([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:,\s*|\s+)(\d{4})${TIME}$`);
const LONGEST = 48;

const MONTHS = [
  ...["january", "february", "march", "april", "may", "june"],
  ...["july", "august", "september", "october", "november", "december"],
];

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  return (
    MONTHS.findIndex(
      (month) =>
        month === lower || month.slice(0, 3) === lower || (lower === "sept" && month === "september"),
    ) + 1
  );
}

/** The parts of a date as they stand. In `pair` the day and the month, in the order in which they stand. */
export interface DateParts {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly pair?: readonly [number, number];
  /** What stands between the two. */
  readonly separator?: string;
  /** Milliseconds since midnight in UTC. */
  readonly time: number;
}

/** Milliseconds of a time, NaN if there is no such time. */
function timeOf(groups: readonly (string | undefined)[]): number {
  const [hours, minutes, seconds = "0", fraction = "", half, zone] = groups;
  if (hours === undefined) return 0;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  }
  const minute = Number(minutes);
  const second = Number(seconds);
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return Number.NaN;
  const milliseconds = fraction === "" ? 0 : Number(fraction.slice(0, 3).padEnd(3, "0"));
  return ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offsetOf(zone);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const digits = zone.slice(1).replace(":", "");
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || "0");
  if (hours > 18 || minutes > 59) return Number.NaN;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** 00 to 68 are of this century, as POSIX has it. */
const yearOf = (text: string): number =>
  text.length === 4 ? Number(text) : Number(text) + (Number(text) < 69 ? 2000 : 1900);

/** Takes a text apart that is written as a date; undefined if it is not. */
export function dateParts(text: string): DateParts | undefined {
  if (text.length > LONGEST) return undefined;
  const body = text.trim();
  let match = YEAR_FIRST.exec(body);
  if (match !== null) {
    return {
      year: Number(match[1]),
      month: Number(match[3]),
      day: Number(match[4]),
      time: timeOf(match.slice(5)),
    };
  }
  match = YEAR_LAST.exec(body);
  if (match !== null) {
    if (match[2] === "-" && match[4]!.length === 2) return undefined;
    return {
      year: yearOf(match[4]!),
      pair: [Number(match[1]), Number(match[3])],
      separator: match[2]!,
      time: timeOf(match.slice(5)),
    };
  }
  match = DAY_NAME.exec(body);
  if (match !== null) {
    return {
      year: Number(match[3]),
      month: monthOf(match[2]!),
      day: Number(match[1]),
      time: timeOf(match.slice(4)),
    };
  }
  match = NAME_DAY.exec(body);
  if (match === null) return undefined;
  return {
    year: Number(match[3]),
    month: monthOf(match[1]!),
    day: Number(match[2]),
    time: timeOf(match.slice(4)),
  };
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970 at the beginning of a day; NaN if there is no such day. */
export function dayInMs(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1)) return Number.NaN;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  if (day > DAYS[month - 1]! + leap) return Number.NaN;
  // Days since 1 March of year 0, in eras of 400 years: H. Hinnant, "chrono-compatible low-level date algorithms".
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - 400 * era;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (146_097 * era + dayOfEra - 719_468) * 86_400_000;
}

/**
 * The date that a text is. @param style which of day and month comes first where that is open; default: the day
 * @returns milliseconds since 1970 in UTC; NaN if it is none
 */
export function parseDate(text: string, style?: DateStyle): number {
  const parts = dateParts(text);
  if (parts === undefined) return Number.NaN;
  const { year, pair, time } = parts;
  if (pair === undefined) return dayInMs(year, parts.month!, parts.day!) + time;
  return style?.first === "month"
    ? dayInMs(year, pair[0], pair[1]) + time
    : dayInMs(year, pair[1], pair[0]) + time;
}

/** What the texts of a column say of its dates. */
export interface DateEvidence {
  /** How many are dates, in the style that reads most of them. */
  readonly dates: number;
  /** What comes first; undefined if no date is open to it. */
  readonly style?: DateStyle | undefined;
  /** A text that could be another date, and nothing that settles it: "1/2/2025". */
  readonly ambiguous?: string | undefined;
}

/** Weighs how the dates of a column are written. @param texts without missing ones */
export function dateEvidence(texts: readonly string[]): DateEvidence {
  // Most columns are no dates: the first texts say so.
  const some = texts.slice(0, 100);
  if (some.filter((text) => dateParts(text) !== undefined).length < some.length / 2) return { dates: 0 };
  const parts = texts.map(dateParts);
  const read = (first: DateStyle["first"]) =>
    texts.filter((text) => !Number.isNaN(parseDate(text, { first }))).length;
  const pairs = parts.flatMap((part) => (part?.pair === undefined ? [] : [part]));
  const dayFirst = read("day");
  if (pairs.length === 0) return { dates: dayFirst };
  const monthFirst = read("month");
  if (dayFirst !== monthFirst) {
    return {
      dates: Math.max(dayFirst, monthFirst),
      style: { first: dayFirst > monthFirst ? "day" : "month" },
    };
  }
  const first = settledOrder(pairs);
  const open = texts.find((text) => {
    const pair = dateParts(text)?.pair;
    return pair !== undefined && pair[0] !== pair[1];
  });
  return {
    dates: dayFirst,
    style: { first: first ?? "day" },
    ambiguous: first === undefined ? open : undefined,
  };
}

/** Points are between days and months, in this order. Where one of the two is always 1 and the other is not, it is the day. */
function settledOrder(parts: readonly DateParts[]): DateStyle["first"] | undefined {
  if (parts.every(({ separator }) => separator === ".")) return "day";
  const all = (place: 0 | 1) => parts.every(({ pair }) => pair![place] === 1);
  if (all(0) && !all(1)) return "day";
  return all(1) && !all(0) ? "month" : undefined;
}

/** A date as ISO 8601 has it: without the time if all of a column are at midnight. */
export function isoDate(ms: number, days: boolean): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "no date";
  const text = date.toISOString();
  if (days) return text.slice(0, text.indexOf("T"));
  return text.replace(/\.000Z$/, "Z");
}
