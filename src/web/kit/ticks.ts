/** Round numbers for axes. */
import { log10, power10 } from "./log10.ts";

/** 1, 2 or 5 times a power of ten: the least one that is not below the value. */
export function niceAbove(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const unit = power10(Math.floor(log10(value) + 1e-9));
  return Number(([1, 2, 5, 10].find((one) => one * unit >= value * (1 - 1e-9))! * unit).toPrecision(3));
}

/** Round numbers within a range, about `count` of them. */
export function ticksWithin(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [min];
  const step = niceAbove((max - min) / Math.max(1, count));
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(9)));
}

/** Whole exponents within a range of exponents, at most `most` of them. */
export function exponentsWithin(min: number, max: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((max - min) / Math.max(1, most)));
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "10⁻³"; "1" and "10" for those. */
export function powerText(exponent: number): string {
  if (exponent === 0) return "1";
  if (exponent === 1) return "10";
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}
