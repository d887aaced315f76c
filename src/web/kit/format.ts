/** Numbers, shares and durations as the pages write them. */
import { duration, scientific, short, thousands } from "../../format/numbers.ts";

const MINUS = "−";

/** Only a minus before the number is a true one: that of an exponent stays as it is in code. */
const signedText = (value: number, text: string): string => (value < 0 ? MINUS + text.slice(1) : text);

/** "3,072": a whole number in groups of three digits. */
export const wholeText = (value: number): string =>
  (value < 0 ? MINUS : "") + thousands(Math.abs(Math.round(value)));

/** A number where there is little room: "0.4213", "12.5", "1,234", "3.1e-7"; "NaN" and "∞" as they are. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3))
    return signedText(value, scientific(value, Math.min(digits, 3)));
  return size >= 1000 ? wholeText(value) : signedText(value, short(value, { digits }));
}

/** The same with as many decimals as a number of its size has there: one that moves keeps its width. "0.4210" */
export function steadyText(value: number, decimals = 4): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size >= 1e4 || (size !== 0 && size < 0.001)) return numberText(value, 3);
  return signedText(value, value.toFixed(Math.max(0, size >= 100 ? decimals - 2 : decimals)));
}

/** With three digits that count, all of which stand: "0.630", "12.0", "4.87e-4". */
export function spreadText(value: number): string {
  const size = Math.abs(value);
  return size >= 0.001 && size < 1000 ? signedText(value, value.toPrecision(3)) : numberText(value, 3);
}

/** A share of 1 in percent: "97.3%"; "100%" and "0%" are said of the whole and of nothing only. */
export function percentText(share: number, decimals = 1): string {
  if (!Number.isFinite(share)) return numberText(share);
  return share === 0 || share === 1 ? `${100 * share}%` : `${(100 * share).toFixed(decimals)}%`;
}

/** "850 ms", "4.2 s", "3 min 5 s", "2 h 10 min" */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds);
}

/** "512 B", "1.2 MB": decimal units. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
